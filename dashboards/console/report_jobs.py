"""Reports that were ordered: how far each is, and giving it up."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui

from dashboards.console.templates import render
from dashboards.console.texts import Texts
from dashboards.console.viewer import Viewer
from omc.core.settings import Role
from omc.reports.desk import Job, Stage


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
                    self._lines[job.number] = _Line(self._viewer, job, self._cancel)
                self._lines[job.number].box.move(target_index=0)
            elif self._lines[job.number].show(job) and job.stage is Stage.DONE:
                self._made()

    def _cancel(self, number: int) -> None:
        if self._viewer.may(Role.OPERATOR):
            self._desk.cancel(number)


class _Line:
    """One order."""

    def __init__(self, viewer: Viewer, job: Job, cancel: Callable[[int], None]) -> None:
        t, order = viewer.texts, job.order
        self._texts = t
        self._may_cancel = viewer.may(Role.OPERATOR)
        self._shown: tuple[Stage, str] | None = None
        with ui.element("li") as self.box:
            with ui.element("div"):
                wanted = [t(f"order.{order.report}"), f"{order.first} – {order.last}"]
                wanted += [t.by_key.get(f"order.{value}", value) for _, value in order.options]
                ui.label(", ".join(wanted)).classes("strong")
                self._state = ui.html("", sanitize=False)
            with ui.element("button").classes("button") as self._button:
                self._button.props["type"] = "button"
                ui.label(t("order.cancel"))
            self._button.on("click", lambda: cancel(job.number))
        self.show(job)

    def show(self, job: Job) -> bool:
        """Show how far it is; returns whether that is something new."""
        if self._shown == (job.stage, job.step):
            return False
        self._shown = (job.stage, job.step)
        self._button.set_visibility(job.is_open and self._may_cancel)
        state = render(
            "report_job.html",
            stage=job.stage.value,
            said=self._texts(f"order.{job.stage}"),
            more=job.fault or (step_text(self._texts, job.step) if job.is_open else ""),
            who=job.who,
            files=job.files,
        )
        self._state.set_content(state)
        return True


def step_text(texts: Texts, step: str) -> str:
    """What is being done, in a language: `cover: 3/5` begins with what is in the texts."""
    what, colon, rest = step.partition(": ")
    return f"{texts.by_key.get(f'report_step.{what}', what)}{colon}{rest}"
