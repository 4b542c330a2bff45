"""From octets, indexes and numbers of a device to values in base units, as profiles say how."""
