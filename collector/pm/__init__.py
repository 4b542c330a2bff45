"""How 3GPP measurement files are read: documents, declared counter names, periods, sources."""
