"""Commands on many runs: make them, search terms, read what they mean."""
