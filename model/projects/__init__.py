"""Projects: who takes part, what is paid for, and what falls due when it has been measured."""
