"""The one fault behind many alarms: a cable, a site, a PON, the mains of a commune."""
