"""What `bench.recall` prints and writes."""

from __future__ import annotations

import json
import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from bench.recall_judge import GOOD, Judgement, Verdict
from bench.recall_truth import PHYSICAL, load_explanations

if TYPE_CHECKING:
    from bench.recall import DeviceRecall

RESULTS = Path(__file__).parent / "results" / "recall.json"
#: Share of LibreNMS's readings to reproduce or show wrong: of all, and of the physical ones.
TARGET_ALL, TARGET_PHYSICAL = 0.95, 0.98
_WIDTH = 150


def print_report(
    devices: Sequence[DeviceRecall], *, missing: bool, wrong: bool, beyond: bool
) -> None:
    """Tables by device and by class, lists that were asked for, and the summary."""
    console = Console(width=_WIDTH, soft_wrap=True, highlight=False)
    readings = [reading for device in devices for reading in device.readings]
    console.print(_by_device(devices))
    console.print(_by_class(readings))
    if missing:
        _print_list(console, devices, "missing", (Verdict.MISSING, Verdict.EXCUSED))
    if wrong:
        _print_list(console, devices, "wrong", (Verdict.WRONG,))
    if missing or wrong:
        _print_list(console, devices, "shown wrong", (Verdict.SHOWN_WRONG,))
        _print_list(console, devices, "no value", (Verdict.NO_VALUE,))
        console.print("\n[bold]declared explanations[/] (bench/recall_explanations.yaml)")
        for known in load_explanations():
            console.print(f"  {known.family}  {known.object}  {known.because}: {known.reason}")
    if beyond:
        _print_beyond(console, devices)
    for device in devices:
        for problem in device.problems:
            console.print(f"{device.name}: {problem}", markup=False)
    for line in summary(devices):
        console.print(line)


def summary(devices: Sequence[DeviceRecall]) -> list[str]:
    """The three figures that have a target."""
    readings = [reading for device in devices for reading in device.readings]
    physical = [reading for reading in readings if reading.truth.kind in PHYSICAL]
    anchors = [anchor for device in devices for anchor in device.anchors]
    wrong = sum(j.verdict is Verdict.WRONG for j in (*readings, *anchors))
    return [
        f"anchors            {_share(anchors)}  (target 100 %)",
        f"LibreNMS, all      {_share(readings)}  (target {TARGET_ALL:.0%})",
        f"LibreNMS, physical {_share(physical)}  (target {TARGET_PHYSICAL:.0%})",
        f"wrong values of ours: {wrong}",
    ]


def write_results(devices: Sequence[DeviceRecall]) -> None:
    """Counts as JSON, for comparing runs; nothing of what the recordings say."""
    readings = [reading for device in devices for reading in device.readings]
    document: dict[str, Any] = {
        "summary": summary(devices),
        "by_class": {
            kind: _counts(r for r in readings if r.truth.kind == kind)
            for kind in sorted({reading.truth.kind for reading in readings})
        },
        "devices": {
            device.name: {
                "profile": device.family,
                "anchors": _counts(device.anchors),
                "readings": _counts(device.readings),
                "beyond_librenms": dict(sorted(device.beyond.items())),
            }
            for device in devices
        },
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
    }
    RESULTS.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _by_device(devices: Sequence[DeviceRecall]) -> Table:
    table = _table(("recording", "profile"), ("anchors", "beyond"))
    for device in devices:
        anchors = _share(device.anchors) if device.anchors else ""
        beyond = str(sum(device.beyond.values()))
        table.add_row(device.name, device.family, *_cells(device.readings), anchors, beyond)
    return table


def _by_class(readings: Sequence[Judgement]) -> Table:
    table = _table(("class",))
    for kind, _ in Counter(reading.truth.kind for reading in readings).most_common():
        table.add_row(kind, *_cells([r for r in readings if r.truth.kind == kind]))
    return table


def _table(names: Sequence[str], last: Sequence[str] = ()) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(name, no_wrap=True)
    verdicts = [str(verdict).replace("_", " ") for verdict in Verdict]
    for name in ("good", *verdicts, *last):
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _cells(readings: Sequence[Judgement]) -> list[str]:
    counts = Counter(reading.verdict for reading in readings)
    return [_share(readings), *(str(counts[v] or "") for v in Verdict)]


def _share(judgements: Sequence[Judgement]) -> str:
    if not judgements:
        return "-"
    good = sum(judgement.verdict in GOOD for judgement in judgements)
    return f"{good}/{len(judgements)} {good / len(judgements):.1%}"


def _counts(judgements: Iterable[Judgement]) -> dict[str, int]:
    counts = Counter(str(judgement.verdict) for judgement in judgements)
    return dict(sorted(counts.items()))


def _print_list(
    console: Console, devices: Sequence[DeviceRecall], title: str, verdicts: Sequence[Verdict]
) -> None:
    console.print(f"\n[bold]{title}[/]")
    for device in devices:
        for j in (*device.anchors, *device.readings):
            if j.verdict in verdicts:
                truth = j.truth
                value = "none" if truth.value is None else f"{truth.value} {truth.unit}".strip()
                line = f"  {device.name} {truth.kind} {truth.oid} {truth.text!r} = {value}"
                console.print(f"{line}: {j.reason}", markup=False)


def _print_beyond(console: Console, devices: Sequence[DeviceRecall]) -> None:
    console.print("\n[bold]read by us and not by LibreNMS, samples by metric[/]")
    families: dict[str, Counter[str]] = {}
    for device in devices:
        families.setdefault(device.family, Counter()).update(device.beyond)
    for family, metrics in sorted(families.items()):
        found = ", ".join(f"{name} {count}" for name, count in metrics.most_common())
        console.print(f"  {family}: {found or 'nothing'}", markup=False)
