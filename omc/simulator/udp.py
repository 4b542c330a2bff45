"""Datagrams for two thousand addresses on one socket, answered from the address that was asked.

Where the system tells a datagram's destination (IP_PKTINFO, Linux), one socket on all addresses
serves the whole 127/8; only loopback destinations are answered, so nothing is offered to the
network. Elsewhere every node has a socket of its own on a port of 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import resource
import socket
import struct
from collections.abc import Callable

from omc.simulator.addresses import AddressPlan

#: Called with the endpoint that was asked and the datagram; returns the answer or None.
Handler = Callable[[tuple[str, int], bytes], bytes | None]

_PKTINFO = getattr(socket, "IP_PKTINFO", 8)
_LAYOUT = struct.Struct("=I4s4s")
_ANCILLARY = socket.CMSG_SPACE(_LAYOUT.size)
_BUFFER = 4 * 1024 * 1024
_LONGEST = 65_535
#: Datagrams taken at one wake-up before others on the loop have their turn.
_BATCH = 64
#: Open files besides the sockets of the nodes: connections, logs, libraries.
_OTHER_FILES = 200


def knows_destinations() -> bool:
    """Whether this system can tell the destination of a datagram on a shared socket."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.setsockopt(socket.IPPROTO_IP, _PKTINFO, 1)
            probe.bind(("127.64.0.1", 0))
        except OSError:
            return False
    return True


class UdpServer:
    """The sockets of a province; open between `start` and `close`."""

    def __init__(self, addresses: AddressPlan, nodes: int, handler: Handler) -> None:
        self._addresses = addresses
        self._nodes = nodes
        self._handler = handler
        self._sockets: list[socket.socket] = []

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Open the sockets and answer from now on.

        Raises:
            OSError: a port is taken.
        """
        try:
            if self._addresses.own_addresses:
                self._open_shared(loop)
            else:
                self._open_single(loop)
        except OSError:
            self.close(loop)
            raise

    def close(self, loop: asyncio.AbstractEventLoop) -> None:
        """Stop answering."""
        for opened in self._sockets:
            loop.remove_reader(opened)
            opened.close()
        self._sockets.clear()

    def _open_shared(self, loop: asyncio.AbstractEventLoop) -> None:
        opened = self._open("0.0.0.0", self._addresses.port)
        opened.setsockopt(socket.IPPROTO_IP, _PKTINFO, 1)
        loop.add_reader(opened, self._serve_shared, opened)

    def _open_single(self, loop: asyncio.AbstractEventLoop) -> None:
        _allow_open_files(self._nodes)
        for index in range(self._nodes):
            endpoint = self._addresses.of(index)
            opened = self._open(*endpoint)
            loop.add_reader(opened, self._serve_single, opened, endpoint)

    def _open(self, host: str, port: int) -> socket.socket:
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sockets.append(opened)
        opened.setblocking(False)
        if self._addresses.own_addresses:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        opened.bind((host, port))
        return opened

    def _serve_shared(self, opened: socket.socket) -> None:
        for _ in range(_BATCH):
            try:
                data, ancillary, _, asker = opened.recvmsg(_LONGEST, _ANCILLARY)
            except OSError:
                return
            asked = _destination(ancillary)
            if asked is None or asked[0] != 127:
                continue
            answer = self._handler((socket.inet_ntoa(asked), self._addresses.port), data)
            if answer is not None:
                _send_from(opened, asked, answer, asker)

    def _serve_single(self, opened: socket.socket, endpoint: tuple[str, int]) -> None:
        for _ in range(_BATCH):
            try:
                data, asker = opened.recvfrom(_LONGEST)
            except OSError:
                return
            answer = self._handler(endpoint, data)
            if answer is not None:
                _send(opened, answer, asker)


def _allow_open_files(wanted: int) -> None:
    """Raise the process's own limit of open files, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = wanted + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < enough:
        limit = enough if hard == resource.RLIM_INFINITY else min(enough, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def _destination(ancillary: list[tuple[int, int, bytes]]) -> bytes | None:
    for level, kind, content in ancillary:
        if level == socket.IPPROTO_IP and kind == _PKTINFO:
            address: bytes = _LAYOUT.unpack(content[: _LAYOUT.size])[2]
            return address
    return None


def _send_from(opened: socket.socket, source: bytes, data: bytes, asker: tuple[str, int]) -> None:
    """Answer from the address that was asked; a full buffer loses it, as UDP does."""
    control = (socket.IPPROTO_IP, _PKTINFO, _LAYOUT.pack(0, source, bytes(4)))
    try:
        opened.sendmsg([data], [control], 0, asker)
    except OSError:
        return


def _send(opened: socket.socket, data: bytes, asker: tuple[str, int]) -> None:
    try:
        opened.sendto(data, asker)
    except OSError:
        return
