"""Real servers as fixtures. One that a test stops or kills is started by the test itself."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.servers.influxdb import InfluxDB
from tests.servers.mosquitto import Mosquitto
from tests.servers.victoria_metrics import VictoriaMetrics

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what runs in the background deaf to Ctrl-C, and all that it starts itself.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says more of the machine than of what is tested.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
def mosquitto() -> Iterator[Mosquitto]:
    """A broker open to everyone, shared by all tests: use topics of your own."""
    with Mosquitto() as server:
        yield server


@pytest.fixture(scope="session")
def victoria_metrics() -> Iterator[VictoriaMetrics]:
    """A VictoriaMetrics with its default flags, shared: use metric names of your own."""
    with VictoriaMetrics() as server:
        yield server


@pytest.fixture(scope="session")
def influxdb() -> Iterator[InfluxDB]:
    """An InfluxDB 1.x without authentication, shared: create a database of your own."""
    with InfluxDB() as server:
        yield server


@pytest.fixture(autouse=True)
def _logs_are_not_configured_for_the_next_test() -> Iterator[None]:
    """A command that is run in this process configures the logs of the whole process."""
    yield
    structlog.reset_defaults()
