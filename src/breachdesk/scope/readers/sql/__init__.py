"""SQL dumps, taken apart without ever running a statement: PostgreSQL, MySQL, SQLite and SQL Server."""
