"""Analysis of batches: how sure a difference is, what matters, when a design fails."""
