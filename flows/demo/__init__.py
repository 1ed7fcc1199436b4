"""The small invented world that ships with Amur, its servers on loopback, and its three weeks."""
