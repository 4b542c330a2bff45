"""The catalogue as the document docs/metrics.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from omc.core.catalogue import Catalogue
from omc.core.metric import Aggregation, Metric, Text
from omc.core.metric_text import formula, range_words

_PREFACE = """\
# Metrics

<!-- Generated: edit config/metrics/*.yaml, then run `omc metrics --markdown > docs/metrics.md`. -->

{count} metrics, each defined once, in `config/metrics/`. `omc metrics NAME` explains one, also in
Vietnamese (`--language vi`).

How to read the tables:

* **Combining** says how the values of several objects (ports, cells, sites) make one. A ratio adds
  up its numerators and its denominators and divides once; dBm is averaged in milliwatts; a weighted
  mean uses the metric it names; a product computes each factor over everything, then multiplies.
  Levels that add up over objects (power, users) are averaged over time.
* A **period sum** is the sum of one granularity period (3GPP TS 32.401): add up periods, never
  `rate()` them.
* Values outside the **range** are rejected and counted (`omc_samples_rejected_total`), never
  clamped. A missing reading is absent, never zero.
* A metric with a formula is computed when somebody asks for it. Where nothing was counted it has no
  value: not 0 % and not 100 %.
* The letter behind the **source** says how firm the definition is: **S** written in the standard,
  **P** practice of vendors and operators, **E** our own engineering.

Topics and their number of metrics:

{topics}"""

_AGGREGATION_SHORT = {
    Aggregation.POWER_MEAN: "power mean",
    Aggregation.WEIGHTED_MEAN: "weighted mean",
    Aggregation.RATIO: "ratio of sums",
}


def markdown(catalogue: Catalogue) -> str:
    """The whole catalogue as the document that docs/metrics.md holds."""
    blocks = [_PREFACE.format(count=len(catalogue), topics=_contents(catalogue))]
    blocks.append(_label_chapter(catalogue))
    for title, metrics in catalogue.topics.values():
        blocks.append(f"## {_title(title)}\n\n" + "\n".join(_table(metrics)))
        states = [metric for metric in metrics if metric.states]
        if states:
            blocks.append("\n".join(_state_table(states)))
    return "\n\n".join(blocks) + "\n"


def _title(title: Text) -> str:
    return f"{title.en} · {title.vi}"


def _anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    kept = "".join(c for c in heading.lower() if c.isalnum() or c in " -_")
    return kept.replace(" ", "-")


def _contents(catalogue: Catalogue) -> str:
    return "\n".join(
        f"* [{_title(title)}](#{_anchor(_title(title))}): {len(metrics)}"
        for title, metrics in catalogue.topics.values()
    )


def _label_chapter(catalogue: Catalogue) -> str:
    lines = ["## Labels · Nhãn", "", "| Label | Meaning |", "|---|---|"]
    for name, text in sorted(catalogue.labels.items()):
        lines.append(f"| `{name}` | {_cell(text.en)}<br>*{_cell(text.vi)}* |")
    return "\n".join(lines)


def _table(metrics: Sequence[Metric]) -> Iterator[str]:
    yield "| Metric | Kind | Unit | Meaning | Range | Combining | Source |"
    yield "|---|---|---|---|---|---|---|"
    for metric in metrics:
        labels = f"<br>{{{', '.join(metric.labels)}}}" if metric.labels else ""
        worked_out = f"<br>= `{formula(metric)}`" if metric.derived else ""
        cells = (
            f"`{metric.name}`{labels}",
            metric.kind,
            metric.unit,
            f"{_cell(metric.help.en)}<br>*{_cell(metric.help.vi)}*{worked_out}",
            "states" if metric.states else range_words(metric, "en"),
            _combining(metric),
            f"{_cell(metric.source)} ({metric.evidence[0].upper()})",
        )
        yield f"| {' | '.join(cells)} |"


def _combining(metric: Metric) -> str:
    words = _AGGREGATION_SHORT.get(metric.aggregation, str(metric.aggregation))
    if metric.weight:
        words += f" by `{metric.weight}`"
    return f"{words} (period sum)" if metric.period_sum else words


def _state_table(metrics: Sequence[Metric]) -> Iterator[str]:
    yield "| State metric | Code | Name | Text | Severity |"
    yield "|---|---|---|---|---|"
    for metric in metrics:
        for code, state in metric.states.items():
            text = f"{_cell(state.text.en)}<br>*{_cell(state.text.vi)}*"
            yield f"| `{metric.name}` | {code} | {state.name} | {text} | {state.severity} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
