"""One of Django's databases, with the tripwire."""
