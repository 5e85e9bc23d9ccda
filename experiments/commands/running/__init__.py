"""Commands that make runs, and say what came out of them."""
