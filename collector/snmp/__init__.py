"""SNMP: sessions, walks and polls."""
