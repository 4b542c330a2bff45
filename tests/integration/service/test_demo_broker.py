"""The broker of the demo, however much it has to say."""

from __future__ import annotations

import asyncio

from omc.service.demo import demo_broker

#: The broker complains of clients that connect twice, by their names: these are more than pipes and
#: readers hold.
CLIENTS = 40
LONG_NAME = b"a" * 20_000
#: What accepts a client: CONNACK of MQTT 3.1.1, section 3.2.
ACCEPTED = b"\x20\x02\x00\x00"


def connect(client: bytes) -> bytes:
    """CONNECT of MQTT 3.1.1, section 3.1, with a clean session."""
    said = b"\x00\x04MQTT\x04\x02\x00\x3c" + len(client).to_bytes(2, "big") + client
    length, encoded = len(said), b""
    while length:
        length, digit = divmod(length, 128)
        encoded += bytes([digit | (128 if length else 0)])
    return b"\x10" + encoded + said


async def test_the_broker_goes_on_though_nobody_reads_its_complaints() -> None:
    async with demo_broker() as port, asyncio.timeout(60):
        for number in range(CLIENTS):
            answers, sent = await asyncio.open_connection("127.0.0.1", port)
            client = connect(LONG_NAME + str(number).encode())
            sent.write(client)
            assert await answers.readexactly(len(ACCEPTED)) == ACCEPTED
            sent.write(client)
            await sent.drain()
            sent.close()
