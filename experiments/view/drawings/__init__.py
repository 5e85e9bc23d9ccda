"""What the page draws: maps, figures and portraits."""
