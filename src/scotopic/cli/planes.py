"""The commands that compute and draw what a run card describes."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scotopic.cli.base import (
    AsJson,
    OutputOfFiles,
    RunCardName,
    app,
    assignments,
    between,
    drawing,
    name_caveats,
    name_written,
    place_for,
    print_json,
    progress,
    remark,
)
from scotopic.errors import CardError, RangeError, StoppedError
from scotopic.results import output_directory, provenance

if TYPE_CHECKING:
    from scotopic.scan.run_card import RunCard
    from scotopic.scan.session import Keeping
    from scotopic.search.result import Layer, Result

Figure = Annotated[bool, typer.Option(help="Draw the plane as PNG and PDF.")]

POINTS_FAILED = 3
"""Exit code of a run that is complete but for points that failed."""

_ROWS = 12
"""Points of a line that the terminal shows; the files have them all."""


@app.command(short_help="Compute regions and lines in a plane of two parameters.")
def plane(
    card: RunCardName,
    output: OutputOfFiles = None,
    figure: Figure = True,
    dataset: Annotated[
        bool | None,
        typer.Option(
            "--dataset/--no-dataset",
            help="Keep all points in dataset.zarr; a run that was stopped goes on there.",
            show_default="no-dataset",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            parser=between(int, 1, 1024),
            metavar="N",
            help="Local processes; implies --dataset.",
            show_default="none",
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="A Dask cluster to use; implies --dataset."),
    ] = None,
) -> None:
    """Compute regions and lines in a plane of two parameters, as a run card describes it.

    Writes boundaries.csv, contours.csv, thermal.csv, result.json, plane.png and plane.pdf into the
    --output directory, by default out/plane-CARD. With --dataset also dataset.zarr, point by point.

    Ends with 3 if points failed, and with 1 if the run was stopped by something that can be mended:
    the same command goes on from there.
    """
    from scotopic.scan.plane import planes_of  # noqa: PLC0415 - keep the help fast
    from scotopic.scan.plane_files import write_plane  # noqa: PLC0415
    from scotopic.scan.remarks import excluded_share  # noqa: PLC0415
    from scotopic.scan.run import missed_tolerances  # noqa: PLC0415
    from scotopic.scan.run_card import load_run_card  # noqa: PLC0415
    from scotopic.scan.session import Keeping  # noqa: PLC0415

    started = time.perf_counter()
    run_card, place = load_run_card(card)
    directory = place_for("plane", card, output)
    elsewhere = workers is not None or scheduler is not None
    if elsewhere and dataset is False:
        raise RangeError("--no-dataset: --workers and --scheduler compute a dataset; leave it out")
    keeping = Keeping(directory, bool(dataset or elsewhere), workers, scheduler, tell=remark)
    try:
        found = _computed(card, run_card, place, keeping)
    except StoppedError as error:
        remark(f"scotopic: {error}")
        raise typer.Exit(1) from None
    limits = found.attributes["limits"]
    name_caveats(dict.fromkeys(text for one in limits for text in one["caveats"]))
    output_directory(directory)
    written = write_plane(found, directory, time.perf_counter() - started)
    for label, one in planes_of(found).items():
        typer.echo(f"{label}: {excluded_share(one)}")
    _name_remarks(found)
    for label, tolerance, reached in missed_tolerances(found):
        remark(
            f"{label}: the boundary is known to {reached:.2g}, not to the {tolerance:g} asked for:"
            " the points of the axes allow no better; give x and y more points"
        )
    name_written(written)
    if figure:
        _draw(found, directory / "plane")
    if failed := found.attributes["failed_points"]:
        remark(f"{failed} points failed; result.json says which, and why")
        raise typer.Exit(POINTS_FAILED)


@app.command(short_help="Find where freeze-out leaves the dark matter.")
def relic(
    card: RunCardName,
    at: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A parameter of one point; can be repeated."),
    ] = None,
    omega_h2: Annotated[
        float | None,
        typer.Option(help="Density to be reached.", show_default="the card's, or 0.12"),
    ] = None,
    output: OutputOfFiles = None,
    figure: Figure = True,
    as_json: AsJson = False,
) -> None:
    """Find where freeze-out leaves the dark matter, along a run card's thermal lines or at a point.

    Writes thermal.csv, result.json, thermal.png and thermal.pdf into the --output directory, by
    default out/relic-CARD; with --json only if --output is given.

    With --at, the relic density of one model: the card's, with these parameters. Nothing is
    written then.
    """
    from scotopic.scan.plane_files import write_plane  # noqa: PLC0415 - keep the help fast
    from scotopic.scan.relic import thermal_lines_alone  # noqa: PLC0415
    from scotopic.scan.run_card import load_run_card  # noqa: PLC0415
    from scotopic.scan.session import Keeping  # noqa: PLC0415
    from scotopic.search.result_files import as_json as content_of  # noqa: PLC0415

    started = time.perf_counter()
    run_card, place = load_run_card(card)
    lines = thermal_lines_alone(run_card, omega_h2)
    if at:
        _relic_at_point(lines, _at(lines, at), as_json=as_json)
        return
    keeping = None
    if output is not None or not as_json:
        keeping = Keeping(place_for("relic", card, output), dataset=False)
    found = _computed(card, lines, place, keeping)
    seconds = time.perf_counter() - started
    if as_json:
        print_json({"provenance": provenance(seconds), **content_of(found)})
    else:
        for layer in found.layers:
            _print_line(found, layer)
        _name_remarks(found)
    if keeping is None:
        return
    directory = output_directory(keeping.directory)
    name_written(write_plane(found, directory, seconds))
    if figure:
        _draw(found, directory / "thermal")


def _computed(name: str, card: "RunCard", place: Path, keeping: "Keeping | None") -> "Result":
    """Compute what a run card asks for; what is wrong with it is named with the card."""
    from scotopic.scan.run import compute_run_card  # noqa: PLC0415 - keep the help fast

    with progress(card.title) as report:
        try:
            return compute_run_card(card, place, report, keeping)
        except CardError as error:
            raise CardError(*(f"{name}: {text}" for text in error.mistakes)) from None
        except RangeError as error:
            raise CardError(f"{name}: {error}") from None


def _draw(found: "Result", path_without_suffix: Path) -> None:
    from scotopic.figures import draw_plane, save  # noqa: PLC0415 - matplotlib

    with drawing():
        name_written(save(draw_plane(found), path_without_suffix))


def _name_remarks(found: "Result") -> None:
    """Say what the plane does not show."""
    for text in found.attributes["remarks"]:
        remark(text)


def _print_line(found: "Result", line: "Layer") -> None:
    """Print some points of a thermal line."""
    x, y = found.axes
    coupling = line.attributes["coupling"]
    coupling = "y" if y == coupling else coupling
    points = [point for point in line.attributes["points"] if point["status"] == "ok"]
    omega_h2 = line.attributes["omega_h2"]
    typer.echo(f"{line.label}: Omega h^2 = {omega_h2:g} at {len(points)} points")
    if points:
        typer.echo(f"  {x:>18}  {y:>18}  {coupling:>14}  status")
    for point in _some(points):
        status = "; ".join((point["status"], *point["caveats"]))
        typer.echo(f"  {point[x]:18.4g}  {point[y]:18.4g}  {point[coupling]:14.4g}  {status}")


def _some(points: Sequence[Any]) -> Sequence[Any]:
    last = len(points) - 1
    if last < _ROWS:
        return points
    return [points[round(i * last / (_ROWS - 1))] for i in range(_ROWS)]


def _at(card: "RunCard", texts: Sequence[str]) -> dict[str, float | str]:
    """Read --at; a value is a number, or a word where the parameter takes some."""
    from scotopic.models.parameters import wrong_value  # noqa: PLC0415 - keep the help fast

    sector = card.sector(card.thermal_lines[0])
    found = assignments("--at", texts)
    for name, value in found.items():
        if why := wrong_value(sector.kind, name, value, {**sector.fixed, **found}):
            raise RangeError(f"--at {name}={value}: {why}")
    return found


def _relic_at_point(card: "RunCard", values: Mapping[str, Any], *, as_json: bool) -> None:
    from scotopic.scan.relic import described_point, model_at  # noqa: PLC0415 - fast help

    layer = card.thermal_lines[0]
    found = described_point(model_at(card, layer, values), layer.omega_h2)
    if as_json:
        print_json(found)
        return
    model = {name: value for name, value in found["model"].items() if name != "class"}
    shown = (f"{k} = {v:.4g}" if isinstance(v, float) else f"{k} = {v}" for k, v in model.items())
    typer.echo(f"{found['model']['class']}: {', '.join(shown)}, y = {found['y']:.4g}")
    typer.echo(f"Omega h^2 = {found['omega_h2']:.4g} +- {found['error']:.1g}")
    typer.echo(f"freeze-out at m_chi/T = {found['freeze_out_x']:.1f}")
    thermal = found["thermal"]
    if thermal["status"] == "ok":
        values = {name: value for name, value in thermal.items() if name != "status"}
        couplings = (f"{name} = {value:.4g}" for name, value in values.items())
        typer.echo(f"Omega h^2 = {found['wanted_omega_h2']:g} at {', '.join(couplings)}")
    else:
        remark(thermal["status"])
    name_caveats(found["caveats"])
