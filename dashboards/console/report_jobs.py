"""Reports that were ordered: how far each is, giving it up, and ordering it again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from nicegui import ui

from dashboards.console.templates import render
from dashboards.console.texts import Texts
from dashboards.console.viewer import Viewer
from omc.core.settings import Role
from omc.reports.desk import TooManyOrders
from omc.reports.orders import Job, Stage

#: What a button does with the order of a number.
_Act = Callable[[int], Awaitable[None]]


class ReportJobs:
    """The list, the latest first.

    Args:
        viewer: Who looks.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._desk = viewer.console.world.report_desk
        self._made: Callable[[], None] = lambda: None
        self._lines: dict[int, _Line] = {}
        self._list = ui.element("ul").classes("windows report-jobs")
        self._list.props["aria-live"] = "polite"
        self._said = ui.label("").classes("hint")
        self._said.props["role"] = "status"
        ui.context.client.on_delete(self._desk.on_change(self.show))
        self.show()

    def when_done(self, call: Callable[[], None]) -> None:
        """Call something whenever a report has become done."""
        self._made = call

    def show(self) -> None:
        """Show what is different."""
        jobs = self._desk.jobs
        for number in self._lines.keys() - {job.number for job in jobs}:
            self._lines.pop(number).box.delete()
        for job in reversed(jobs):
            if job.number not in self._lines:
                with self._list:
                    line = _Line(self._viewer, job, self._cancel, self._order_again)
                    self._lines[job.number] = line
                self._lines[job.number].box.move(target_index=0)
            elif self._lines[job.number].show(job) and job.stage is Stage.DONE:
                self._made()

    async def _cancel(self, number: int) -> None:
        if self._viewer.may(Role.OPERATOR):
            await self._desk.cancel(number)

    async def _order_again(self, number: int) -> None:
        if self._viewer.may(Role.OPERATOR):
            try:
                await self._desk.order_again(number, self._viewer.session.caller.name)
            except TooManyOrders:
                self._said.set_text(self._viewer.texts("order.too_many"))
            else:
                self._said.set_text("")


class _Line:
    """One order."""

    def __init__(self, viewer: Viewer, job: Job, cancel: _Act, order_again: _Act) -> None:
        t, order = viewer.texts, job.order
        self._texts = t
        self._may_act = viewer.may(Role.OPERATOR)
        self._shown: tuple[Stage, str] | None = None
        with ui.element("li") as self.box:
            with ui.element("div"):
                days = [t.day(str(day)) for day in (order.first, order.last)]
                wanted = [t(f"order.{order.report}"), f"{days[0]} – {days[1]}"]
                wanted += [_option_text(t, *option) for option in order.options]
                wanted += [t("reports.in_vi") if order.language == "vi" else t("reports.in_en")]
                ui.label(", ".join(wanted)).classes("strong")
                self._state = ui.html("", sanitize=False)
            self._cancel = self._button("order.cancel", cancel, job.number)
            self._again = self._button("order.again", order_again, job.number)
        self.show(job)

    def _button(self, text: str, act: _Act, number: int) -> ui.element:
        with ui.element("button").classes("button") as button:
            button.props["type"] = "button"
            ui.label(self._texts(text))
        button.on("click", lambda: act(number))
        return button

    def show(self, job: Job) -> bool:
        """Show how far it is; returns whether that is something new."""
        if self._shown == (job.stage, job.step):
            return False
        self._shown = (job.stage, job.step)
        self._cancel.set_visibility(job.is_open and self._may_act)
        self._again.set_visibility(job.may_come_again and self._may_act)
        fault = "" if job.fault is None else job.fault.of(self._texts.language)
        state = render(
            "report_job.html",
            stage=job.stage.value,
            said=self._texts(f"order.{job.stage}"),
            more=fault or (step_text(self._texts, job.step) if job.is_open else ""),
            who=job.who,
            when=self._texts.date(job.ordered_ms),
            files=job.files,
        )
        self._state.set_content(state)
        return True


def _option_text(texts: Texts, option: str, value: str) -> str:
    """What else was wanted of a report, as people say it."""
    if option == "level":
        return texts.by_key[f"order.{value}"]
    if option == "geography":
        return texts("order.in_areas_of", day=texts.day(value))
    if option == "sites":
        return texts("order.next_sites", count=value)
    if option == "population":
        return texts("order.population_by", name=Path(value).name)
    return value


def step_text(texts: Texts, step: str) -> str:
    """What is being done, in a language: `cover: 3/5` begins with what is in the texts."""
    what, colon, rest = step.partition(": ")
    return f"{texts.by_key.get(f'report_step.{what}', what)}{colon}{rest}"
