"""Answers to questions about the archive, bounded before they are written."""

from __future__ import annotations

from pathlib import Path

from omc.history.answering import answer
from tests.sample_data import NEW_YEAR_MS
from tests.unit.history.archives import DAY, HOUR, LEVEL, MINUTE, Archive, Sample, labels


def test_more_values_than_anybody_reads_are_refused_in_words(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    archive.at(DAY)
    place = labels(site="VPC0001", node="VPC0001-1", sensor="1")
    archive.write(Sample(LEVEL, place, minute * MINUTE, 20.0) for minute in range(10))
    span = {"metric": LEVEL, "start": NEW_YEAR_MS, "end": NEW_YEAR_MS + HOUR, "step": MINUTE}
    question = span | {"by": ["site"], "where": {}, "largest": None}
    history = archive.history()
    assert len(answer(history, question, most_values=10)["rows"]) == 10
    refused = answer(history, question, most_values=9)
    assert refused == {"error": "10 values are too many to tell: ask for fewer series"}
