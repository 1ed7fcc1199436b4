"""Outside world to facts: fetching, parsing, reading and judging; knows nothing of storage or alerts."""
