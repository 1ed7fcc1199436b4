"""What Amur remembers, and the doors to it."""
