"""The shipped styles, and what is told of one that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.pm.formula import Weight, Where, evaluate, expanded
from collector.pm.style import StyleSet
from omc.core.catalogue import Catalogue
from omc.core.errors import ConfigurationError
from omc.core.inventory import Technology
from omc.core.resources import config_folder

CATALOGUE = Catalogue.load(config_folder() / "metrics")
STYLES = StyleSet.load([config_folder() / "pm"], CATALOGUE)

#: What the OMC owes an operator of each generation.
KPIS = {
    Technology.G3: """utran_rrc_setup_success_ratio utran_rab_setup_success_ratio utran_drop_ratio
        utran_hsdpa_throughput_bits_per_second utran_weak_coverage_ratio
        utran_cell_availability_ratio""",
    Technology.G4: """lte_rrc_setup_success_ratio lte_erab_setup_success_ratio lte_erab_drop_ratio
        lte_prb_utilisation_ratio lte_active_users lte_ue_throughput_bits_per_second lte_cqi_mean
        lte_mimo_ratio lte_handover_success_ratio lte_cell_availability_ratio""",
    Technology.G5: """nr_rrc_setup_success_ratio nr_ngsig_success_ratio
        nr_qos_flow_setup_success_ratio nr_qos_flow_drop_ratio nr_prb_utilisation_ratio
        nr_ue_throughput_bits_per_second nr_connected_users nr_endc_addition_success_ratio
        nr_mimo_ratio nr_cell_energy_joules""",
}


def _stored(name: str) -> set[str]:
    """The stored metrics that one is made of, itself if it is stored."""
    metric = CATALOGUE.metric(name)
    if not metric.derived:
        return {name}
    return {stored for part in metric.parts for stored in _stored(part)}


@pytest.mark.parametrize("technology", Technology)
def test_every_kpi_of_a_generation_is_given_by_some_style(technology: Technology) -> None:
    given = {f.metric for _, style in STYLES for f in style.values}
    for name in KPIS[technology].split():
        assert _stored(name) <= given, name


def test_every_vendor_of_the_network_has_a_style() -> None:
    vendors = {name.partition("-")[0] for name in STYLES.names}
    assert vendors == {"3gpp", "ericsson", "huawei", "nokia", "samsung"}


def test_a_ratio_whose_denominator_a_style_gives_has_its_numerator_there_too() -> None:
    for name, style in STYLES:
        given = {formula.metric for formula in style.values}
        for metric in CATALOGUE:
            if metric.ratio and set(metric.ratio.denominator) & given:
                assert set(metric.ratio.numerator) & given, (name, metric.name)


def test_ranges_in_braces_are_written_out() -> None:
    def terms(name: str, weight: Weight) -> list[tuple[str, float]]:
        return [(term.counter, term.weight) for term in expanded({name: weight})]

    assert terms("Bin{0..2}", "number") == [("Bin0", 0), ("Bin1", 1), ("Bin2", 2)]
    assert terms("B{08..10}", 2) == [("B08", 2), ("B09", 2), ("B10", 2)]
    assert terms("B{1..2}.C{3..4}", 1) == [("B1.C3", 1), ("B1.C4", 1), ("B2.C3", 1), ("B2.C4", 1)]


def test_a_counter_counts_only_where_its_partner_is_small() -> None:
    terms = list(expanded({"Users{1..3}": Where(where="Level{1..3}", below=20.5)}))
    assert [(term.counter, term.where) for term in terms] == [
        ("Users1", "Level1"),
        ("Users2", "Level2"),
        ("Users3", "Level3"),
    ]
    levels = {"Level1": 20.0, "Level2": 21.0, "Level3": 20.5}
    users = {"Users1": 1.0, "Users2": 10.0, "Users3": 100.0}
    assert evaluate(users | levels, terms, partial=False) == 1.0
    # Of a band whose level is not told nobody knows whether it counts.
    assert evaluate(users | {"Level1": 0.0}, terms, partial=False) is None
    assert evaluate(users | {"Level1": 0.0}, terms, partial=True) == 1.0
    assert evaluate(users, terms, partial=True) is None


HEAD = 'about: {en: "x", vi: "x"}\ntechnology: 4G\ncells: [EUtranCellFDD]\nvalues:\n'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{metric: lte_nonsense, of: a}", "5:14: 'lte_nonsense' is no metric of the catalogue"),
        ("{metric: lte_erab_drop_ratio, of: a}", "is computed from lte_erab_abnormal_releases"),
        ("{metric: interface_up, of: a}", "interface_up"),
        ("{metric: nr_connected_users, of: a}", "is no metric of 4G cells (lte_...)"),
        ("{metric: lte_connected_users, labels: {direction: dl}, of: a}", "no label 'direction'"),
        ("{metric: lte_connected_users}", "the key 'of' is missing"),
        ("{metric: lte_connected_users, of: []}", "of"),
        ("{metric: lte_connected_users, of: 'a{1..9999}'}", "more than 2000 counters"),
        (
            "{metric: lte_connected_users, of: {'a{1..2}': {where: 'b{1..2}{3..4}', below: 1}}}",
            "b{1..2}{3..4} needs the ranges of a{1..2}, or none",
        ),
        ("{metric: lte_connected_users, off: a}", "the key 'off' is not known here"),
        ("{metric: lte_connected_users, of: a, scale: -1}", "scale"),
    ],
)
def test_a_wrong_formula_is_told_with_its_place(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "own.yaml").write_text(f"{HEAD}  - {line}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        StyleSet.load([tmp_path], CATALOGUE)
    assert "own.yaml:5:" in str(caught.value)
    assert message in str(caught.value)


def test_a_style_of_ones_own_replaces_the_shipped_one_of_its_name(tmp_path: Path) -> None:
    text = f"{HEAD}  - {{metric: lte_connected_users, of: a}}\n"
    (tmp_path / "3gpp-lte.yaml").write_text(text, encoding="utf-8")
    styles = StyleSet.load([config_folder() / "pm", tmp_path], CATALOGUE)
    assert [formula.metric for formula in styles["3gpp-lte"].values] == ["lte_connected_users"]
    assert len(styles) == len(STYLES)
