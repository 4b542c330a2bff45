"""Dashboards for Grafana, built as code; their JSON is checked in beside it (docs/grafana.md)."""
