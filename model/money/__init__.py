"""Money: ledger, economy, budgets, funds, and the books that keep them in step."""
