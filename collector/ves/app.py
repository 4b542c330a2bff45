"""The HTTP of VES: requests are admitted, bounded, checked, and answered by the book.

Source: ONAP VES Event Listener 7.2: POST /eventListener/v7 and /eventListener/v7/eventBatch.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from collector.source_allowance import SourceAllowance
from collector.ves.admission import Admission, TooManyTries
from collector.ves.fields import DOMAINS
from collector.ves.intake import VesIntake
from collector.ves.schema import Unfit, events_of
from omc.bus.base import Bus
from omc.core.clock import Clock

log = structlog.get_logger(__name__)

#: Requests whose bodies are in memory at one time; others wait before theirs is read.
_AT_A_TIME = 16
_VERSIONS = {"X-MinorVersion": "2", "X-PatchVersion": "1", "X-LatestVersion": "7.2.1"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one sender may ask of us.

    Attributes:
        max_body: Bytes of a request.
        rate: Events a second for ever.
        burst: Events at once.
        body_timeout: Seconds in which the body of a request has to come.
    """

    max_body: int
    rate: float
    burst: float
    body_timeout: float = 10.0


class _Refused(Exception):
    """A request is answered with an error.

    Attributes:
        word: What is counted.
        response: The answer.
    """

    def __init__(self, word: str, status: int, message_id: str, text: str) -> None:
        super().__init__(text)
        self.word = word
        kind = "policyException" if message_id.startswith("POL") else "serviceException"
        error = {"requestError": {kind: {"messageId": message_id, "text": text}}}
        # What is left of the body is not waited for.
        headers = {"Connection": "close", **_VERSIONS}
        if status == 401:
            headers["WWW-Authenticate"] = 'Basic realm="VES"'
        self.response = JSONResponse(error, status, headers)


class VesApp:
    """Answers requests.

    Args:
        intake: Takes the events.
        admission: Knows senders.
        limits: What each may ask.
        bus: Events are accepted once it has their samples safe.
        clock: Measures rates.

    Attributes:
        requests: By how they ended.
    """

    def __init__(
        self, intake: VesIntake, admission: Admission, limits: Limits, bus: Bus, clock: Clock
    ) -> None:
        self.requests: Counter[str] = Counter()
        self._intake = intake
        self._admission = admission
        self._limits = limits
        self._bus = bus
        self._clock = clock
        self._allowance = SourceAllowance(limits.rate, limits.burst)
        self._reading = asyncio.Semaphore(_AT_A_TIME)
        self.asgi = Starlette(
            routes=[
                Route("/eventListener/v7", self._single, methods=["POST"]),
                Route("/eventListener/v7/eventBatch", self._batch, methods=["POST"]),
            ]
        )

    async def _single(self, request: Request) -> Response:
        return await self._answer(request, is_batch=False)

    async def _batch(self, request: Request) -> Response:
        return await self._answer(request, is_batch=True)

    async def _answer(self, request: Request, *, is_batch: bool) -> Response:
        try:
            await self._take(request, is_batch=is_batch)
        except _Refused as refused:
            self.requests[refused.word] += 1
            return refused.response
        except ClientDisconnect:
            self.requests["disconnected"] += 1
            return Response(status_code=400)
        except Exception:
            self.requests["internal_error"] += 1
            log.exception("ves_request_failed_internally")
            return JSONResponse({}, 500, {"Connection": "close"})
        self.requests["accepted"] += 1
        return Response(status_code=202, headers=_VERSIONS)

    async def _take(self, request: Request, *, is_batch: bool) -> None:
        sender = await self._admit(request)
        async with self._reading:
            body = await self._body(request)
            events = await asyncio.to_thread(_events, body, is_batch=is_batch)
        now = self._clock.monotonic()
        if not self._allowance.takes(sender, now, len(events)):
            if self._allowance.shed(sender) == 1:
                log.warning("ves_flood", sender=sender)
            raise _Refused("shed", 429, "POL2000", "too many events: send fewer, or later")
        results = [self._intake.take(event) for event in events]
        await self._bus.settled()
        if not is_batch and results[0] == "unsupported":
            taken = ", ".join(DOMAINS)
            text = f"this domain is not taken here; those that are: {taken}"
            raise _Refused("unsupported", 400, "SVC0002", text)

    async def _admit(self, request: Request) -> str:
        address = request.client.host if request.client else ""
        peer = request.scope.get("state", {}).get("peer")
        authorization = request.headers.get("authorization", "")
        try:
            sender = await self._admission.admit(peer, authorization, address)
        except TooManyTries:
            text = "too many wrong passwords: try again later"
            raise _Refused("too_many_tries", 429, "POL2000", text) from None
        if sender is None:
            raise _Refused("unauthorised", 401, "POL2000", "unknown user, password or certificate")
        return sender

    async def _body(self, request: Request) -> bytes:
        limit = self._limits.max_body
        too_large = _Refused(
            "too_large", 413, "POL9003", f"message content size exceeds {limit:,} bytes"
        )
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > limit:
            raise too_large
        body = bytearray()
        try:
            async with asyncio.timeout(self._limits.body_timeout):
                async for part in request.stream():
                    body += part
                    if len(body) > limit:
                        raise too_large
        except TimeoutError:
            raise _Refused("too_slow", 408, "SVC0001", "the request did not come in time") from None
        return bytes(body)


def _events(body: bytes, *, is_batch: bool) -> list[dict[str, Any]]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else "no JSON"
        raise _Refused("malformed", 400, "SVC0002", f"the body is not understood: {why}") from None
    try:
        return events_of(document, is_batch=is_batch)
    except Unfit as error:
        raise _Refused("unfit", 400, "SVC0002", f"no VES 7.x event: {error}") from None
    except RecursionError:
        raise _Refused("malformed", 400, "SVC0002", "nested too deeply") from None
