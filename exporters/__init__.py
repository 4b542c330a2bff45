"""How data goes out."""
