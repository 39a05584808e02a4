"""The commands of statistics: likelihoods as workspaces, limits from them, the choice of a cut."""

import time
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scotopic.cli.base import (
    AsJson,
    OutputOfFiles,
    app,
    between,
    name_caveats,
    name_written,
    place_for,
    print_json,
    progress,
    remark,
)
from scotopic.errors import RangeError
from scotopic.results import (
    output_directory,
    provenance,
    write_csv,
    write_json,
)
from scotopic.statistics.methods import BUILT_IN
from scotopic.words import CONFIDENCE_LEVELS

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.scan.cut_card import CutCard
    from scotopic.scan.cuts import CutScan

likelihood = typer.Typer(
    help="Likelihoods as pyhf workspaces.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(likelihood, name="likelihood")

Level = Annotated[
    float,
    typer.Option(
        "--confidence-level",
        parser=between(float, *CONFIDENCE_LEVELS),
        metavar="LEVEL",
        help="Of the limit.",
    ),
]


@likelihood.command("limit", short_help="Set the limit on the strength of workspaces.")
def limit_of_workspace(
    files: Annotated[list[Path], typer.Argument(help="pyhf workspaces; several are combined.")],
    method: Annotated[
        str, typer.Option(help=f"How the limit is computed: {', '.join(BUILT_IN)}.")
    ] = "cls",
    confidence_level: Level = 0.90,
    toys: Annotated[
        int | None,
        typer.Option(
            help="Pseudo-experiments for --method toys.", show_default="10000, 500 by pyhf"
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Of the random numbers.", show_default="1")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Set the limit on the signal strength of a pyhf workspace, or of a combination.

    What no likelihood of scotopic expresses, such as staterror and histosys, is computed by pyhf.
    """
    from scotopic.statistics import (  # noqa: PLC0415 - keep the help fast
        Likelihood,
        combine_likelihoods,
        read_likelihood,
        strength_limits,
    )

    for place, file in enumerate(files):
        if file.resolve() in [one.resolve() for one in files[:place]]:
            raise RangeError(f"{file}: is given twice; its data count once")
    read = [read_likelihood(file, confidence_level) for file in files]
    ours = [one for one in read if isinstance(one, Likelihood)]
    if len(read) > 1 and len(ours) < len(read):
        odd = next(one for one in read if not isinstance(one, Likelihood))
        raise RangeError(
            f"{odd.label}: has {odd.reason} and cannot be combined; 'pyhf combine' makes one"
            " workspace of several"
        )
    names = [str(file) for file in files] if len(files) > 1 else []
    model = combine_likelihoods(*ours, names=names) if ours else read[0]
    options = {"toys": toys, "seed": seed}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the result's remarks say the same, and are printed
        found = strength_limits(
            model, method, **{k: v for k, v in options.items() if v is not None}
        )
    if as_json:
        print_json(asdict(found))
    else:
        kind = "expected" if found.is_projection else "observed"
        typer.echo(
            f"{100 * confidence_level:g} % CL upper limit on the strength, {method}: "
            f"{found.value:.4g} ({kind}), error {found.error:.2g}"
        )
        bands = ", ".join(f"{value:.4g}" for value in found.expected)
        typer.echo(f"expected at -2, -1, 0, 1, 2 standard deviations: {bands}")
    for text in found.remarks:
        remark(f"warning: {text}")


@app.command(short_help="Find the cut with the best expected limit.")
def cuts(
    card: Annotated[
        str, typer.Argument(help="A .toml card, or a .csv table of the sideband alone.")
    ],
    experiment: Annotated[
        str | None, typer.Option(help="Experiment card, in place of the card's.")
    ] = None,
    output: OutputOfFiles = None,
    figure: Annotated[bool, typer.Option(help="Draw the scan as PNG and PDF.")] = True,
    as_json: AsJson = False,
) -> None:
    """Find the cut on the calorimeter's energy that gives the best expected limit.

    Writes cuts.csv, result.json, cuts.png and cuts.pdf into the --output directory, by default
    out/cuts-CARD.
    """
    from scotopic.models.dark_photon import DarkPhoton  # noqa: PLC0415 - keep the help fast
    from scotopic.scan.cut_card import load_cut_card  # noqa: PLC0415
    from scotopic.scan.cuts import scan_cuts  # noqa: PLC0415
    from scotopic.search import Search  # noqa: PLC0415

    started = time.perf_counter()
    place = place_for("cuts", card, output)
    cut_card, apparatus = load_cut_card(card, experiment)
    model = DarkPhoton(
        mediator_mass=max(cut_card.mediator_masses_GeV),
        kinetic_mixing=1e-3,
        alpha_D=cut_card.alpha_D,
        mass_ratio=cut_card.mass_ratio,
        dark_matter=cut_card.dark_matter,
    )
    with progress(cut_card.title) as report:
        scan = scan_cuts(
            apparatus,
            model,
            cut_card.mediator_masses_GeV,
            cut_card.cuts_GeV,
            cut_card.neighbours(),
            report=report,
        )
    name_caveats(Search.of(apparatus).caveats())
    content = _describe(scan, cut_card, apparatus)
    directory = output_directory(place)
    written = _write(scan, content, directory, time.perf_counter() - started)
    if figure:
        from scotopic.figures import save  # noqa: PLC0415 - matplotlib
        from scotopic.figures.cuts import draw_cuts  # noqa: PLC0415

        written += save(draw_cuts(scan, cut_card.title), directory / "cuts")
    if as_json:
        print_json(content)
    else:
        _print(scan)
    name_written(written)


def _print(scan: "CutScan") -> None:
    for i, mass in enumerate(scan.mediator_mass):
        typer.echo(
            f"  m_A' = {mass:.4g} GeV: best cut {scan.best[i]:g} GeV, "
            f"mean expected limit epsilon < {scan.mean_mixing[i].min():.3g}"
        )
    best = scan.best_of_all
    at = int((scan.cuts == best).argmax())
    typer.echo(
        f"best for all masses: {best:g} GeV, background {scan.background[at]:.3g} +- "
        f"{scan.background_uncertainty[at]:.2g} events"
    )


def _describe(scan: "CutScan", card: "CutCard", experiment: "Experiment") -> dict[str, Any]:
    """Return the result as JSON can write it."""
    return {
        "title": card.title,
        "card": card.model_dump(mode="json", exclude_none=True),
        "experiment_fingerprint": experiment.fingerprint,
        "best_cut_GeV": scan.best_of_all,
        "best_cut_GeV_by_mass": dict(
            zip(map(str, scan.mediator_mass.tolist()), scan.best.tolist(), strict=True)
        ),
        "cuts_GeV": scan.cuts.tolist(),
        "background_events": scan.background.tolist(),
        "background_uncertainty_events": scan.background_uncertainty.tolist(),
        "mean_expected_limit_events": scan.mean_events.tolist(),
        "mean_expected_kinetic_mixing": scan.mean_mixing.tolist(),
    }


def _write(scan: "CutScan", content: dict[str, Any], directory: Path, seconds: float) -> list[Path]:
    columns = {
        "cut_GeV": scan.cuts.tolist(),
        "background_events": scan.background.tolist(),
        "background_uncertainty_events": scan.background_uncertainty.tolist(),
        "mean_limit_events": scan.mean_events.tolist(),
    }
    for mass, row in zip(scan.mediator_mass, scan.mean_mixing, strict=True):
        columns[f"mean_kinetic_mixing_at_{mass:g}_GeV"] = row.tolist()
    table, result = directory / "cuts.csv", directory / "result.json"
    write_csv(table, ["expected limits against the cut on the calorimeter's energy"], columns)
    write_json(result, content | {"provenance": provenance(seconds)})
    return [table, result]
