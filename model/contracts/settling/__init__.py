"""What settling a contract works with: the payments that it results in."""
