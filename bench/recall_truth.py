"""What recordings are known to say: LibreNMS's readings, hand-checked anchors, and explanations.

A folder of recordings holds NAME.snmprec, NAME.expected.json (readings that LibreNMS makes of it:
oid, class, description, value) and, if there is one, anchors.csv (truths checked by hand).
"""

from __future__ import annotations

import csv
import fnmatch
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from omc.core.yaml_source import load_yaml

#: What the bench knows that neither a recording nor a profile says.
EXPLANATIONS = Path(__file__).parent / "recall_explanations.yaml"

#: Unit of LibreNMS's readings by class; "" where it has none, or another one a device.
LIBRENMS_UNITS: Mapping[str, str] = {
    "temperature": "Cel",
    "voltage": "V",
    "current": "A",
    "power": "W",
    "power_consumed": "kW.h",
    "dbm": "dBm",
    "percent": "%",
    "load": "%",
    "charge": "%",
    "humidity": "%",
    "runtime": "min",
    "frequency": "Hz",
    "snr": "dB",
    "delay": "s",
    "bitrate": "bit/s",
    "wireless/power": "dBm",
    "wireless/rssi": "dBm",
    "wireless/rsrp": "dBm",
    "wireless/rsrq": "dB",
    "wireless/snr": "dB",
    "wireless/mse": "dB",
    "wireless/xpi": "dB",
    "wireless/rate": "bit/s",
    "wireless/frequency": "MHz",
    "wireless/distance": "km",
    "wireless/quality": "%",
}
#: Classes that most matter, which have a target of their own.
PHYSICAL = ("temperature", "voltage", "current", "power", "dbm", "percent")

#: (unit, unit in our catalogue) -> factor.
_FACTORS: Mapping[tuple[str, str], float] = {
    ("%", "1"): 0.01,
    ("min", "s"): 60.0,
    ("MHz", "Hz"): 1e6,
    ("km", "m"): 1000.0,
    ("kW.h", "J"): 3.6e6,
}


@dataclass(frozen=True, slots=True)
class Truth:
    """One value that an OID stands for.

    Attributes:
        oid: Without leading dot.
        kind: LibreNMS's class; for anchors `anchor`.
        text: What it is, for people.
        value: In `unit`; None: there must be no sample. Text for names.
        unit: UCUM; "" where it is not known.
    """

    oid: str
    kind: str
    text: str
    value: float | str | None
    unit: str

    def in_unit(self, unit: str) -> float | None:
        """The value in a unit of our catalogue; None where it is none of that unit."""
        if not isinstance(self.value, float):
            return None
        if self.unit in ("", unit):
            return self.value
        factor = _FACTORS.get((self.unit, unit))
        return None if factor is None else self.value * factor


class Explanation(BaseModel):
    """Why LibreNMS's reading of an object is not to be reproduced.

    Attributes:
        family: Profile that reads the device; a pattern such as `huawei-*`.
        oid: The object, or the tree of several: every instance below it is meant.
        object: Its name in the MIB.
        kind: LibreNMS's classes that are meant; none means all.
        because: `wrong` where MIB or standard contradict LibreNMS, `unwanted` where the object
            measures nothing (a setting, an identifier), `unknown` where nobody says what it means.
        reason: What the source says.
        factor: Where LibreNMS is wrong by it: ours has to be LibreNMS's value times this.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: str
    oid: str
    object: str
    kind: tuple[str, ...] = ()
    because: Literal["wrong", "unwanted", "unknown"]
    reason: str
    factor: float | None = None

    def fits(self, family: str, truth: Truth) -> bool:
        """Whether a reading of a device is meant."""
        inside = f"{truth.oid}.".startswith(f"{self.oid}.")
        return (
            inside
            and fnmatch.fnmatchcase(family, self.family)
            and (not self.kind or truth.kind in self.kind)
        )


def load_explanations(file: Path = EXPLANATIONS) -> list[Explanation]:
    """The declared list.

    Raises:
        ConfigurationError: no YAML.
        ValidationError: not as `Explanation` says.
    """
    return TypeAdapter(list[Explanation]).validate_python(load_yaml(file).data or [])


def load_readings(file: Path) -> list[Truth]:
    """LibreNMS's readings of one recording; none if there is no such file."""
    if not file.exists():
        return []
    return [
        Truth(
            reading["oid"].lstrip("."),
            reading["class"],
            reading["description"],
            float(reading["value"]),
            LIBRENMS_UNITS.get(reading["class"], ""),
        )
        for reading in json.loads(file.read_text(encoding="utf-8"))
        if isinstance(reading.get("value"), int | float)
    ]


def load_anchors(file: Path) -> dict[str, list[Truth]]:
    """Hand-checked truths by recording; none if there is no such file."""
    if not file.exists():
        return {}
    anchors: dict[str, list[Truth]] = {}
    with file.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            text, unit = row["canonical_value"], row["unit"]
            value = None if not text else text if unit == "text" else float(text)
            truth = Truth(row["oid"].lstrip("."), "anchor", row["metric"], value, unit)
            anchors.setdefault(row["file"], []).append(truth)
    return anchors


def corrected(readings: Sequence[Truth], anchors: Sequence[Truth]) -> list[Truth]:
    """Readings with the anchor's value where there is one: it is right where both differ."""
    known = {anchor.oid: anchor for anchor in anchors if anchor.unit != "text"}
    return [
        Truth(r.oid, r.kind, r.text, known[r.oid].value, known[r.oid].unit) if r.oid in known else r
        for r in readings
    ]
