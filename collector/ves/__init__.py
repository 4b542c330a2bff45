"""VES 7.x events over HTTPS, as O-RAN units send them on their O1 interface."""
