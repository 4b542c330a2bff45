"""Real servers for the tests, each a subprocess on a free port of 127.0.0.1."""
