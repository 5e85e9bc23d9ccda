"""What users add to the built-in lists."""
