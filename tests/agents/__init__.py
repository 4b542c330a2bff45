"""SNMP agents written by hand: one that is honest, and many that lie."""
