"""The cells of a site with what they carry: one line a cell."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.console.components.table import Cell, Field
from dashboards.console.site_values import SiteValues
from dashboards.console.viewer import Viewer
from omc.core.inventory import Site, Technology
from omc.core.quantity_text import state_text

_STATE = {
    Technology.G3: "utran_cell_state",
    Technology.G4: "lte_cell_state",
    Technology.G5: "nr_cell_state",
}
_PREFIX = {Technology.G4: "lte", Technology.G5: "nr"}
#: Share of set-ups that succeed below which a cell is marked. Engineering judgement.
_GOOD_SETUP = 0.98
_FULL = 0.8


def cell_rows(viewer: Viewer, site: Site, values: SiteValues) -> list[list[Field]]:
    """Fields of the table of cells: name, band, state, PRB, users, volume, set-up success."""
    catalogue = viewer.console.world.catalogue
    cells = viewer.console.world.inventory.cells_of.get(site.code, ())
    states = {t: values.by_label(metric, "cell") for t, metric in _STATE.items()}
    read = {t: _carried(values, prefix) for t, prefix in _PREFIX.items()}
    rows: list[list[Field]] = []
    for cell in sorted(cells, key=lambda c: (c.technology, c.band, c.sector)):
        state = states[cell.technology].get(cell.name)
        metric = catalogue.metric(_STATE[cell.technology])
        word = "–" if state is None else state_text(metric, state, viewer.language)
        works = state == 1
        carried = read.get(cell.technology, {})
        rows.append(
            [
                Cell(cell.name, shape="" if state is None else "cleared" if works else "critical"),
                f"{cell.technology} {cell.band}",
                Cell(word, "" if works or state is None else "critical"),
                _share(viewer, carried, "prb", cell.name),
                _number(viewer, carried, "users", cell.name),
                _volume(viewer, carried, cell.name),
                _setup(viewer, carried, cell.name),
            ]
        )
    return rows


_Carried = Mapping[str, Mapping[str, float]]


def _carried(values: SiteValues, prefix: str) -> _Carried:
    """What is read of a technology, by cell."""
    by_cell: dict[str, dict[str, float]] = {
        "users": values.by_label(f"{prefix}_connected_users", "cell"),
        "attempts": values.by_label(f"{prefix}_rrc_setup_attempts", "cell"),
        "successes": values.by_label(f"{prefix}_rrc_setup_successes", "cell"),
    }
    for name, metric in (("prb", "prb_utilisation_ratio"), ("volume", "pdcp_volume_bytes")):
        by_cell[name] = {
            latest.series.labels.get("cell", ""): latest.value
            for latest in values.latest(f"{prefix}_{metric}")
            if latest.series.labels.get("direction", "dl") == "dl"
        }
    return by_cell


def _share(viewer: Viewer, carried: _Carried, name: str, cell: str) -> Field:
    value = carried.get(name, {}).get(cell)
    if value is None:
        return "–"
    tone = "minor" if value > _FULL else ""
    return Cell(viewer.texts.percent(value, 0), tone, share=value)


def _number(viewer: Viewer, carried: _Carried, name: str, cell: str) -> Field:
    value = carried.get(name, {}).get(cell)
    return "–" if value is None else viewer.texts.number(value)


def _volume(viewer: Viewer, carried: _Carried, cell: str) -> Field:
    value = carried.get("volume", {}).get(cell)
    return "–" if value is None else f"{viewer.texts.number(value / 1e6)} MB"


def _setup(viewer: Viewer, carried: _Carried, cell: str) -> Field:
    attempts = carried.get("attempts", {}).get(cell)
    successes = carried.get("successes", {}).get(cell)
    if not attempts or successes is None:
        return "–"
    ratio = successes / attempts
    return Cell(viewer.texts.percent(ratio), "minor" if ratio < _GOOD_SETUP else "")
