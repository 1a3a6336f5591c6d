"""The store over SQLite and PostgreSQL: one schema, one set of units of work, two drivers."""
