"""Django's databases with the tripwire on every connection."""
