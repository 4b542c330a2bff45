"""The receiver of traps as the settings want it, and what it counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from collector.snmp.credentials import UsmUser
from collector.snmp.trap_reading import TrapNode, TrapReader
from collector.snmp.trap_receiver import TrapReceiver
from collector.source_allowance import SourceAllowance
from omc.bus.base import Bus
from omc.core.clock import Clock
from omc.core.settings import TrapSettings
from omc.service.installation import Installation
from omc.service.targets import snmp_credentials


def trap_receiver(
    written: TrapSettings,
    installation: Installation,
    bus: Bus,
    clock: Clock,
    kept: Callable[[], Awaitable[None]],
) -> TrapReceiver:
    """A receiver that does not listen yet; `kept` returns when what was told is on disk."""
    nodes = [
        TrapNode(node.name, node.site or "", node.address)
        for node in installation.inventory.nodes.values()
        if node.address is not None
    ]
    named = (installation.settings.credentials[name] for name in written.users)
    users = [user for entry in named if isinstance(user := snmp_credentials(entry), UsmUser)]
    return TrapReceiver(
        TrapReader(installation.traps, nodes),
        bus,
        clock,
        host=written.listen.host,
        port=written.listen.port,
        communities=[community.get_secret_value() for community in written.communities],
        users=users,
        allowance=SourceAllowance(written.rate, written.burst),
        kept=kept,
    )


class TrapMetrics(Collector):
    """Datagrams at the trap port.

    Args:
        receiver: Counts them.
    """

    def __init__(self, receiver: TrapReceiver) -> None:
        self._receiver = receiver

    def collect(self) -> Iterator[Metric]:
        """All of them, at the moment of the scrape."""
        traps = CounterMetricFamily(
            "omc_traps", "Datagrams at the trap port, by result.", labels=["result"]
        )
        for result, count in self._receiver.results.items():
            traps.add_metric([result], count)
        yield traps
