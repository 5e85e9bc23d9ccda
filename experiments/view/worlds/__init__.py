"""What the page looks at: two worlds, their numbers, lives, decisions and settings."""
