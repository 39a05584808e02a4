"""The export commands: results as others want them."""

from pathlib import Path
from typing import Annotated

import typer

from scotopic.cli.base import app, name_written
from scotopic.results import usable_directory

export = typer.Typer(
    help="Results for others: HEPData, Parquet, CSV.", no_args_is_help=True, rich_markup_mode=None
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


@export.command()
def hepdata(
    directories: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR...",
            help="Output of limit, combine, plane, relic, visible, alp or target-length.",
        ),
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


@export.command()
def csv(directory: Directory, output: Elsewhere = None) -> None:
    """Write the points of a plane's dataset.zarr as points.csv, one row for each point and limit.

    All other tables are CSV already.
    """
    from scotopic.publication.columnar import write_points  # noqa: PLC0415 - keep the help fast

    name_written(write_points(directory, output))
