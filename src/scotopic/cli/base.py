"""What all commands share: the application, common options, progress and remarks."""

import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from scotopic._version import __version__
from scotopic.errors import RangeError, ScotopicError
from scotopic.progress import Report, silent
from scotopic.results import usable_directory
from scotopic.statistics.methods import BUILT_IN, METHODS

app = typer.Typer(
    name="scotopic",
    help="What fixed-target missing-energy experiments say about light dark matter.",
    epilog="Files go to --output. Without it, commands whose result is files (plane, relic, event,"
    " cuts, and --plot) write to out/COMMAND-CARD, and all others write none.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def between(kind: type[int] | type[float], low: float, high: float) -> Callable[[str], float]:
    """Return what reads a number of a range; typer's own message names only half of the range."""

    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if low <= value <= high:
            return value
        what = "a whole number" if kind is int else "a number"
        raise typer.BadParameter(f"{text} is not {what} from {low} to {high}")

    return read


Card = Annotated[str, typer.Argument(help="Name of a shipped card, or path of one.")]
RunCardName = Annotated[str, typer.Argument(help="Name of a run card of the gallery, or a path.")]
Processes = Annotated[
    list[str] | None,
    typer.Option(
        "--process",
        help="A way of production that counts, such as bremsstrahlung; repeatable.",
        show_default="all that apply",
    ),
]
Searches = Annotated[
    list[str] | None,
    typer.Option(
        "--search",
        help="A search that counts, by its name in the card; repeatable.",
        show_default="all that count by default",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        parser=usable_directory,
        metavar="DIRECTORY",
        help="Directory for the files.",
        show_default="none are written",
    ),
]
"""Of commands that print their result. Refused before anything is computed if it cannot be made or
written."""

OutputOfFiles = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        parser=usable_directory,
        metavar="DIRECTORY",
        help="Directory for the files.",
        show_default="out/COMMAND-CARD",
    ),
]
"""Of commands whose result is files."""


def _known_method(name: str) -> str:
    """Refuse what is no method, under the name of the option."""
    try:
        METHODS.home(name)
    except RangeError as error:
        raise typer.BadParameter(str(error).removeprefix("method: ")) from None
    return name


Statistics = Annotated[
    str,
    typer.Option(
        callback=_known_method, help=f"How the limit on events is set: {', '.join(BUILT_IN)}."
    ),
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


@contextmanager
def drawing() -> Iterator[None]:
    """Say in a line that a figure cannot be drawn; tables are written before."""
    try:
        yield
    except ScotopicError:
        raise
    except Exception as error:
        why = " ".join(f"{type(error).__name__}: {error}".split())
        raise ScotopicError(f"the figure cannot be drawn: {why}; the tables are written") from error


def remark(text: str) -> None:
    """Print a line on the error stream."""
    typer.echo(text, err=True)


def assignments(option: str, texts: Iterable[str]) -> dict[str, float | str]:
    """Read NAME=VALUE, each name once; a value that is no number stays a word."""
    found: dict[str, float | str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise RangeError(f"{option} {text}: is not of the form NAME=VALUE")
        if name in found:
            raise RangeError(f"{option} {text}: {name} is given already, as {found[name]}")
        try:
            found[name] = float(value)
        except ValueError:
            found[name] = value
    return found


def print_json(content: object) -> None:
    """Print a result as JSON."""
    typer.echo(json.dumps(content, indent=1, allow_nan=False))


def place_for(command: str, card: str, output: Path | None) -> Path:
    """Return the directory for a command's files: --output, or out/COMMAND-CARD."""
    return output or usable_directory(Path("out") / f"{command}-{Path(card).stem}")


def name_caveats(texts: Iterable[str]) -> None:
    """Say what a calculation leaves out."""
    for text in texts:
        remark(f"caveat: {text}")


def name_written(files: list[Path]) -> None:
    """Name the files that a command wrote."""
    for file in files:
        remark(f"wrote {file}")
        older = file.with_suffix(".parquet")
        if file.suffix == ".csv" and older.exists():
            again = f"'scotopic export parquet {file.parent}' writes it anew"
            remark(f"remark: {older} is of an older {file.name}; {again}")


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
