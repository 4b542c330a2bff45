"""The HTTP API, described by OpenAPI at /api/v1/openapi.json."""
