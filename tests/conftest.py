"""What every test may rely on."""

from __future__ import annotations

import signal

# A shell makes its background jobs deaf to Ctrl-C, and their children too; tests interrupt children, and themselves.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
