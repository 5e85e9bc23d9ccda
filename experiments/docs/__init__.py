"""Pages of the documentation that are made from the model's own data."""
