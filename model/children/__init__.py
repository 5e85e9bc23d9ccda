"""Children: who is born where, how need goes up and down with age, and what that costs whom."""
