"""What a number of the report consists of, in the report itself: gains by payer, cause and years."""
