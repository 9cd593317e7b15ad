"""The database that recordings, users and settings share: opening it, its tables, their migrations.

Rows are for others."""
