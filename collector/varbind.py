"""What an SNMP response is made of, as every part of the collector passes it on."""

from __future__ import annotations

#: A decoded SNMP value. Integers of every width are int, OCTET STRING and Opaque are bytes, OBJECT
#: IDENTIFIER and IpAddress are str, Null and the exceptions of RFC 3416 (noSuchInstance) are None.
Value = int | float | str | bytes | None

#: Dotted OID without a leading dot, and its value.
Varbind = tuple[str, Value]
