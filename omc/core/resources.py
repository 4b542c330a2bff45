"""Where the files that ship with the project lie: the catalogue, the profiles, the example."""

from __future__ import annotations

import sysconfig
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[2] / "config"


def config_folder() -> Path:
    """The shipped `config/`: a checkout's own, else the one the wheel installed.

    Raises:
        FileNotFoundError: neither is there, so the installation is broken.
    """
    installed = Path(sysconfig.get_path("data")) / "share" / "omc" / "config"
    for folder in (_CHECKOUT, installed):
        if (folder / "metrics").is_dir():
            return folder
    raise FileNotFoundError(f"no shipped configuration in {_CHECKOUT} or {installed}")
