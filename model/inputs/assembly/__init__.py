"""A scenario put together: records laid over those that come with the model, checked, and in groups for the rules."""
