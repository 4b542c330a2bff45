"""MQTT: subscriptions and payload mapping."""
