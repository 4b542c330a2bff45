"""Drafting a profile from a walk and the MIB files of a device, for a person to finish."""
