"""`omc journal` beside a journal that is being written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from omc.cli import main_group
from tests.unit.bus.journalled import batch, opened, read


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "inventory").mkdir()
    path = tmp_path / "omc.yaml"
    path.write_text("inventory: inventory\ndata: .\ntimezone: Asia/Ho_Chi_Minh\n", "utf-8")
    return path


def _omc(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main_group, ["journal", *arguments, "-c", str(config)])


async def test_what_waits_and_what_was_refused_can_be_seen_while_it_runs(config: Path) -> None:
    async with opened(config.parent) as bus:
        consumer = bus.consumer("influxdb:history", 100)
        bus.consumer("influxdb:gone", 100)
        bus.publish(batch(1, 2, 3))
        await bus.settled()
        assert await read(consumer) == [1, 2, 3]
        consumer.set_aside([batch(2)], "HTTP 400: no", 1)
        bus.publish(batch(4))
        await bus.settled()
        result = _omc(config, "status")
        assert result.exit_code == 0, result.output
        lines = [line.split()[:4] for line in result.output.splitlines()[2:]]
        assert lines == [
            ["influxdb:gone", "4", "0", "0"],
            ["influxdb:history", "1", "1", "0"],
        ]
        result = _omc(config, "rejected", "--sink", "influxdb:history")
        assert 'm{site="VP001"} 2.0 of 2026-01-01 07:00:00\n    HTTP 400: no' in result.output
        row = json.loads(_omc(config, "rejected", "--format", "json").output)
        assert (row["reason"], row["value"]) == ("HTTP 400: no", 2.0)
        assert _omc(config, "forget", "influxdb:gone").output == "4 samples dropped.\n"
        assert "knows no influxdb:gone" in _omc(config, "forget", "influxdb:gone").output
        assert "influxdb:gone" not in _omc(config, "status").output


def test_no_journal_is_no_fault(config: Path) -> None:
    result = _omc(config, "status")
    assert result.exit_code == 0
    assert "There is no journal yet" in result.output


def test_what_is_no_journal_is_told(config: Path) -> None:
    (config.parent / "journal.sqlite").write_bytes(b"no journal" * 1000)
    result = _omc(config, "status")
    assert result.exit_code == 1
    assert "journal.sqlite: file is not a database" in result.output


def test_a_fault_in_the_block_is_told_at_its_place(config: Path) -> None:
    text = config.read_text("utf-8")
    config.write_text(f"{text}journal:\n  max_size: 1KiB\n  commit_interval: 5\n", "utf-8")
    result = CliRunner().invoke(main_group, ["check", "-c", str(config)])
    assert result.exit_code == 2
    assert "omc.yaml:5:13: max_size: " in result.output
    assert "omc.yaml:6:20: commit_interval: " in result.output


@pytest.fixture
def with_a_secret(config: Path) -> Path:
    sink = "{name: a, version: 2, url: 'http://x', org: o, bucket: b, token: 'env:NOT_SET_HERE'}"
    config.write_text(f"{config.read_text('utf-8')}influxdb: [{sink}]\n", "utf-8")
    return config


async def test_whoever_looks_needs_no_secret_of_the_service(with_a_secret: Path) -> None:
    async with opened(with_a_secret.parent) as bus:
        bus.consumer("influxdb:a", 100)
        bus.publish(batch(1))
        await bus.settled()
        assert "influxdb:a" in _omc(with_a_secret, "status").output
        assert "is in the settings" in _omc(with_a_secret, "forget", "influxdb:a").output
