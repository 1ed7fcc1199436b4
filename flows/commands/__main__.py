"""`python -m flows.commands` is `amur`."""

from flows.commands import main

main()
