"""A synthetic province that really answers SNMP and really publishes MQTT."""
