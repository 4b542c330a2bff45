"""Two MIBs of a vendor that does not exist: one in SMIv2 with a table, one in SMIv1."""

ACME = """\
ACME-POWER-MIB DEFINITIONS ::= BEGIN
IMPORTS
    MODULE-IDENTITY, OBJECT-TYPE, Integer32, enterprises FROM SNMPv2-SMI
    DisplayString, TEXTUAL-CONVENTION FROM SNMPv2-TC;

acme MODULE-IDENTITY
    LAST-UPDATED "202601010000Z"
    ORGANIZATION "Acme"
    CONTACT-INFO "noc"
    DESCRIPTION "Power."
    ::= { enterprises 99999 }

AcmeState ::= TEXTUAL-CONVENTION
    STATUS current
    DESCRIPTION "Whether it works."
    SYNTAX INTEGER { normal(1), alarm(2) }

acmeBusVoltage OBJECT-TYPE
    SYNTAX Integer32
    UNITS "0.01 V"
    MAX-ACCESS read-only
    STATUS current
    DESCRIPTION "Voltage of the DC bus.
                 2147483647 means invalid."
    ::= { acme 1 }

acmeRectifierTable OBJECT-TYPE
    SYNTAX SEQUENCE OF AcmeRectifierEntry
    MAX-ACCESS not-accessible
    STATUS current
    DESCRIPTION "Rectifiers."
    ::= { acme 2 }

acmeRectifierEntry OBJECT-TYPE
    SYNTAX AcmeRectifierEntry
    MAX-ACCESS not-accessible
    STATUS current
    DESCRIPTION "One."
    INDEX { acmeShelf, IMPLIED acmeSlot }
    ::= { acmeRectifierTable 1 }

AcmeRectifierEntry ::= SEQUENCE {
    acmeShelf Integer32,
    acmeSlot DisplayString,
    acmeRectifierName DisplayString,
    acmeRectifierCurrent Integer32,
    acmeRectifierState AcmeState }

acmeShelf OBJECT-TYPE
    SYNTAX Integer32 (1..100)
    MAX-ACCESS not-accessible
    STATUS current
    DESCRIPTION "Shelf."
    ::= { acmeRectifierEntry 1 }

acmeSlot OBJECT-TYPE
    SYNTAX DisplayString (SIZE (0..32))
    MAX-ACCESS not-accessible
    STATUS current
    DESCRIPTION "Slot."
    ::= { acmeRectifierEntry 2 }

acmeRectifierName OBJECT-TYPE
    SYNTAX DisplayString
    MAX-ACCESS read-only
    STATUS current
    DESCRIPTION "Name."
    ::= { acmeRectifierEntry 3 }

acmeRectifierCurrent OBJECT-TYPE
    SYNTAX Integer32
    UNITS "0.1A"
    MAX-ACCESS read-only
    STATUS current
    DESCRIPTION "Output current."
    ::= { acmeRectifierEntry 4 }

acmeRectifierState OBJECT-TYPE
    SYNTAX AcmeState
    MAX-ACCESS read-only
    STATUS current
    DESCRIPTION "State."
    ::= { acmeRectifierEntry 5 }
END
"""

OLD = """\
OLD-MIB DEFINITIONS ::= BEGIN
IMPORTS enterprises FROM RFC1155-SMI
    OBJECT-TYPE FROM RFC-1212;

old OBJECT IDENTIFIER ::= { enterprises 4711 }
oldBox OBJECT IDENTIFIER ::= { old box(3) 5 }

oldTemp OBJECT-TYPE
    SYNTAX INTEGER (-40..100)
    ACCESS read-only
    STATUS mandatory
    DESCRIPTION "Temperature in tenths of degrees Celsius."
    ::= { oldBox 1 }

oldSecret OBJECT-TYPE
    SYNTAX OCTET STRING
    ACCESS write-only
    STATUS mandatory
    DESCRIPTION "Password."
    ::= { oldBox 2 }
END
"""
