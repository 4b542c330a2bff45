"""Every metric that a page names is one of the catalogue."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import dashboards.console
from omc.core.catalogue import Catalogue
from omc.core.resources import config_folder

FOLDER = Path(dashboards.console.__file__).parent
CATALOGUE = Catalogue.load(config_folder() / "metrics")
#: A word of several parts that begins as the catalogue's metrics do.
FIRST_WORDS = {metric.name.partition("_")[0] for metric in CATALOGUE}
WORD = re.compile(r'"([a-z]+(?:_[a-z0-9]+)+)"')
#: Names of our own that begin likewise: rules, cookies, texts, files.
NO_METRICS = {
    *("battery_current", "battery_temperature", "dc_bus", "fibre_cut", "lte_cell_down"),
    *("lte_cell_sleeping", "nr_cell_down", "nr_cell_sleeping", "omc_language", "omc_session"),
    *("interface_transmit_utilisation_high", "omc_theme", "optical_rx_power_low", "pon_list"),
    *("rectifiers_used", "time_to_dark", "ups_load", "utran_cell_down"),
}
NAMED = sorted(
    {
        word
        for path in FOLDER.rglob("*.py")
        for word in WORD.findall(path.read_text(encoding="utf-8"))
        if word.partition("_")[0] in FIRST_WORDS and word not in NO_METRICS
    }
)


def test_there_are_metrics_on_the_pages() -> None:
    assert len(NAMED) > 40


@pytest.mark.parametrize("name", NAMED)
def test_a_metric_that_is_named_is_in_the_catalogue(name: str) -> None:
    assert name in CATALOGUE
