"""Tests of the running simulator with real clients and servers."""
