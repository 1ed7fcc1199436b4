"""Which hosts are this machine itself: only to these may anything travel unencrypted."""

from __future__ import annotations

import ipaddress


def is_this_machine(host: str) -> bool:
    """Whether `host`, a name or a literal address without brackets, is loopback; nothing is looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"
