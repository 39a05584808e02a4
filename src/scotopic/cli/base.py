"""What all commands share: the application, common options, progress and remarks."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from scotopic._version import __version__
from scotopic.progress import Report, silent

app = typer.Typer(
    name="scotopic",
    help="What fixed-target missing-energy experiments say about light dark matter.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Card = Annotated[str, typer.Argument(help="Name of a shipped card, or path of one.")]
RunCardName = Annotated[str, typer.Argument(help="Name of a run card of the gallery, or a path.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Directory for the files of results.")
]


@contextmanager
def progress(title: str) -> Iterator["Report"]:
    """Show a bar on a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console  # noqa: PLC0415 - only for a terminal
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    text = TextColumn("{task.description}")
    rate = TextColumn("{task.fields[rate]}")
    columns = (text, BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None, rate="")

        def report(what: str, done: int, total: int) -> None:
            speed = bar.tasks[task].speed
            rate = f"{speed:.3g}/s" if speed else ""
            bar.update(task, description=what, completed=done, total=total, rate=rate)

        yield report


def remark(text: str) -> None:
    """Print a line on the error stream."""
    typer.echo(text, err=True)


def name_written(files: list[Path]) -> None:
    """Name the files that a command wrote."""
    for file in files:
        remark(f"wrote {file}")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and stop.",
            is_eager=True,
            callback=_print_version,
        ),
    ] = False,
) -> None:
    """Compute what fixed-target missing-energy experiments say about light dark matter."""
