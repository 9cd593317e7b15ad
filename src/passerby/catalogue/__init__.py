"""The database that recordings, users and settings share: opened, its tables, how they change. Its rows are others'."""
