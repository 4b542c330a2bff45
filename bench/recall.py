"""How much of what real devices say is read right: value and unit, by class and by device.

    python -m bench.recall FOLDER [--device NAME]... [--missing] [--wrong] [--beyond]

FOLDER holds recordings NAME.snmprec, with NAME.expected.json (LibreNMS's readings) and anchors.csv
(hand-checked truths) beside them. Each is served by `omc replay` and polled over UDP as `omc poll`
does, all groups and sweeps; a reading counts when a sample says that it came from the same OID and
has the same value in the same unit. States are compared by being read: LibreNMS's code is the
device's, ours the catalogue's. Figures are written to bench/results/recall.json when all devices
were asked.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen

from bench.recall_judge import Judge, Judgement
from bench.recall_report import print_report, write_results
from bench.recall_truth import (
    Explanation,
    Truth,
    corrected,
    load_anchors,
    load_explanations,
    load_readings,
)
from collector.profiles.profile_set import ProfileSet
from collector.snmp.credentials import Community, Target
from collector.snmp.fetch import PollResult
from omc.core.catalogue import Catalogue
from omc.core.errors import SourceError
from omc.core.resources import config_folder
from omc.service.single_poll import poll_once
from omc.simulator.recording import Recording

_DEADLINE = 300.0


@dataclass(frozen=True)
class DeviceRecall:
    """What came of one recording.

    Attributes:
        name: Of the recording.
        family: The profile it was read with.
        readings: LibreNMS's, judged.
        anchors: Hand-checked truths, judged.
        beyond: How many samples LibreNMS has no reading of, by metric.
        problems: What went wrong while polling.
    """

    name: str
    family: str
    readings: list[Judgement]
    anchors: list[Judgement]
    beyond: dict[str, int]
    problems: list[str]


@contextmanager
def replayed(files: Sequence[Path]) -> Iterator[dict[str, int]]:
    """`omc replay` of the files: UDP port by name."""
    command = [sys.executable, "-m", "omc", "replay", *map(str, files), "--listen", "127.0.0.1:0"]
    with Popen(command, stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        ports: dict[str, int] = {}
        try:
            for line in process.stdout:
                if line.startswith("ready"):
                    break
                endpoint, name, *_ = line.split("  ")
                ports[name] = int(endpoint.rpartition(":")[2])
            else:
                raise SystemExit("omc replay did not start")
            yield ports
        finally:
            process.terminate()


async def poll(port: int, catalogue: Catalogue, profiles: ProfileSet) -> tuple[str, PollResult]:
    """Poll one agent to the end; what keeps it from being read is among the problems."""
    target = Target("127.0.0.1", port, Community(), timeout=5.0, retries=1)
    try:
        return await poll_once(target, "auto", "device", _DEADLINE, catalogue, profiles)
    except SourceError as error:
        return "none", PollResult(problems=[str(error)])


def judged(
    file: Path,
    family: str,
    result: PollResult,
    anchors: Sequence[Truth],
    explanations: Sequence[Explanation],
) -> DeviceRecall:
    """Hold what was read against what is known of a recording."""
    recording = Recording.load(file)
    recorded = {
        ".".join(map(str, oid)): recording.value(place) for place, oid in enumerate(recording.oids)
    }
    judge = Judge(family, result, recorded, explanations)
    readings = load_readings(file.with_name(f"{recording.name}.expected.json"))
    known = {reading.oid for reading in readings}
    beyond: dict[str, int] = {}
    for oid, samples in judge.samples.items():
        if oid and oid not in known:
            for series, _ in samples:
                beyond[series.metric.name] = beyond.get(series.metric.name, 0) + 1
    return DeviceRecall(
        recording.name,
        family,
        [judge.of(truth) for truth in corrected(readings, anchors)],
        [judge.of(truth) for truth in anchors],
        beyond,
        result.problems,
    )


def measure(folder: Path, names: Sequence[str]) -> list[DeviceRecall]:
    """Ask every recording of a folder, or those with the names."""
    files = sorted(folder.glob("*.snmprec"))
    chosen = [f for f in files if not names or f.name.removesuffix(".snmprec") in names]
    chosen = [f for f in chosen if Recording.parse("", f.read_bytes()).oids]
    if not chosen or len(chosen) < len(names):
        raise SystemExit(f"not all of {', '.join(names) or '*.snmprec'} are recordings in {folder}")
    anchors, explanations = load_anchors(folder / "anchors.csv"), load_explanations()
    catalogue = Catalogue.load(config_folder() / "metrics")
    profiles = ProfileSet.load([config_folder() / "profiles"], catalogue)
    found: list[DeviceRecall] = []
    with replayed(chosen) as ports:
        for number, file in enumerate(chosen, start=1):
            name = file.name.removesuffix(".snmprec")
            print(f"\r{number}/{len(chosen)} {name:<30}", end="", file=sys.stderr, flush=True)
            family, result = asyncio.run(poll(ports[name], catalogue, profiles))
            found.append(judged(file, family, result, anchors.get(name, ()), explanations))
    print("\r" + " " * 40, end="\r", file=sys.stderr)
    return found


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="bench.recall", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--device", action="append", default=[], help="only this recording")
    parser.add_argument("--missing", action="store_true", help="every reading without a sample")
    parser.add_argument("--wrong", action="store_true", help="every wrong value, and what is right")
    parser.add_argument("--beyond", action="store_true", help="what LibreNMS does not read")
    arguments = parser.parse_args()
    devices = measure(arguments.folder, arguments.device)
    print_report(devices, missing=arguments.missing, wrong=arguments.wrong, beyond=arguments.beyond)
    if not arguments.device:
        write_results(devices)


if __name__ == "__main__":
    main()
