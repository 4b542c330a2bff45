"""A process that delivers is killed twenty times while its sink comes and goes; nothing is lost.

    python -m bench.soak_delivery [--kills 20] [--seed 1]

The publisher writes numbered samples through a journal to VictoriaMetrics; connections to it are
broken several times a second. At the end every sample whose publishing had been settled has to
stand there, once. Figures go to bench/results/soak_delivery.json; exit code 1 if any is missing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.integration.bus.killing import kill_again_and_again

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Kill, count, print, write down."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=RESULTS / "soak_delivery.json")
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-delivery-") as folder:
        outcome = asyncio.run(kill_again_and_again(Path(folder), wish.kills, wish.seed))
    for name, value in asdict(outcome).items():
        sys.stdout.write(f"{name:30} {value}\n")
    wish.output.parent.mkdir(parents=True, exist_ok=True)
    wish.output.write_text(json.dumps(asdict(outcome), indent=2) + "\n", encoding="utf-8")
    sys.exit(1 if outcome.missing or outcome.repeated else 0)


if __name__ == "__main__":
    main()
