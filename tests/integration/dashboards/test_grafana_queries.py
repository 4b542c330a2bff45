"""Every query of every Grafana dashboard, asked of real databases that hold a running province."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.grafana.build import pages
from dashboards.grafana.spec import Page, Source
from tests.integration.service.test_demo import demo
from tests.servers.influxdb import InfluxDB
from tests.servers.process import http_request
from tests.servers.prometheus import Prometheus

SITES = 24
PAGES = pages()
#: A site that has everything that the page of a site shows.
EQUIPPED = (
    "topk(1, count by (site) (lte_cell_state)"
    " and on (site) optical_rx_power_dbm and on (site) nr_cell_state)"
)


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A server that has scraped a healthy province for long enough to know rates of all."""
    log = tmp_path_factory.mktemp("demo") / "demo.log"
    with demo(log, "--sites", str(SITES)) as (_, port), Prometheus(port, interval=2.0) as server:
        for first in ("pon_ont_rx_power_dbm", "utran_cell_state", "nr_connected_users"):
            server.wait_for(f"count({first})", 60)
        server.wait_for("rate(pon_port_bytes_total[5m])", 120)
        server.wait_for(EQUIPPED, 60)
        yield server


def asked(text: str, site: str) -> str:
    """A query of a page as Grafana would send it, at this choice of sites."""
    chosen = {"site": site, "area": ".*", "technology": ".*", "__rate_interval": "5m"}
    for name, value in chosen.items():
        text = text.replace(f"${name}", value)
    assert "$" not in text, text
    return text


def of(source: Source) -> list[Page]:
    return [page for page in PAGES if page.source is source]


@pytest.mark.parametrize("page", of(Source.PROMETHEUS), ids=lambda page: page.name)
def test_every_panel_has_data_on_a_healthy_network(page: Page, prometheus: Prometheus) -> None:
    [equipped] = prometheus.query(EQUIPPED)
    one = next((v for v in page.variables if v.name == "site" and not v.several), None)
    site = equipped.labels["site"] if one else ".*"
    empty = []
    for panel in page.panels:
        for query in panel.queries:
            answers = prometheus.query(asked(query.text, site))
            if not answers or any(a.value != a.value for a in answers):  # NaN: divided by zero
                empty.append(f"{panel.title.en}: {query.text}")
    assert not empty


def test_every_choice_at_the_head_of_a_page_has_something_to_choose(
    prometheus: Prometheus,
) -> None:
    for page in of(Source.PROMETHEUS):
        for variable in page.variables:
            found = re.fullmatch(r"label_values\((.*), (\w+)\)", variable.query)
            assert found is not None, variable.query
            answers = prometheus.query(asked(found[1], ".*"))
            assert any(answer.labels.get(found[2]) for answer in answers), variable.query


@pytest.fixture(scope="module")
def influxdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InfluxDB]:
    """A database that holds a day of the province."""
    past = tmp_path_factory.mktemp("past") / "past.lp"
    wanted = {
        name
        for page in of(Source.INFLUXDB)
        for panel in page.panels
        for query in panel.queries
        for name in re.findall(r'FROM "(\w+)"', query.text)
    }
    command = [sys.executable, "-m", "omc", "simulate", "history", "--sites", "8", "--days", "1"]
    options = ["--format", "influx", "--metrics", ",".join(sorted(wanted))]
    subprocess.run([*command, *options, "-o", str(past)], check=True, capture_output=True)
    with InfluxDB() as server:
        server.execute('CREATE DATABASE "omc"')
        status, body = http_request(
            server.port, "POST", "/write?db=omc&precision=ms", Path(past).read_bytes()
        )
        assert status == 204, body
        yield server


@pytest.mark.parametrize("page", of(Source.INFLUXDB), ids=lambda page: page.name)
def test_every_panel_of_the_long_range_has_data(page: Page, influxdb: InfluxDB) -> None:
    now = round(time.time() * 1000)
    for panel in page.panels:
        for query in panel.queries:
            text = (
                query.text.replace("$timeFilter", f"time > {now - 86_400_000}ms")
                .replace("$__interval", "1h")
                .replace("$site", ".*", 1)
                .replace("/^$site$/", "/^.*$/")
            )
            series = influxdb.execute(text, "omc")
            values = [row[1] for one in series for row in one["values"]]
            assert values, f"{panel.title.en}: {text}"
            assert all(value is not None for value in values), panel.title.en
    for variable in page.variables:
        assert influxdb.execute(variable.query, "omc"), variable.query
