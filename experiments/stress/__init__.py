"""Trying to break a contract before it is signed: what can be paid, what is paid for nothing, how, and what helps."""
