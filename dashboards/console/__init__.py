"""The console: live pages for operators, served by the service itself."""
