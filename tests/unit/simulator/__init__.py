"""Tests of the synthetic province."""
