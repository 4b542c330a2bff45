"""How data comes in: SNMP, MQTT, performance-management files."""
