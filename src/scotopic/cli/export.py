"""The export commands: results as others want them."""

import math
from pathlib import Path
from typing import Annotated

import typer

from scotopic.cli.base import Card, app, name_written, print_json, remark
from scotopic.errors import RangeError
from scotopic.results import usable_directory, usable_file, write_json

export = typer.Typer(
    help="Results for others: HEPData, Parquet, CSV, pyhf.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(export, name="export")

Directory = Annotated[Path, typer.Argument(help="Directory of results.")]
Elsewhere = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        parser=usable_directory,
        metavar="DIRECTORY",
        help="Directory for the files.",
        show_default="that of the results",
    ),
]


@export.command(short_help="Write the likelihood of a card as a pyhf workspace.")
def likelihood(
    card: Card,
    signal: Annotated[
        float, typer.Option(help="Signal events of all data sets together at strength one.")
    ] = 1.0,
    workspace: Annotated[
        Path | None,
        typer.Option(help="A pyhf workspace in place of the card's backgrounds and observations."),
    ] = None,
    shared: Annotated[
        list[str] | None,
        typer.Option(
            "--shared",
            metavar="NAME",
            help="A nuisance parameter that keeps its bare name, as 'form factor' and 'cross"
            " section' do: a combination has it in common with others of that name. Repeatable.",
            show_default="those that the card shares",
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            "-f",
            parser=usable_file,
            metavar="FILE",
            help="Where to; the screen by default.",
        ),
    ] = None,
) -> None:
    """Write the likelihood of an experiment as a pyhf workspace (JSON).

    A projection is written with its median background as observation. Names of nuisance parameters
    begin with the experiment's title, so that those of different experiments are independent, but
    for those that the card shares.
    """
    from scotopic.search import load_experiment  # noqa: PLC0415 - keep the help fast
    from scotopic.search.likelihood import (  # noqa: PLC0415
        EQUAL_SHARES,
        experiment_likelihood,
        has_bins,
    )
    from scotopic.statistics import to_workspace  # noqa: PLC0415
    from scotopic.statistics.workspace import read_workspace  # noqa: PLC0415

    if not 0 < signal < math.inf:
        raise RangeError(f"--signal {signal:g}: is not positive and finite")
    experiment = load_experiment(card)
    own = read_workspace(workspace, experiment.confidence_level) if workspace else None
    found = experiment_likelihood(experiment, own, shared=shared or ())
    total = sum(b.signal for b in found.bins)
    scaled = found.with_signal(
        {b.name: b.signal * signal / total for b in found.bins if b.signal > 0}
    )
    if has_bins(experiment):
        remark(EQUAL_SHARES)
    content = to_workspace(scaled)
    if file is None:
        print_json(content)
    else:
        write_json(file, content)
        name_written([file])


@export.command()
def hepdata(
    directories: Annotated[
        list[Path],
        typer.Argument(metavar="DIR...", help="Output of limit, plane or relic."),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            parser=usable_directory,
            metavar="DIRECTORY",
            help="Directory of the submission, not there yet.",
        ),
    ],
) -> None:
    """Write results as a HEPData submission.

    Leaves the tables as YAML in the --output directory, with figures and their thumbnails, the
    experiments' cards and likelihoods (pyhf), run cards and results; and beside it the archive to
    be uploaded, --output with .tar.gz. hepdata-validator has passed what is written.
    """
    from scotopic.publication.hepdata import write_submission  # noqa: PLC0415 - keep the help fast

    name_written(write_submission(directories, output))


@export.command()
def parquet(directory: Directory, output: Elsewhere = None) -> None:
    """Write the tables of a directory of results as Parquet.

    Every .csv becomes a .parquet; the points of dataset.zarr, if it is there, points.parquet.
    """
    from scotopic.publication.columnar import write_parquet  # noqa: PLC0415 - keep the help fast

    name_written(write_parquet(directory, output))


@export.command(short_help="Write the points of a plane's dataset.zarr as CSV.")
def csv(directory: Directory, output: Elsewhere = None) -> None:
    """Write the points of a plane's dataset.zarr as points.csv, one row for each point and limit.

    All other tables are CSV already.
    """
    from scotopic.publication.columnar import write_points  # noqa: PLC0415 - keep the help fast

    name_written(write_points(directory, output))
