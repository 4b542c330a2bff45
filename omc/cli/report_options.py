"""What all sub-commands of `omc report` share: options, and making the files."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from omc.cli.live_line import live_line

if TYPE_CHECKING:
    from omc.reports.document import Document, Language, Period
    from omc.reports.sources import Sources

_FORMATS = ("xlsx", "pdf", "html", "csv", "geojson", "gpkg", "kml")

Say = Callable[[str], None]


class _Formats(click.ParamType[tuple[str, ...]]):
    """Formats with commas between."""

    name = "formats"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        names = tuple(dict.fromkeys(part.strip() for part in str(value).split(",")))
        unknown = [name for name in names if name not in _FORMATS]
        if unknown:
            self.fail(f"there is no format {unknown[0]!r}; there are: {', '.join(_FORMATS)}")
        return names


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for, whatever the report.

    Attributes:
        sources: Of the installation.
        period: Local days.
        formats: Of the files.
        folder: Of the files.
        language: Of the report.
        say: Told what is being done; "" when it is over.
    """

    sources: Sources
    period: Period
    formats: tuple[str, ...]
    folder: Path
    language: Language
    say: Say

    def produce(self, build: Callable[[Say], Document]) -> None:
        """Build the document and write its files, saying how it goes, and where they are."""
        from omc.core.metric import Text
        from omc.reports.files import write_files
        from omc.reports.refusal import CannotReport
        from omc.reports.shelf import shelve

        document = build(self.say)
        self.sources.close()  # what was read takes more memory than all files that are made of it
        try:
            written = write_files(document, self.formats, self.folder, self.say)
            shelve(document, written, self.folder)
        except OSError as error:
            en = f"cannot write to {self.folder}: {error}"
            vi = f"không ghi được vào {self.folder}: {error}"
            raise CannotReport(Text(en=en, vi=vi)) from error
        self.say("")
        for path in written:
            click.echo(f"{path}  {path.stat().st_size:,} bytes")


def report_options(command: Callable[..., None]) -> Callable[..., None]:
    """Options of every report; the command gets them as one `order`."""

    @click.option(
        "-c",
        "--config",
        type=click.Path(dir_okay=False, path_type=Path),
        default=Path("omc.yaml"),
        show_default=True,
        help="The settings.",
    )
    @click.option(
        "--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First local day; see --to."
    )
    @click.option(
        "--to",
        "last",
        type=click.DateTime(["%Y-%m-%d"]),
        help="Last local day, included. Without both: the last whole month.",
    )
    @click.option(
        "--format",
        "formats",
        type=_Formats(),
        default="xlsx,pdf",
        show_default=True,
        help=f"With commas between: {', '.join(_FORMATS)}.",
    )
    @click.option(
        "-o",
        "--output",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder of the files; the settings' one for reports, if not given.",
    )
    @click.option(
        "--language", type=click.Choice(["vi", "en"]), help="The settings' one, if not given."
    )
    @click.option(
        "--progress",
        "tell_progress",
        is_flag=True,
        help="Write what is being done to standard error line by line, for other programs.",
    )
    @functools.wraps(command)
    def with_order(
        *,
        config: Path,
        first: datetime | None,
        last: datetime | None,
        formats: tuple[str, ...],
        output: Path | None,
        language: str | None,
        tell_progress: bool,
        **others: Any,
    ) -> None:
        from omc.core.settings import load_reader_settings
        from omc.reports.sources import Sources

        say = _tell if tell_progress else _show
        with _faults_told(to_programs=tell_progress):
            settings = load_reader_settings(config)
            say("inventory")
            sources = Sources.open(settings, time.time_ns() // 1_000_000)
            order = Order(
                sources,
                _period(first, last, sources),
                formats,
                output or settings.report_folder,
                cast("Language", language or settings.language),
                say,
            )
            command(order=order, **others)

    return with_order


def _period(first: datetime | None, last: datetime | None, sources: Sources) -> Period:
    from omc.reports import periods

    if first is None and last is None:
        return periods.last_month(sources.now)
    if first is None or last is None:
        raise click.UsageError("--from and --to belong together: give both or neither")
    if last < first:
        raise click.BadParameter(f"{last:%Y-%m-%d} is before --from", param_hint="--to")
    if first.date() > sources.now.date():
        raise click.BadParameter("that day is yet to come", param_hint="--from")
    return periods.days(first.date(), last.date(), sources.zone)


@contextmanager
def _faults_told(*, to_programs: bool) -> Iterator[None]:
    """Say why a report cannot be made: as an error of the command, and before it to programs."""
    from omc.core.errors import ConfigurationError
    from omc.core.metric import Text
    from omc.reports.area_names import UnknownArea
    from omc.reports.maker import FAULT
    from omc.reports.refusal import CannotReport

    def tell(fault: Text) -> None:
        if to_programs:
            click.echo(f"{FAULT}{fault.model_dump_json()}", err=True)

    try:
        yield
    except CannotReport as error:
        tell(error.said)
        kind = click.UsageError if isinstance(error, UnknownArea) else click.ClickException
        raise kind(str(error)) from error
    except ConfigurationError as error:
        found = "; ".join(str(problem) for problem in error.problems)
        en, vi = "settings or inventory are wrong", "cấu hình hoặc danh mục có lỗi"
        tell(Text(en=f"{en}: {found}", vi=f"{vi}: {found}"))
        raise


def _tell(work: str) -> None:
    from omc.reports.maker import PROGRESS

    if work:
        click.echo(f"{PROGRESS}{work}", err=True)


def _show(work: str) -> None:
    """Show what is being done, where somebody watches; "" when it is over."""
    if sys.stderr.isatty():
        sys.stderr.write(live_line(work))
        sys.stderr.flush()
