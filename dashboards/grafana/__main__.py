"""`python -m dashboards.grafana` (`make grafana`): write the dashboards' JSON anew."""

from __future__ import annotations

import sys

from dashboards.grafana.build import FOLDER, files


def main() -> None:
    """Write every file and say how many."""
    count = 0
    for path, text in files():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        count += 1
    sys.stdout.write(f"{count} dashboards written to {FOLDER}\n")


if __name__ == "__main__":
    main()
