"""A drafted profile says what the MIB says, and always loads."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.drafting.draft import draft
from collector.drafting.mib import MibSet
from collector.drafting.units import Unit, unit_of
from collector.drafting.walk import Walk
from collector.profiles.check import ProfileChecker
from collector.profiles.profile import Profile
from collector.varbind import Value
from omc.core.errors import ConfigurationError
from omc.core.yaml_source import parse_yaml, validate
from tests.replayed_device import shipped_catalogue, shipped_profiles
from tests.unit.collector.drafting.mibs import ACME, OLD

ACME_OID = (1, 3, 6, 1, 4, 1, 99999)
ENTRY = (*ACME_OID, 2, 1)
SLOT = (1, ord("A"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mibs")


@pytest.fixture(scope="module")
def mibs(folder: Path) -> MibSet:
    for name, text in {"acme": ACME, "old": OLD}.items():
        (folder / f"{name}.mib").write_text(text, encoding="utf-8")
    return MibSet.load([folder / "acme.mib", folder / "old.mib"])


def loaded(text: str) -> Profile:
    """The profile as the service would load it, checked against the catalogue."""
    file = parse_yaml(text, Path("draft.yaml"))
    profile = validate(file, Profile)
    family = [profile, *(p for name in profile.extends for p in shipped_profiles().resolve(name))]
    assert list(ProfileChecker(file, profile, family, shipped_catalogue()).problems()) == []
    return profile


def test_objects_are_read_with_their_types_units_and_indexes(mibs: MibSet) -> None:
    objects = {object_.name: object_ for object_ in mibs.objects}
    assert list(objects) == [
        *("oldTemp", "acmeBusVoltage"),
        *("acmeRectifierName", "acmeRectifierCurrent", "acmeRectifierState"),
    ]
    assert objects["oldTemp"].oid == (1, 3, 6, 1, 4, 1, 4711, 3, 5, 1)
    assert objects["acmeBusVoltage"].index is None
    state = objects["acmeRectifierState"]
    assert state.type.codes == {1: "normal", 2: "alarm"}
    assert [(part.name, part.type.base, part.implied) for part in state.index or ()] == [
        ("acmeShelf", "Integer32", False),
        ("acmeSlot", "OCTET STRING", True),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no MIB at all", r"bad\.mib:1: no valid MIB"),
        (ACME.replace("enterprises FROM SNMPv2-SMI", "acmeRoot FROM ACME-SMI").replace(
            "{ enterprises 99999 }", "{ acmeRoot 1 }"), "acmeRoot comes from ACME-SMI: give its"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_mib_is_said(folder: Path, text: str, message: str) -> None:
    file = folder / "bad.mib"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=message):
        MibSet.load([file])


@pytest.mark.parametrize(
    ("units", "description", "expected"),
    [
        ("0.01 V", "", Unit("V", 0.01)),
        ("mV", "", Unit("V", 0.001)),
        ("1/10 Volt", "", Unit("V", 0.1)),
        ("0.1A", "", Unit("A", 0.1)),
        ("centi-Amperes", "", Unit("A", 0.01)),
        ("0.01 dBm", "", Unit("dBm", 0.01)),
        ("uW", "", Unit("W", 1e-6)),
        ("percent", "", Unit("1", 0.01)),
        ("", "Temperature in tenths of degrees Celsius.", Unit("Cel", 0.1)),
        ("", "The receive power, unit 0.002 dBm.", Unit("dBm", 0.002)),
        ("", "Number of the slot, 1 to 16 in a row.", None),
        ("packets", "", None),
    ],
)
def test_units_are_understood(units: str, description: str, expected: Unit | None) -> None:
    assert unit_of(units, description) == expected


def test_a_draft_reads_what_the_mib_explains(mibs: MibSet) -> None:
    walk = Walk(
        {
            (1, 3, 6, 1, 2, 1, 1, 1, 0): b'An "Acme" box',
            (1, 3, 6, 1, 2, 1, 1, 2, 0): "1.3.6.1.4.1.99999.5",
            (*ACME_OID, 1, 0): 5412,
            (*ENTRY, 3, *SLOT): b"R1",
            (*ENTRY, 4, *SLOT): -1,
            (*ENTRY, 5, *SLOT): 1,
            (*ACME_OID, 9, 0): 3,
            (1, 3, 6, 1, 4, 1, 4711, 3, 5, 1, 0): 255,
        }
    )
    text = draft("draft", walk, mibs, shipped_catalogue())
    profile = loaded(text)
    assert profile.title == "An 'Acme' box"
    assert profile.detect[0].sys_object_id == ("1.3.6.1.4.1.99999.5",)
    temperature, voltage = profile.scalars
    assert (voltage.oid, voltage.metric) == ("1.3.6.1.4.1.99999.1.0", "dc_bus_voltage_volts")
    assert voltage.decode[0].scale == 0.01
    assert list(voltage.sentinels) == [2147483647]
    assert (temperature.metric, temperature.decode[0].scale) == ("board_temperature_celsius", 0.1)
    [table] = profile.tables
    assert [part.name for part in table.index] == ["acme_shelf", "acme_slot"]
    current, state = table.metrics
    assert current.metric == "rectifier_output_current_amperes"
    assert list(current.sentinels) == [-1]
    assert current.labels == {"rectifier": ("{name}", "{acme_shelf}.{acme_slot}")}
    assert state.metric == "rectifier_up"
    assert "# 1.3.6.1.4.1.99999.9 1 rows: 3" in text


def test_without_a_mib_a_draft_lists_what_there_is() -> None:
    text = draft("draft", Walk({(*ACME_OID, 1, 0): b"x"}), MibSet((), ()), shipped_catalogue())
    assert loaded(text).tables == ()
    assert "# 1.3.6.1.4.1.99999.1 1 rows: x" in text


values = st.one_of(st.integers(), st.binary(), st.text(), st.none(), st.floats())
oids = st.sampled_from([(*ACME_OID, 1), (*ENTRY, 3), (*ENTRY, 4), (*ENTRY, 5)])


@given(
    rows=st.dictionaries(st.tuples(oids, st.integers(0, 9)), values, max_size=12),
    descr=values,
    object_id=values,
)
def test_whatever_a_device_says_the_draft_loads(
    rows: dict[tuple[tuple[int, ...], int], Value],
    descr: Value,
    object_id: Value,
    mibs: MibSet,
) -> None:
    walk = {(*oid, arc): value for (oid, arc), value in rows.items()}
    walk[1, 3, 6, 1, 2, 1, 1, 1, 0] = descr
    walk[1, 3, 6, 1, 2, 1, 1, 2, 0] = object_id
    loaded(draft("draft", Walk(walk), mibs, shipped_catalogue()))
