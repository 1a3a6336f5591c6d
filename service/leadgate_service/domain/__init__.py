"""The rules, pure and synchronous: no clock, no network, no database, no wire format."""
