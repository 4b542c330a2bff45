"""Why a connection to a broker failed or ended: one word to count, one sentence for people."""

from __future__ import annotations

from enum import StrEnum

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode

from collector.mqtt.broker import Broker
from omc.core.errors import AuthenticationRefused, ProtocolViolation, SourceError, Unreachable


class Fault(StrEnum):
    """What happened.

    REFUSED: our credentials, our certificate or our trust in the broker's; trying again at once
    will not help. TAKEN_OVER: somebody else connected with our client id, says the broker.
    FLAPPING: the broker accepts us and soon closes, again and again (so do brokers that tell
    nobody of a take-over: mosquitto, and all in 3.1.1). PROTOCOL: the broker speaks another
    version. LOST: an open connection ended. UNREACHABLE: none could be opened.
    """

    REFUSED = "refused"
    TAKEN_OVER = "taken_over"
    FLAPPING = "flapping"
    PROTOCOL = "protocol"
    LOST = "lost"
    UNREACHABLE = "unreachable"


# Reason codes: MQTT 5.0, 2.4. paho translates the return codes of 3.1.1 into them.
_SESSION_TAKEN_OVER = 0x8E
_UNSUPPORTED_VERSION = 0x84
_REFUSALS = {0x85, 0x86, 0x87, 0x8A, 0x8C}
_CERTIFICATE_WORDS = ("certificate", "ssl", "tlsv1", "alert")


def fault_of(error: Exception, *, was_connected: bool) -> Fault:
    """What an error of the client means.

    Args:
        error: What it raised.
        was_connected: Whether the broker had accepted the connection before.
    """
    code = _reason_code(error)
    if code == _SESSION_TAKEN_OVER:
        return Fault.TAKEN_OVER
    if code == _UNSUPPORTED_VERSION:
        return Fault.PROTOCOL
    if code in _REFUSALS or (not was_connected and _is_about_certificates(error)):
        return Fault.REFUSED
    return Fault.LOST if was_connected else Fault.UNREACHABLE


def as_source_error(fault: Fault, error: Exception, broker: Broker) -> SourceError:
    """The error in the terms of omc.core.errors, with what to try next."""
    kind: type[SourceError] = Unreachable
    if fault is Fault.REFUSED:
        kind, hint = AuthenticationRefused, "check user, password, certificates and access rules"
    elif fault is Fault.TAKEN_OVER:
        hint = f"another client uses the client id {broker.client_id!r}: each needs its own"
    elif fault is Fault.FLAPPING:
        hint = f"does another client use the client id {broker.client_id!r}?"
    elif fault is Fault.PROTOCOL:
        kind, hint = ProtocolViolation, "the broker does not speak this MQTT version"
    elif fault is Fault.LOST:
        hint = "connecting again"
    elif broker.tls is None:
        hint = "is the broker running, and is it the right port (TLS has another one)?"
    else:
        hint = "is the broker running, and does it accept our client certificate?"
    return kind(f"{_text(error)}: {hint}", endpoint=broker.endpoint)


def _reason_code(error: Exception) -> int | None:
    code = error.rc if isinstance(error, aiomqtt.MqttCodeError) else None
    return code.value if isinstance(code, ReasonCode) else code


def _is_about_certificates(error: Exception) -> bool:
    text = str(error).lower()
    return any(word in text for word in _CERTIFICATE_WORDS)


def _text(error: Exception) -> str:
    if isinstance(error, aiomqtt.MqttCodeError) and isinstance(error.rc, ReasonCode):
        return str(error.rc)
    return str(error) or type(error).__name__
