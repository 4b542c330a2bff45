"""Who may send events: those with a certificate of the right authority, or with a password."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets

from collector.source_allowance import SourceAllowance
from omc.core.clock import Clock
from omc.core.passwords import Passwords

#: Wrong passwords that one address may try at once, and a second for ever: each costs us much.
_TRIES, _TRIES_A_SECOND = 5, 0.2
_MOST_REMEMBERED = 1_000


class TooManyTries(Exception):
    """An address has sent so many wrong passwords that none is looked at for now."""


class Admission:
    """Knows the senders.

    Args:
        passwords: Of those who come with one; None: nobody does.
        clock: Measures tries.
    """

    def __init__(self, passwords: Passwords | None, clock: Clock) -> None:
        self._passwords = passwords
        self._clock = clock
        self._tries = SourceAllowance(_TRIES_A_SECOND, _TRIES)
        self._key = secrets.token_bytes(32)
        self._proved: dict[bytes, str] = {}
        self._one_at_a_time = asyncio.Lock()

    async def admit(self, peer: str | None, authorization: str, address: str) -> str | None:
        """The sender's name; None for nobody.

        Args:
            peer: Whom the certificate of the connection names; None: it shows none.
            authorization: Value of the header, or "".
            address: Where from.

        Raises:
            TooManyTries: of wrong passwords, from this address.
        """
        if peer is not None:
            return f"certificate:{peer}"
        scheme, _, credentials = authorization.partition(" ")
        if self._passwords is None or scheme.lower() != "basic":
            return None
        # To check a password is slow on purpose, and senders send it with every event.
        mark = hmac.digest(self._key, credentials.encode(), hashlib.sha256)
        known = self._proved.get(mark)
        if known is not None:
            return known
        async with self._one_at_a_time:
            # Another request may have proved the same meanwhile.
            return self._proved.get(mark) or await self._prove(
                self._passwords, mark, credentials.strip(), address
            )

    async def _prove(
        self, passwords: Passwords, mark: bytes, credentials: str, address: str
    ) -> str | None:
        if not self._tries.takes(address, self._clock.monotonic()):
            raise TooManyTries
        name = await asyncio.to_thread(passwords.admit, credentials)
        if name is None:
            return None
        self._tries.give_back(address)
        if len(self._proved) >= _MOST_REMEMBERED:
            self._proved.clear()
        self._proved[mark] = f"user:{name}"
        return self._proved[mark]
