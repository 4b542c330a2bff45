"""Turns pages into Grafana's dashboards, with Grafana's own library for building them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grafana_foundation_sdk.builders import (
    bargauge,
    dashboard,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.builders.common import (
    GraphThresholdsStyleConfig,
    ReduceDataOptions,
    VizLegendOptions,
)
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from dashboards.grafana.influxql import InfluxQuery
from dashboards.grafana.palette import STATE_COLOURS
from dashboards.grafana.spec import Language, Look, Page, Panel, Query, Row, Source, Step, Variable
from omc.core.metric import State

#: Every dashboard has this tag, in every language; the menus at its head list its language.
TAG = "omc"

_DATABASE = {Source.PROMETHEUS: "prometheus", Source.INFLUXDB: "influxdb"}


AnyPanel = bargauge.Panel | stat.Panel | statetimeline.Panel | table.Panel | timeseries.Panel


def draw(page: Page, language: Language) -> model.Dashboard:
    """The dashboard of a page in a language."""
    board = (
        dashboard.Dashboard(page.title.of(language.value))
        .uid(uid(page.name, language))
        .tags([TAG, f"{TAG}-{language.value}"])
        .timezone("browser")
        .time(page.span, "now")
        .refresh(page.refresh)
        .readonly()
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .link(_menu(language))
    )
    database = _DATABASE[page.source]
    label = {Language.EN: "Database", Language.VI: "Cơ sở dữ liệu"}[language]
    board.with_variable(dashboard.DatasourceVariable(database).label(label).type(database))
    for variable in page.variables:
        board.with_variable(_variable(variable, page.source, language))
    if page.source is Source.PROMETHEUS:
        board.annotation(_alarms(language))
    for row in page.rows:
        _add_row(board, row, page.source, language)
    return board.build()


def uid(page: str, language: Language) -> str:
    """The part of a dashboard's address that never changes."""
    return f"omc-{page}-{language.value}"


def _menu(language: Language) -> Builder[model.DashboardLink]:
    return (
        dashboard.DashboardLink("OMC")
        .type(model.DashboardLinkType.DASHBOARDS)
        .tags([f"{TAG}-{language.value}"])
        .as_dropdown(True)
        .keep_time(True)
        .include_vars(True)
    )


def _reference(source: Source) -> model.DataSourceRef:
    return model.DataSourceRef(type_val=source.value, uid=f"${{{_DATABASE[source]}}}")


def _variable(
    variable: Variable, source: Source, language: Language
) -> Builder[model.VariableModel]:
    drawn = (
        dashboard.QueryVariable(variable.name)
        .label(variable.title.of(language.value))
        .query(variable.query)
        .datasource(_reference(source))
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.NATURAL_ASC)
    )
    return drawn.multi(True).include_all(True) if variable.several else drawn


def _alarms(language: Language) -> Builder[model.AnnotationQuery]:
    """Marks where severe root alarms were active."""
    return (
        dashboard.AnnotationQuery()
        .name({Language.EN: "Alarms", Language.VI: "Cảnh báo"}[language])
        .datasource(_reference(Source.PROMETHEUS))
        .enable(True)
        .icon_color(STATE_COLOURS["critical"])
        .expr('alarm_active{severity=~"critical|major"}')
    )


def _add_row(
    board: dashboard.Dashboard, row: Row, source: Source, language: Language
) -> dashboard.Dashboard:
    board.with_row(dashboard.Row(row.title.of(language.value)))
    for panel in row.panels:
        board.with_panel(_panel(panel, source, language))
    return board


def _panel(panel: Panel, source: Source, language: Language) -> AnyPanel:
    drawn = (
        _LOOKS[panel.look](panel, language)
        .title(panel.title.of(language.value))
        .datasource(_reference(source))
        .span(panel.width)
        .height(panel.height)
        .unit(panel.unit)
    )
    if panel.explanation is not None:
        drawn.description(panel.explanation.of(language.value))
    if panel.low is not None:
        drawn.min(panel.low)
    if panel.high is not None:
        drawn.max(panel.high)
    if panel.steps:
        drawn.thresholds(_thresholds(panel.steps))
    if panel.states:
        drawn.mappings([_texts(panel.states, language)])
    if panel.quotient:
        _divide(drawn, panel, language)
    for number, query in enumerate(panel.queries):
        drawn.with_target(_target(query, number, panel.look, source, language))
    return drawn


def _target(
    query: Query, number: int, look: Look, source: Source, language: Language
) -> Builder[Dataquery]:
    letter = chr(ord("A") + number)
    if source is Source.INFLUXDB:
        return InfluxQuery(letter, query.text, query.called(language))
    target = prometheus.Dataquery().expr(query.text).ref_id(letter)
    target.legend_format(query.called(language) or "__auto")
    if look is Look.TABLE:
        target.format(PromQueryFormat.TABLE)
    now = look in (Look.TABLE, Look.NUMBER, Look.BARS)
    return target.instant() if now else target.range()


def _divide(drawn: AnyPanel, panel: Panel, language: Language) -> None:
    left, right = (query.called(language) for query in panel.queries)
    quotient = {
        "mode": "binary",
        "alias": panel.title.of(language.value),
        "binary": {"left": left, "operator": "/", "right": right},
        "replaceFields": True,
    }
    for kind, options in (("joinByField", {"byField": "Time"}), ("calculateField", quotient)):
        drawn.with_transformation(model.DataTransformerConfig(id_val=kind, options=options))


def _thresholds(steps: Sequence[Step]) -> Builder[model.ThresholdsConfig]:
    return (
        dashboard.ThresholdsConfig()
        .mode(model.ThresholdsMode.ABSOLUTE)
        .steps([model.Threshold(value=step.value, color=step.colour) for step in steps])
    )


def _texts(states: Mapping[int, State], language: Language) -> model.ValueMap:
    return model.ValueMap(
        options={
            str(code): model.ValueMappingResult(
                text=state.text.of(language.value),
                color=STATE_COLOURS[state.severity],
                index=place,
            )
            for place, (code, state) in enumerate(states.items())
        }
    )


def _last() -> Builder[common.ReduceDataOptions]:
    return ReduceDataOptions().calcs(["lastNotNull"]).values(False)


def _leads_to(page: str, language: Language, site: str) -> dashboard.DashboardLink:
    words = {Language.EN: "Open", Language.VI: "Mở"}[language]
    address = f"/d/{uid(page, language)}?${{__url_time_range}}"
    return dashboard.DashboardLink(words).url(f"{address}&var-site={site}" if site else address)


def _number(panel: Panel, language: Language) -> AnyPanel:
    drawn = (
        stat.Panel()
        .graph_mode(common.BigValueGraphMode.NONE)
        .color_mode(common.BigValueColorMode.BACKGROUND_SOLID)
        .reduce_options(_last())
    )
    return drawn.links([_leads_to(panel.page, language, "")]) if panel.page else drawn


def _graph(panel: Panel, fill: int) -> timeseries.Panel:
    legend = VizLegendOptions().display_mode(common.LegendDisplayMode.LIST)
    drawn = (
        timeseries.Panel()
        .legend(legend.placement(common.LegendPlacement.BOTTOM).show_legend(True))
        .fill_opacity(fill)
        .line_width(1)
        .show_points(common.VisibilityMode.NEVER)
    )
    if len(panel.steps) > 1:
        style = GraphThresholdsStyleConfig().mode(common.GraphThresholdsStyleMode.DASHED)
        drawn.thresholds_style(style)
    return drawn


def _lines(panel: Panel, language: Language) -> AnyPanel:
    del language
    return _graph(panel, fill=0)


def _areas(panel: Panel, language: Language) -> AnyPanel:
    del language
    return _graph(panel, fill=20)


def _bars(panel: Panel, language: Language) -> AnyPanel:
    drawn = (
        bargauge.Panel()
        .orientation(common.VizOrientation.HORIZONTAL)
        .display_mode(common.BarGaugeDisplayMode.BASIC)
        .value_mode(common.BarGaugeValueMode.TEXT)
        .reduce_options(_last())
    )
    if panel.page:
        drawn.data_links([_leads_to(panel.page, language, "${__field.labels.site}")])
    return drawn


def _table(panel: Panel, language: Language) -> AnyPanel:
    names = {name: heading.of(language.value) for name, heading in panel.columns.items()}
    drawn = table.Panel().with_transformation(
        model.DataTransformerConfig(id_val="filterFieldsByName", options=_only(list(names)))
    )
    drawn.with_transformation(
        model.DataTransformerConfig(
            id_val="organize",
            options={
                "indexByName": {name: place for place, name in enumerate(names)},
                "renameByName": names,
            },
        )
    )
    if "Value" in names:
        coloured = {"type": "color-background", "mode": "basic"}
        drawn.override_by_name(
            names["Value"], [model.DynamicConfigValue(id_val="custom.cellOptions", value=coloured)]
        )
    if panel.page and "site" in names:
        link = _leads_to(panel.page, language, "${__value.text}").build()
        links = [{"title": link.title, "url": link.url}]
        drawn.override_by_name(
            names["site"], [model.DynamicConfigValue(id_val="links", value=links)]
        )
    return drawn


def _only(names: list[str]) -> dict[str, Any]:
    return {"include": {"names": names}}


def _states(panel: Panel, language: Language) -> AnyPanel:
    del panel, language
    return statetimeline.Panel().show_value(common.VisibilityMode.NEVER).merge_values(True)


_LOOKS: Mapping[Look, Callable[[Panel, Language], AnyPanel]] = {
    Look.NUMBER: _number,
    Look.LINES: _lines,
    Look.AREAS: _areas,
    Look.BARS: _bars,
    Look.TABLE: _table,
    Look.STATES: _states,
}
