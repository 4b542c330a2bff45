"""Panels that stand on more than one page."""

from __future__ import annotations

from dashboards.grafana.kit import Kit
from dashboards.grafana.palette import NEUTRAL
from dashboards.grafana.promql import growth
from dashboards.grafana.spec import Look, Panel, Query, text


def traffic_of_all_ports(kit: Kit) -> Panel:
    """Bits a second through all ports of the chosen sites, both ways."""
    return Panel(
        text("Traffic of all ports", "Lưu lượng mọi cổng"),
        Look.AREAS,
        (
            Query(f"sum({growth('interface_receive_bytes_total')}) * 8", text("received", "thu")),
            Query(f"sum({growth('interface_transmit_bytes_total')}) * 8", text("sent", "phát")),
        ),
        unit=kit.unit("interface_speed_bits_per_second"),
        steps=NEUTRAL,
        low=0,
    )
