"""The consultation line: who rang the front door for advice, how long they waited, and what became of it."""
