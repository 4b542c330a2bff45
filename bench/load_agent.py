"""Thousands of SNMP agents on one UDP socket: every 127.x.y.z address answers as the same router.

    python -m bench.load_agent PORT [PORTS]

Serves the system group and IF-MIB's ifTable and ifXTable with PORTS interfaces (24). Answers are
encoded once and remembered, so that the agent is a small part of what a benchmark measures. GET and
GETBULK of v2c only; answers leave from the address that was asked (IP_PKTINFO).
"""

from __future__ import annotations

import asyncio
import signal
import socket
import struct
import sys
from bisect import bisect_right

from omc.simulator import ber, pdu
from omc.simulator.ber import Oid

IP_PKTINFO = getattr(socket, "IP_PKTINFO", 8)
_MAX_ANSWER = 1400
_GAUGE, _COUNTER32, _TIMETICKS, _COUNTER64 = 0x42, 0x41, 0x43, 0x46

Mib = tuple[list[Oid], list[bytes]]


def router_mib(ports: int) -> Mib:
    """OIDs in order, and the encoded VarBind of each."""
    system, if_entry = (1, 3, 6, 1, 2, 1, 1), (1, 3, 6, 1, 2, 1, 2, 2, 1)
    x_entry = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
    rows: dict[Oid, bytes] = {
        (*system, 1, 0): ber.encode_text("Load-test router"),
        (*system, 2, 0): ber.encode_oid((1, 3, 6, 1, 4, 1, 99999, 1)),
        (*system, 3, 0): ber.encode_unsigned(_TIMETICKS, 123_456_789),
        (*system, 5, 0): ber.encode_text("router"),
        (*system, 6, 0): ber.encode_text("Vĩnh Yên"),
    }
    for port in range(1, ports + 1):
        rows[(*if_entry, 2, port)] = ber.encode_text(f"GigabitEthernet0/0/{port}")
        rows[(*if_entry, 3, port)] = ber.encode_integer(6)
        rows[(*if_entry, 5, port)] = ber.encode_unsigned(_GAUGE, 1_000_000_000)
        rows[(*if_entry, 7, port)] = ber.encode_integer(1)
        rows[(*if_entry, 8, port)] = ber.encode_integer(1 if port % 5 else 2)
        for column in (13, 14, 19, 20):
            rows[(*if_entry, column, port)] = ber.encode_unsigned(_COUNTER32, column * port)
        rows[(*x_entry, 1, port)] = ber.encode_text(f"Gi0/0/{port}")
        for column in range(6, 14):
            value = 10**12 + port * column * 1_000_003
            rows[(*x_entry, column, port)] = ber.encode_unsigned(_COUNTER64, value)
        rows[(*x_entry, 15, port)] = ber.encode_unsigned(_GAUGE, 1000)
        rows[(*x_entry, 18, port)] = ber.encode_text(f"uplink {port}")
    oids = sorted(rows)
    return oids, [ber.tlv(ber.SEQUENCE, ber.encode_oid(oid) + rows[oid]) for oid in oids]


class LoadAgent:
    """Answers on one socket for every loopback address."""

    def __init__(self, mib: Mib, port: int) -> None:
        self._oids, self._varbinds = mib
        self._answers: dict[bytes, bytes] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            self._socket.setsockopt(socket.SOL_SOCKET, option, 8 << 20)
        self._socket.setblocking(False)
        self._socket.bind(("0.0.0.0", port))

    def on_readable(self) -> None:
        """Answer everything that has arrived."""
        for _ in range(256):
            try:
                message, ancillary, _, sender = self._socket.recvmsg(2048, 64)
            except BlockingIOError:
                return
            asked = next((d for level, kind, d in ancillary if kind == IP_PKTINFO), b"")
            if not sender[0].startswith("127.") or len(asked) < 12:
                continue
            source = struct.pack("=I4s4s", 0, asked[8:12], b"\0\0\0\0")
            try:
                answer = self._answer(message)
            except ber.BerError:
                continue
            self._socket.sendmsg([answer], [(socket.IPPROTO_IP, IP_PKTINFO, source)], 0, sender)

    def _answer(self, message: bytes) -> bytes:
        start, end = ber.read_expected(message, 0, len(message), ber.SEQUENCE)
        version, position = ber.read_integer(message, start, end)
        community, position = ber.read_octets(message, position, end)
        request = pdu.read_pdu(message, position, end)
        shape = message[position:end].replace(ber.encode_integer(request.request_id), b"", 1)
        varbinds = self._answers.get(shape)
        if varbinds is None:
            varbinds = self._answers[shape] = self._varbinds_for(request)
        body = pdu.encode_pdu(pdu.RESPONSE, request.request_id, varbinds)
        head = ber.encode_integer(version) + ber.tlv(4, community)
        return ber.tlv(ber.SEQUENCE, head + body)

    def _varbinds_for(self, request: pdu.Pdu) -> bytes:
        if request.kind == pdu.GET:
            return b"".join(self._get(oid) for oid in request.oids)
        repetitions = request.second if request.kind == pdu.GET_BULK else 1
        parts: list[bytes] = []
        size = 0
        for oid in request.oids:
            place = bisect_right(self._oids, oid)
            for varbind in self._varbinds[place : place + repetitions]:
                size += len(varbind)
                if size > _MAX_ANSWER:
                    return b"".join(parts)
                parts.append(varbind)
            if place == len(self._oids):
                parts.append(ber.tlv(ber.SEQUENCE, ber.encode_oid(oid) + ber.END_OF_MIB_VIEW))
        return b"".join(parts)

    def _get(self, oid: Oid) -> bytes:
        place = bisect_right(self._oids, oid) - 1
        if place >= 0 and self._oids[place] == oid:
            return self._varbinds[place]
        return ber.tlv(ber.SEQUENCE, ber.encode_oid(oid) + ber.NO_SUCH_INSTANCE)

    async def serve(self) -> None:
        """Answer until the process is told to end."""
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        loop.add_reader(self._socket.fileno(), self.on_readable)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    """Serve on the port of the command line."""
    port = int(sys.argv[1])
    ports = int(sys.argv[2]) if len(sys.argv) > 2 else 24
    asyncio.run(LoadAgent(router_mib(ports), port).serve())


if __name__ == "__main__":
    main()
