"""Bodies as Mesa agents, and the one rule by which they reason."""
