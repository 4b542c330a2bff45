"""Light between the routers at both ends of a cable."""

from __future__ import annotations

import math

from omc.simulator.dirt import Connector, dirt_decibels
from omc.simulator.network import Span
from omc.simulator.seeds import unit
from omc.simulator.world import Moment

#: Launch power in dBm, loss in dB a kilometre and of the connectors.
_LAUNCH, _FIBRE_LOSS, _CONNECTOR_LOSS = 0.5, 0.26, 1.6


def launched_dbm(span: Span, site: int) -> float:
    """Light that is sent at one end of a transport span: long ones have stronger optics."""
    return _LAUNCH + unit(span.index, site, 1) + (4.0 if span.metres > 25_000 else 0.0)


def arriving_dbm(span: Span, site: int) -> float:
    """Light that arrives at one end of a transport span with clean connectors."""
    assert span.b is not None  # noqa: S101 - transport spans join two sites
    far = span.b if site == span.a else span.a
    ageing = 2.5 * unit(span.index, 4) ** 3
    return launched_dbm(span, far) - _CONNECTOR_LOSS - _FIBRE_LOSS * span.metres / 1000 - ageing


def received_dbm(moment: Moment, span: Span, site: int, phase: int) -> float | None:
    """What the transceiver at one end measures; None is no light at all."""
    if moment.world.links.is_down(span.index):
        return None
    sway = 0.04 * math.sin(moment.time / 21_600 + phase)
    bent = moment.world.bend_decibels(span.index)
    end = 2 * span.index + (site == span.a)
    dirt = dirt_decibels(Connector.LINE_PORT, end, moment.time)
    return arriving_dbm(span, site) + sway - bent - dirt
