"""The commands that compute and draw what a run card describes."""

import time
from pathlib import Path
from typing import Annotated

import typer

from scotopic.cli.base import Output, app, name_written, progress
from scotopic.results import output_directory


@app.command()
def plane(
    card: Annotated[str, typer.Argument(help="Name of a run card of the gallery, or a path.")],
    output: Output = None,
    figure: Annotated[bool, typer.Option(help="Draw the plane as PNG and PDF.")] = True,
) -> None:
    """Compute the excluded regions in a plane of two parameters, as a run card describes it.

    Writes boundaries.csv, result.json, plane.png and plane.pdf into the --output directory, by
    default out/CARD.
    """
    from scotopic.scan.run import run, write_run  # noqa: PLC0415 - keep the help fast
    from scotopic.scan.run_card import load_run_card  # noqa: PLC0415

    started = time.perf_counter()
    run_card, place = load_run_card(card)
    with progress(run_card.title) as report:
        found = run(run_card, place, report)
    directory = output_directory(output or Path("out") / Path(card).stem)
    written = write_run(found, directory, time.perf_counter() - started)
    if figure:
        from scotopic.figures import draw_plane, save  # noqa: PLC0415 - matplotlib

        written += save(draw_plane(run_card, found.planes, found.bands), directory / "plane")
    for label, one in found.planes.items():
        share = one.excluded.mean()
        typer.echo(f"{label}: {100 * share:.1f} % of the plane excluded")
    name_written(written)
