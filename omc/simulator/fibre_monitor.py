"""Access Link Monitors at hubs: an OTDR on every transport cable that begins there.

ADVA-FSP3000ALM-MIB, as far as `config/profiles/adva-alm.yaml` reads it. A port measures its cable
whether or not anything else shines into it, so a dark far end is no fault, and a cut is one with a
distance.
"""

from __future__ import annotations

from omc.simulator import values
from omc.simulator.device import SYSTEM_COLUMNS, SimulatedDevice
from omc.simulator.mib_tree import Column, MibTree, Rows
from omc.simulator.network import Node
from omc.simulator.seeds import unit
from omc.simulator.world import Moment, World

_ALM = (1, 3, 6, 1, 4, 1, 2544, 1, 14)
_PORT = (*_ALM, 2, 2, 1)
_LOSS = (*_ALM, 3, 1, 1)
_IN_SERVICE = 2
#: portOperState.
_NORMAL, _OUTAGE = 1, 3
#: Decibels: of a kilometre of fibre, of connectors; and the most that it measures.
_FIBRE_LOSS, _CONNECTOR_LOSS, _MOST_LOSS = 0.26, 0.8, 40.0
#: Metres that a distance is wrong by at most: sampling, and the index of refraction.
_RESOLUTION = 4.0


class FibreMonitor(SimulatedDevice):
    """An OTDR with a switch in front of it.

    Attributes:
        spans: Indexes of its cables, in the order of its ports.
    """

    sys_object_id = _ALM
    sys_descr = "Access Link Monitor, simulated by OMC Telemetry"
    enterprise = 2544

    def __init__(self, world: World, node: Node) -> None:
        super().__init__(world, node)
        self.spans = [span for span, _ in world.topology.links[node.site]]
        self.rows["ports"] = Rows([(port,) for port, _ in enumerate(self.spans, start=1)])
        self.rows["fibres"] = Rows([(port, 1) for port, _ in enumerate(self.spans, start=1)])

    def cut_metres(self, moment: Moment, port: int) -> float | None:
        """Cable between here and the cut at a port; None while it is whole."""
        metres = moment.world.cut_metres(self.spans[port], self.node.site)
        if metres is None:
            return None
        error = _RESOLUTION * (2 * unit(self.node.index, self.spans[port], int(metres)) - 1)
        return max(metres + error, 1.0)

    def loss(self, moment: Moment, port: int) -> float:
        """Decibels from end to end."""
        world, span = moment.world, self.spans[port]
        if world.cut_metres(span, self.node.site) is not None:
            return _MOST_LOSS
        kilometres = world.province.spans[span].metres / 1000
        bent = world.bend_decibels(span)
        return min(_CONNECTOR_LOSS + _FIBRE_LOSS * kilometres + bent, _MOST_LOSS)

    def deviation(self, moment: Moment, port: int) -> float:
        """Decibels that a cable loses more than when the monitoring began."""
        kilometres = moment.world.province.spans[self.spans[port]].metres / 1000
        return self.loss(moment, port) - _CONNECTOR_LOSS - _FIBRE_LOSS * kilometres


def _state(monitor: FibreMonitor, moment: Moment, port: int) -> bytes:
    return values.integer(_NORMAL if monitor.cut_metres(moment, port) is None else _OUTAGE)


def _name(monitor: FibreMonitor, moment: Moment, port: int) -> bytes:
    return values.text(moment.world.province.spans[monitor.spans[port]].code)


def _tenths(value: float) -> bytes:
    return values.integer(round(10 * value))


_COLUMNS: tuple[Column[FibreMonitor, Moment], ...] = (
    Column((*_ALM, 2, 1, 9), "", lambda d, m, r: values.text("16ALM-1650D")),
    Column((*_ALM, 2, 1, 11), "", lambda d, m, r: _tenths(m.indoor(d.node.site) + 14)),
    Column((*_PORT, 2), "ports", lambda d, m, r: values.integer(_IN_SERVICE)),
    Column((*_PORT, 3), "ports", _state),
    Column((*_PORT, 4), "ports", _name),
    Column((*_LOSS, 2), "fibres", lambda d, m, r: _tenths(d.loss(m, r))),
    Column((*_LOSS, 3), "fibres", lambda d, m, r: _tenths(d.cut_metres(m, r) or 0.0)),
    Column((*_LOSS, 5), "fibres", lambda d, m, r: _tenths(d.deviation(m, r))),
)

FIBRE_MONITOR_TREE: MibTree[FibreMonitor, Moment] = MibTree([*SYSTEM_COLUMNS, *_COLUMNS])
