"""Sparkplug B 3.0 as a host application reads it: births, data, deaths, and asking for births."""
