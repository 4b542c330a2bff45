"""The one module that knows pysnmp as a manager; slow to import, so `second_opinion` loads it."""

from __future__ import annotations

import asyncio
from typing import Any

from pyasn1.codec.ber import decoder, encoder  # type: ignore[import-untyped]
from pyasn1.error import PyAsn1Error  # type: ignore[import-untyped]
from pysnmp.hlapi.v3arch import asyncio as hlapi  # type: ignore[import-untyped]
from pysnmp.proto import api, errind  # type: ignore[import-untyped]

from collector.snmp.credentials import (
    AuthProtocol,
    Community,
    KeyExpansion,
    PrivProtocol,
    Target,
    UsmUser,
    Version,
)
from collector.snmp.exchange import Answer, Diagnose
from collector.varbind import Value, Varbind

_MODULES = {
    Version.V1: api.PROTOCOL_MODULES[api.SNMP_VERSION_1],
    Version.V2C: api.PROTOCOL_MODULES[api.SNMP_VERSION_2C],
}

_AUTHORIZATION_ERROR = 16
#: Source: RFC 3416, section 3, PDU.error-status.
_ERROR_STATUS = {
    1: Answer.TOO_BIG,
    2: Answer.NO_SUCH_NAME,
    3: Answer.BAD_VALUE,
    4: Answer.READ_ONLY,
    5: Answer.GEN_ERR,
    6: Answer.NO_ACCESS,
    13: Answer.RESOURCE_UNAVAILABLE,
    _AUTHORIZATION_ERROR: Answer.AUTHORIZATION_ERROR,
}
_EXCEPTIONS = {
    "NoSuchObject": Answer.NO_SUCH_OBJECT,
    "NoSuchInstance": Answer.NO_SUCH_INSTANCE,
    "EndOfMibView": Answer.END_OF_MIB_VIEW,
    "Null": Answer.NULL,
}
AUTH_PROTOCOLS = {
    AuthProtocol.MD5: hlapi.usmHMACMD5AuthProtocol,
    AuthProtocol.SHA1: hlapi.usmHMACSHAAuthProtocol,
    AuthProtocol.SHA224: hlapi.usmHMAC128SHA224AuthProtocol,
    AuthProtocol.SHA256: hlapi.usmHMAC192SHA256AuthProtocol,
    AuthProtocol.SHA384: hlapi.usmHMAC256SHA384AuthProtocol,
    AuthProtocol.SHA512: hlapi.usmHMAC384SHA512AuthProtocol,
}
PRIV_PROTOCOLS = {
    (PrivProtocol.DES, KeyExpansion.BLUMENTHAL): hlapi.usmDESPrivProtocol,
    (PrivProtocol.AES128, KeyExpansion.BLUMENTHAL): hlapi.usmAesCfb128Protocol,
    (PrivProtocol.AES192, KeyExpansion.BLUMENTHAL): hlapi.usmAesBlumenthalCfb192Protocol,
    (PrivProtocol.AES256, KeyExpansion.BLUMENTHAL): hlapi.usmAesBlumenthalCfb256Protocol,
    (PrivProtocol.DES, KeyExpansion.CISCO): hlapi.usmDESPrivProtocol,
    (PrivProtocol.AES128, KeyExpansion.CISCO): hlapi.usmAesCfb128Protocol,
    (PrivProtocol.AES192, KeyExpansion.CISCO): hlapi.usmAesCfb192Protocol,
    (PrivProtocol.AES256, KeyExpansion.CISCO): hlapi.usmAesCfb256Protocol,
}
#: Refusals in words that say what to mend. Source of the reports: RFC 3414, section 3.2.
_REFUSALS: tuple[tuple[type[Exception], str], ...] = (
    (errind.UnknownUserName, "the agent does not know this user"),
    (errind.WrongDigest, "wrong authentication password or protocol"),
    (errind.AuthenticationFailure, "wrong authentication password or protocol"),
    (errind.DecryptionError, "wrong privacy password or protocol"),
    (errind.UnsupportedSecurityLevel, "the agent does not allow this user this security level"),
    (errind.NotInTimeWindow, "the agent's engine time never comes into step with ours"),
)
_SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"

#: Seconds: the thread that waits for an answer must not hold up the end of the process.
_LONGEST_TIMEOUT = 1.5

Said = tuple[Varbind, Answer]


def encode(community: Community, request: Diagnose) -> tuple[bytes, int]:
    """A message, and its request-id."""
    module = _MODULES[community.version]
    pdu = module.GetNextRequestPDU() if request.next else module.GetRequestPDU()
    module.apiPDU.set_defaults(pdu)
    module.apiPDU.set_varbinds(pdu, [(request.oid, module.Null(""))])
    message = module.Message()
    module.apiMessage.set_defaults(message)
    module.apiMessage.set_community(message, community.community)
    module.apiMessage.set_pdu(message, pdu)
    return bytes(encoder.encode(message)), int(module.apiPDU.get_request_id(pdu))


def decode(community: Community, message: bytes, request_id: int) -> Said | None:
    """What a message says; None when it cannot be read or answers another request."""
    module = _MODULES[community.version]
    try:
        decoded, _ = decoder.decode(message, asn1Spec=module.Message())
        pdu = module.apiMessage.get_pdu(decoded)
        if not pdu.isSameTypeWith(module.GetResponsePDU()):
            return None
        if int(module.apiPDU.get_request_id(pdu)) != request_id:
            return None
        status = int(module.apiPDU.get_error_status(pdu))
        return _said(status, module.apiPDU.get_varbinds(pdu))
    except (PyAsn1Error, AttributeError, IndexError, TypeError, ValueError):
        return None  # pysnmp's accessors fail in all these ways on what is no response


def ask_user(target: Target, endpoint: str, request: Diagnose) -> Said | None:
    """Ask an SNMPv3 agent; None when nothing came. Blocks: to be run in a thread."""
    indication, status, varbinds = asyncio.run(_ask(target, endpoint, request))
    return None if indication is not None else _said(int(status), varbinds)


def refusal(target: Target, endpoint: str) -> str | None:
    """Why an SNMPv3 agent refuses the user; as `SecondOpinion.refusal`. Blocks."""
    request = Diagnose(_SYS_UP_TIME, next=False)
    indication, status, _ = asyncio.run(_ask(target, endpoint, request))
    if indication is not None:
        return next((words for kind, words in _REFUSALS if isinstance(indication, kind)), "")
    if int(status) == _AUTHORIZATION_ERROR:
        return "the agent knows this user, but lets it see nothing at this security level"
    return None


async def _ask(target: Target, endpoint: str, request: Diagnose) -> tuple[Any, Any, Any]:
    address, _, port = endpoint.rpartition(":")
    transport = hlapi.Udp6TransportTarget if address.startswith("[") else hlapi.UdpTransportTarget
    command = hlapi.next_cmd if request.next else hlapi.get_cmd
    timeout = min(target.timeout, _LONGEST_TIMEOUT)
    engine = hlapi.SnmpEngine()
    try:
        indication, status, _, varbinds = await command(
            engine,
            _user(target.credentials),
            await transport.create((address.strip("[]"), int(port)), timeout=timeout, retries=0),
            hlapi.ContextData(),
            hlapi.ObjectType(hlapi.ObjectIdentity(request.oid)),
            lookupMib=False,
        )
    finally:
        engine.close_dispatcher()
    return indication, status, varbinds


def _user(user: object) -> Any:
    if not isinstance(user, UsmUser):
        raise TypeError("SNMPv3 needs a user")
    keys: dict[str, Any] = {}
    if user.auth_protocol is not None:
        keys |= {"authKey": user.auth_key, "authProtocol": AUTH_PROTOCOLS[user.auth_protocol]}
    if user.priv_protocol is not None:
        privacy = PRIV_PROTOCOLS[user.priv_protocol, user.key_expansion]
        keys |= {"privKey": user.priv_key, "privProtocol": privacy}
    # The level is the configuration's choice; this only repeats it.
    return hlapi.UsmUserData(user.name, **keys)  # noqa: S509


def _said(status: int, varbinds: Any) -> Said | None:
    if status:
        return ("", None), _ERROR_STATUS.get(status, Answer.OTHER)
    if not varbinds:
        return ("", None), Answer.NULL
    oid, value = varbinds[0]
    answer = _EXCEPTIONS.get(type(value).__name__, Answer.VALUE)
    return (str(oid), plain(value) if answer is Answer.VALUE else None), answer


def plain(value: Any) -> Value:
    """A pyasn1 value as the rest of the collector knows it."""
    if hasattr(value, "asOctets"):
        return bytes(value.asOctets())
    try:
        return int(value)
    except (TypeError, ValueError):
        return str(value)
