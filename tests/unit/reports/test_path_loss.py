"""Path loss against published figures and against the formulas as another library prints them."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tr3gpp import tr38901

from omc.reports.radio.hata import hata
from omc.reports.radio.location import location_probability, loss_at, normal_distribution
from omc.reports.radio.path_loss import Link, Mode, OutOfRange, PathLoss, Tr38901

SCENARIOS = {"uma": "UMa", "umi": "UMi-StreetCanyon", "rma": "RMa"}
HEIGHTS = {"uma": 25.0, "umi": 10.0, "rma": 35.0}
distances = st.floats(10.0, 5000.0)
#: A busy machine is no fault of a formula.


def at(distance: float) -> np.ndarray:
    return np.array([distance])


def test_rma_with_sight_is_what_mathworks_nrpathloss_prints() -> None:
    link = Link(3.5, base_m=30, user_m=1.5, building_m=7, street_m=25)
    loss, _ = Tr38901("rma").los(at(math.hypot(1000, 1000)), link)
    assert loss[0] == pytest.approx(110.1615, abs=5e-5)


_WORDS = {
    r"\log_{10}": "log10", r"\pi": "pi", r"\min": "min", "d'_{BP}": "dbp", "d_{BP}": "dbp",
    "d_{3D}": "d", "h_{BS}": "hbs", "h_{UT}": "hut", "f_c": "f", "W": "w", "^": "**",
    "{": "(", "}": ")",
}  # fmt: skip
_TOKEN = re.compile(r"log10|min|pi|dbp|hbs|hut|[dfhw]|[\d.]+|\*\*|[-+/(),]")


def _python(latex: str) -> str:
    """One formula of TR 38.901 as tr3gpp prints it, as Python: juxtaposition is a product."""
    for word, ours in _WORDS.items():
        latex = latex.replace(word, ours)
    parts: list[str] = []
    for token in _TOKEN.findall(latex):
        ends = bool(parts) and (parts[-1][-1] in ").0123456789" or parts[-1].isalpha())
        called = bool(parts) and parts[-1] in ("log10", "min")
        if ends and not called and (token == "(" or token[0].isalnum()):
            parts.append("*")
        parts.append(token)
    return "".join(parts)


def _oracle(scenario: str, condition: str, part: str, **values: float) -> float:
    entry = tr38901.section("7.4").pathloss(scenario=scenario, condition=condition)
    formula = next(
        text.split("=", 1)[1]
        for text in entry.formula.split(r"; \quad ")
        if text.replace(" ", "").startswith(part)
    )
    names: dict[str, Any] = {"log10": math.log10, "min": min, "pi": math.pi, **values}
    return float(eval(_python(formula), {"__builtins__": {}}, names))  # noqa: S307 - no input


@pytest.mark.parametrize("name", SCENARIOS)
@given(distance=distances, ghz=st.floats(0.7, 6.0))
def test_losses_are_the_formulas_that_tr3gpp_prints(name: str, distance: float, ghz: float) -> None:
    base, user = HEIGHTS[name], 1.5
    link = Link(ghz, base, user, 5.0, 20.0)
    slant = math.hypot(distance, base - user)
    point = 2 * math.pi * base * user * ghz * 1e9 / 3e8
    if name != "rma":
        point = 4 * (base - 1) * (user - 1) * ghz * 1e9 / 3e8
    common = {"f": ghz, "hbs": base, "hut": user, "h": 5.0, "w": 20.0, "dbp": point}
    near = _oracle(SCENARIOS[name], "LOS", "PL_1", d=slant, **common)
    if name == "rma":
        turn = math.hypot(point, base - user)
        at_turn = _oracle("RMa", "LOS", "PL_1", d=turn, **common)
        far = at_turn + 40 * math.log10(slant / turn)
    else:
        far = _oracle(SCENARIOS[name], "LOS", "PL_2", d=slant, **common)
    model = Tr38901(name)
    loss, _ = model.los(at(distance), link)
    assert loss[0] == pytest.approx(near if distance <= point else far, abs=1e-9)
    without = _oracle(SCENARIOS[name], "NLOS", "PL'_{", d=slant, **common)
    assert model.nlos(at(distance), link)[0] == pytest.approx(max(loss[0], without), abs=1e-9)


def test_shadow_fading_is_what_tr3gpp_says() -> None:
    section = tr38901.section("7.4")
    for name, scenario in SCENARIOS.items():
        link = Link(2.0, HEIGHTS[name])
        with_sight, without = Tr38901(name).modes(np.array([10.0, 5000.0]), link)
        told = section.pathloss(scenario=scenario, condition="NLOS").shadow_fading_std_db
        assert without.sigma_db[0] == told[0].value_db
        told = section.pathloss(scenario=scenario, condition="LOS").shadow_fading_std_db
        assert {with_sight.sigma_db[0], with_sight.sigma_db[1]} == {one.value_db for one in told}


HATA_CASES = [
    # Rappaport, Wireless Communications, example 4.10 style: medium city, 900 MHz
    ("okumura-hata", "urban", 900.0, 30.0, 1.5, 1000.0, 126.40),
    ("okumura-hata", "suburban", 900.0, 30.0, 1.5, 1000.0, 116.46),
    ("okumura-hata", "open", 900.0, 30.0, 1.5, 1000.0, 97.90),
    ("cost-231", "urban", 1800.0, 30.0, 1.5, 1000.0, 136.19),
]


@pytest.mark.parametrize(("name", "area", "mhz", "base", "user", "metres", "expected"), HATA_CASES)
def test_hata_and_cost_231_at_one_kilometre(
    name: str, area: str, mhz: float, base: float, user: float, metres: float, expected: float
) -> None:
    (mode,) = hata(name, area).modes(at(metres), Link(mhz / 1000, base, user))
    assert mode.loss_db[0] == pytest.approx(expected, abs=0.02)


REFUSED = [
    (hata("okumura-hata"), Link(3.7, 30), 2000.0, "carriers of 150 to 1500 MHz, not 3700"),
    (hata("cost-231"), Link(3.7, 30), 2000.0, "carriers of 1500 to 2000 MHz, not 3700"),
    (hata("cost-231"), Link(1.8, 20), 2000.0, "antennas of 30 to 200 m, not 20"),
    (hata("cost-231"), Link(1.8, 30), 500.0, "distances of 1000 to 20000 m, not 500"),
    (Tr38901("rma"), Link(1.8, 8), 500.0, "antennas of 10 to 150 m, not 8"),
    (Tr38901("rma"), Link(0.4, 30), 500.0, "carriers of 0.5 to 30 GHz, not 0.4"),
    (Tr38901("uma"), Link(1.8, 30), 6000.0, "distances of 10 to 5000 m, not 6000"),
    (Tr38901("uma"), Link(1.8, 30, user_m=20), 500.0, "users of 1.5 to 13 m, not 20"),
]


@pytest.mark.parametrize(("model", "link", "metres", "text"), REFUSED)
def test_what_a_model_was_not_made_for_is_refused(
    model: PathLoss, link: Link, metres: float, text: str
) -> None:
    with pytest.raises(OutOfRange, match=re.escape(text)):
        model.modes(at(metres), link)


@pytest.mark.parametrize("name", SCENARIOS)
@given(first=distances, second=distances)
def test_without_sight_nothing_gets_stronger_farther_away(
    name: str, first: float, second: float
) -> None:
    near, far = sorted((first, second))
    loss = Tr38901(name).nlos(np.array([near, far]), Link(2.0, HEIGHTS[name]))
    assert loss[0] <= loss[1] + 1e-9


@given(x=st.floats(-6, 6))
def test_the_normal_distribution_is_that_of_the_standard_library(x: float) -> None:
    exact = (1 + math.erf(x / math.sqrt(2))) / 2
    assert normal_distribution(np.array([x]))[0] == pytest.approx(exact, abs=2e-7)


@given(
    sight=st.floats(0, 1),
    gap=st.floats(0, 40),
    wanted=st.floats(0.55, 0.99),
    extra=st.floats(0, 8),
)
def test_a_share_of_locations_stays_below_the_loss_for_it(
    sight: float, gap: float, wanted: float, extra: float
) -> None:
    modes = (
        Mode(at(sight), at(100.0), at(4.0)),
        Mode(at(1 - sight), at(100.0 + gap), at(6.0)),
    )
    loss = loss_at(modes, wanted, extra)
    assert location_probability(modes, loss, extra)[0] == pytest.approx(wanted, abs=2e-3)


def test_with_one_way_of_arriving_the_margin_is_the_quantile_of_the_normal_distribution() -> None:
    mode = Mode(at(1.0), at(120.0), at(8.0))
    assert loss_at((mode,), 0.9)[0] == pytest.approx(120 + 8 * 1.281552, abs=1e-3)
