"""Reading what comes from outside: one gate for text, one reader of numbers, of tables, and of TOML."""
