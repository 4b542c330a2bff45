"""One alarm from its beginning to its end, and what all of them are kept in."""
