"""Bodies: what they answer for, believe and decide."""
