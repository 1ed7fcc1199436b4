"""What conducts the rooms: settings, the pass, its schedule and the `amur` command."""
