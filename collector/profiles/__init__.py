"""What people write in config/profiles: read, checked, and compiled into what to ask."""
