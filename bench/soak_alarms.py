"""The service is killed with -9 ten times in a storm of informs: nothing is lost, little repeated.

    python -m bench.soak_alarms [--alarms 800] [--kills 10] [--seed 1]

Informs of 800 ports come in among repeated traps, and are answered once their alarms are on disk.
At the end every alarm has to be known, and an Alertmanager, a mail server and a webhook have to
have been told of each: with at most one repeat a kill, under the same key. Figures go to
bench/results/soak_alarms.json; the exit code is 1 if anything is not well.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.integration.alarms.killing import Outcome, kill_in_a_storm

RESULTS = Path(__file__).parent / "results"


def _is_well(outcome: Outcome) -> bool:
    told = (outcome.webhook_told, outcome.mail_told, outcome.alertmanager_told)
    return (
        outcome.lost == 0
        and set(told) == {outcome.alarms}
        and outcome.most_repeats_of_a_kill <= 1
        and outcome.mail_repeats <= outcome.kills
    )


def main() -> None:
    """Kill, count, print, write down."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--alarms", type=int, default=800)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=RESULTS / "soak_alarms.json")
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-alarms-") as folder:
        outcome = kill_in_a_storm(
            Path(folder),
            alarms=wish.alarms,
            kills=wish.kills,
            pause=5.0,
            noise=500.0,
            seed=wish.seed,
        )
    for name, value in asdict(outcome).items():
        sys.stdout.write(f"{name:30} {value}\n")
    wish.output.parent.mkdir(parents=True, exist_ok=True)
    wish.output.write_text(json.dumps(asdict(outcome), indent=2) + "\n", encoding="utf-8")
    sys.exit(0 if _is_well(outcome) else 1)


if __name__ == "__main__":
    main()
