"""The site's supervision unit: publishes over MQTT, and answers SNMP for itself."""

from __future__ import annotations

from omc.simulator.device import SYSTEM_COLUMNS
from omc.simulator.interfaces import ETHERNET, INTERFACE_COLUMNS, HasInterfaces, Interface
from omc.simulator.mib_tree import MibTree
from omc.simulator.network import Node
from omc.simulator.rhythm import phase_of
from omc.simulator.sensors import SENSOR_COLUMNS, UNITS, HasSensors, Sensor, SensorType
from omc.simulator.world import Moment, World


class Gateway(HasInterfaces, HasSensors):
    """A supervision unit with two ports, a thermometer and a hygrometer."""

    sys_descr = "Field supervision unit FSU-8, simulated by OMC Telemetry"

    def __init__(self, world: World, node: Node) -> None:
        super().__init__(world, node)
        phase, site = phase_of(node.index), node.site
        self.set_interfaces(
            [
                Interface(
                    1, "eth0", "uplink", ETHERNET, 1_000, True, None, 450.0, 900.0, phase
                ),
                Interface(2, "eth1", "", ETHERNET, 1_000, False, None, 0.0, 0.0, phase),
            ]
        )  # fmt: skip
        self.set_sensors(
            [
                Sensor(
                    1, "Shelter temperature", SensorType.CELSIUS, UNITS, 1,
                    lambda moment: moment.indoor(site),
                ),
                Sensor(
                    2, "Shelter humidity", SensorType.PERCENT_HUMIDITY, UNITS, 1,
                    lambda moment: 100 * moment.indoor_humidity(site),
                ),
            ]
        )  # fmt: skip


GATEWAY_TREE: MibTree[Gateway, Moment] = MibTree(
    [*SYSTEM_COLUMNS, *INTERFACE_COLUMNS, *SENSOR_COLUMNS]
)
