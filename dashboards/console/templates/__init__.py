"""Pieces of pages that do not change while they are looked at, as Jinja templates."""

from dashboards.console.templates.rendering import render

__all__ = ["render"]
