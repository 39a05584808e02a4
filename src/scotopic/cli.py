"""The command line: the public functions, from the shell.

A mistake of the user's ends with one line on the error stream and exit code 2; results go to the
output stream, progress and remarks to the error stream, and progress only if that is a terminal.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from scotopic._version import __version__
from scotopic.decays.widths import SpinParity
from scotopic.errors import ScotopicError
from scotopic.experiments import experiment_card, experiment_names, load_experiment
from scotopic.materials import element
from scotopic.models.dark_photon import DarkMatter, DarkPhoton
from scotopic.production.amplitudes import Lepton
from scotopic.production.form_factors import FormFactor
from scotopic.production.phase_space import Method
from scotopic.progress import Report, silent
from scotopic.results import output_directory, write_csv, write_files
from scotopic.scan import ExclusionCurve, MassAxis, Quantity, default_masses, exclusion_curve
from scotopic.scan.output import describe, limit_figure, write_curve
from scotopic.signal import PROCESSES, Calculation, Process, dump_of
from scotopic.statistics import Method as LimitMethod

app = typer.Typer(
    name="scotopic",
    help="What fixed-target missing-energy experiments say about light dark matter.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

USER_ERROR = 2


Card = Annotated[str, typer.Argument(help="Name of a shipped card, or path of one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Directory for the files of results.")
]


@contextmanager
def _progress(title: str) -> Iterator["Report"]:
    """Show a bar on a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console  # noqa: PLC0415 - only for a terminal
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def report(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        yield report


def _remark(text: str) -> None:
    typer.echo(text, err=True)


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


@app.command()
def limit(
    card: Card,
    output: Output = None,
    quantity: Annotated[
        Quantity, typer.Option(help="What to limit; alpha_D needs --y.")
    ] = "kinetic_mixing",
    against: Annotated[MassAxis, typer.Option(help="Mass on the figure's axis.")] = "mediator_mass",
    dark_matter: Annotated[
        DarkMatter, typer.Option(help="What the dark photon decays into.")
    ] = "complex_scalar",
    alpha_D: Annotated[float, typer.Option("--alpha-D", help="Dark coupling.")] = 0.1,
    mass_ratio: Annotated[float, typer.Option(help="m_A'/m_chi.")] = 3.0,
    splitting: Annotated[float, typer.Option(help="(m_chi2 - m_chi1)/m_chi1.")] = 0.0,
    y: Annotated[float | None, typer.Option(help="Fixed y for a limit on alpha_D.")] = None,
    mass_min: Annotated[float, typer.Option(help="Lowest m_A' in GeV.")] = 1e-3,
    mass_max: Annotated[float, typer.Option(help="Highest m_A' in GeV.")] = 1.0,
    points: Annotated[int, typer.Option(help="Number of masses.")] = 100,
    process: Annotated[
        Process | None, typer.Option(help="The only way of production to count.")
    ] = None,
    method: Annotated[Method, typer.Option(help="How bremsstrahlung is computed.")] = "exact",
    form_factor: Annotated[
        FormFactor, typer.Option(help="Form factor of the atom.")
    ] = "elastic+inelastic",
    statistics: Annotated[
        LimitMethod, typer.Option(help="How the limit on events is set.")
    ] = "cls",
    figure: Annotated[bool, typer.Option(help="Draw the curve as PNG and PDF.")] = True,
    as_json: AsJson = False,
) -> None:
    """Compute the exclusion curve of an experiment for invisible dark photons.

    With --output, leaves limit.csv, limit.png, limit.pdf and result.json in that directory.
    """
    started = time.perf_counter()

    experiment = load_experiment(card)
    model = DarkPhoton(
        mediator_mass=mass_max,
        kinetic_mixing=1.0,
        alpha_D=alpha_D,
        mass_ratio=mass_ratio,
        dark_matter=dark_matter,
        splitting=splitting,
    )
    processes = (process,) if process else PROCESSES
    with _progress(experiment.title) as report:
        curve = exclusion_curve(
            experiment,
            model,
            default_masses(points, mass_min, mass_max, experiment),
            quantity=quantity,
            y=y,
            calculation=Calculation(method, form_factor, processes),
            method=statistics,
            report=report,
        )
    seconds = time.perf_counter() - started
    _print_limit(curve, seconds, as_json=as_json)
    if output is not None:
        _write_limit(curve, output, against, seconds, figure=figure)


def _print_limit(curve: "ExclusionCurve", seconds: float, *, as_json: bool) -> None:

    if as_json:
        typer.echo(json.dumps(describe(curve, seconds), indent=1, allow_nan=False))
        return
    kept = curve.observed.covered
    side = "lower" if curve.quantity == "alpha_D" else "upper"
    level = f"{100 * curve.experiment.confidence_level:g} % CL"
    typer.echo(f"{curve.experiment.title}: {level} {side} limit on {curve.quantity}")
    typer.echo(f"at most {curve.signal_limit_events:.4g} signal events")
    masses, values = curve.mediator_mass[kept], curve.observed.values[kept]
    for i in sorted({0, len(masses) // 4, len(masses) // 2, 3 * len(masses) // 4, len(masses) - 1}):
        if len(masses):
            typer.echo(f"  m_A' = {masses[i]:.4g} GeV: {values[i]:.4g}")
    for mass, status in zip(curve.mediator_mass, curve.observed.status, strict=True):
        if status != "limit":
            _remark(f"no limit at m_A' = {mass:.4g} GeV: {status}")


def _write_limit(
    curve: "ExclusionCurve", output: Path, against: MassAxis, seconds: float, *, figure: bool
) -> None:

    directory = output_directory(output)
    written = []
    if figure:
        written += write_files(limit_figure(curve, against), directory / "limit")
    written += write_curve(curve, directory, seconds)
    for file in written:
        _remark(f"wrote {file}")


@app.command()
def experiments(
    show: Annotated[str | None, typer.Option(metavar="NAME", help="Print one card, whole.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the experiment cards that come with the package."""
    if show is not None:
        if as_json:
            typer.echo(json.dumps(load_experiment(show).content(), indent=1, allow_nan=False))
        else:
            typer.echo(experiment_card(show), nl=False)
        return
    cards = {name: load_experiment(name) for name in experiment_names()}
    if as_json:
        typer.echo(json.dumps({n: e.content() for n, e in cards.items()}, indent=1))
        return
    width = max(map(len, cards))
    for name, card in cards.items():
        beam = f"{card.beam.energy_GeV:g} GeV {card.beam.particle}"
        typer.echo(f"{name:{width}}  {card.particles_on_target:8.3g} x {beam:11}  {card.title}")


@app.command()
def shower(
    card: Card,
    minimum_energy: Annotated[
        float, typer.Option(help="Lowest energy in GeV that is followed.")
    ] = 1.0,
    output: Output = None,
    plot: Annotated[bool, typer.Option("--plot", help="Draw the track lengths.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compute the track lengths of e-, e+ and photons in an experiment's target.

    Writes shower.csv into the --output directory, and with --plot the figure; --plot alone
    writes into out/shower-CARD.
    """
    experiment = load_experiment(card)
    tracks = dump_of(experiment).track_lengths(minimum_energy)
    columns = {
        "energy_GeV": tracks.energies.tolist(),
        **{f"{s}_X0": tracks.weights(s).tolist() for s in ("e-", "e+", "gamma")},
    }
    if as_json:
        typer.echo(json.dumps({"error": tracks.error, **columns}, indent=1, allow_nan=False))
    else:
        typer.echo(f"{experiment.title}: integral track lengths in radiation lengths")
        typer.echo("   E [GeV]         e-         e+      gamma")
        energy = minimum_energy
        while energy < 0.95 * tracks.beam_energy:
            row = (float(tracks.above(s, energy)) for s in ("e-", "e+", "gamma"))
            typer.echo(f"{energy:10.4g} " + " ".join(f"{length:10.4g}" for length in row))
            energy *= 2
    if output is None and not plot:
        return
    directory = output_directory(output or Path("out") / f"shower-{Path(card).stem}")
    comments = [
        f"{experiment.title}: quadrature weights of the track lengths at nodes of energy",
        f"relative numerical error {tracks.error:.1e}",
    ]
    written = [directory / "shower.csv"]
    write_csv(written[0], comments, columns)
    if plot:
        from scotopic.figures import draw_shower, save  # noqa: PLC0415 - matplotlib

        written += save(draw_shower(tracks, experiment.title), directory / "shower")
    for file in written:
        _remark(f"wrote {file}")


@app.command()
def xsec(
    masses: Annotated[
        list[float] | None, typer.Argument(help="Mediator masses in GeV; 25 by default.")
    ] = None,
    energy: Annotated[float, typer.Option(help="Beam energy in GeV.")] = 100.0,
    nucleus: Annotated[str, typer.Option("--element", help="Chemical symbol.")] = "Pb",
    mediator: Annotated[SpinParity, typer.Option(help="Kind of mediator.")] = "vector",
    lepton: Annotated[Lepton, typer.Option(help="Beam lepton.")] = "electron",
    method: Annotated[
        list[str] | None,
        typer.Option(help="exact, ww or iww; repeat it to compare. The first by default."),
    ] = None,
    form_factor: Annotated[
        FormFactor, typer.Option(help="Form factor of the atom.")
    ] = "elastic+inelastic",
    minimum_energy: Annotated[
        float, typer.Option(help="Count mediators above this energy in GeV.")
    ] = 0.0,
    output: Output = None,
    plot: Annotated[bool, typer.Option("--plot", help="Draw the cross sections.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compute total cross sections of bremsstrahlung of mediators, in cm^2 for unit coupling.

    Writes xsec.csv into the --output directory, and with --plot the figure; --plot alone
    writes into out/xsec.
    """
    from scotopic.production import total_cross_section  # noqa: PLC0415 - scipy

    target = element(nucleus)
    at = masses or default_masses(25).tolist()
    found: dict[str, list[float]] = {}
    with _progress("cross sections") as report:
        for i, one in enumerate(method or ["exact"]):
            found[one] = []
            for j, mass in enumerate(at):
                report(f"{one}, {mass:.3g} GeV", i * len(at) + j, len(at) * len(method or [one]))
                sigma = total_cross_section(
                    mediator,
                    lepton,
                    target,
                    energy,
                    mass,
                    minimum_energy=minimum_energy,
                    method=one,
                    form_factor=form_factor,
                )
                found[one].append(sigma)
    columns = {"mediator_mass_GeV": at, **{f"sigma_{k}_cm2": v for k, v in found.items()}}
    if as_json:
        typer.echo(json.dumps(columns, indent=1, allow_nan=False))
    else:
        typer.echo("mass [GeV]  " + "  ".join(f"{k + ' [cm2]':>12}" for k in found))
        for row in zip(*columns.values(), strict=True):
            typer.echo(f"{row[0]:10.4g}  " + "  ".join(f"{sigma:12.5g}" for sigma in row[1:]))
    if output is None and not plot:
        return
    title = f"{mediator.replace('_', '-')} mediator, {energy:g} GeV {lepton}s on {nucleus}"
    directory = output_directory(output or Path("out") / "xsec")
    written = [directory / "xsec.csv"]
    write_csv(written[0], [f"{title}, form factor {form_factor}, unit coupling"], columns)
    if plot:
        from scotopic.figures import draw_cross_sections, save  # noqa: PLC0415 - matplotlib

        written += save(draw_cross_sections(at, found, title), directory / "xsec")
    for file in written:
        _remark(f"wrote {file}")


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
    with _progress(run_card.title) as report:
        found = run(run_card, place, report)
    directory = output_directory(output or Path("out") / Path(card).stem)
    written = write_run(found, directory, time.perf_counter() - started)
    if figure:
        from scotopic.figures import draw_plane, save  # noqa: PLC0415 - matplotlib

        written += save(draw_plane(run_card, found.planes, found.bands), directory / "plane")
    for label, one in found.planes.items():
        share = one.excluded.mean()
        typer.echo(f"{label}: {100 * share:.1f} % of the plane excluded")
    for file in written:
        _remark(f"wrote {file}")


@app.command()
def gallery() -> None:
    """List the run cards that come with the package."""
    from scotopic.scan.run_card import gallery_names, load_run_card  # noqa: PLC0415 - see plane

    names = gallery_names()
    width = max(map(len, names))
    for name in names:
        typer.echo(f"{name:{width}}  {load_run_card(name)[0].title}")


@app.command()
def event(
    card: Card,
    mediator_mass: Annotated[float, typer.Option(help="m_A' in GeV.")],
    kinetic_mixing: Annotated[float, typer.Option(help="epsilon.")],
    alpha_D: Annotated[float, typer.Option("--alpha-D", help="Dark coupling.")] = 0.1,
    mass_ratio: Annotated[float, typer.Option(help="m_A'/m_chi1.")] = 3.0,
    splitting: Annotated[float, typer.Option(help="(m_chi2 - m_chi1)/m_chi1.")] = 0.4,
    tan_theta: Annotated[
        float | None, typer.Option(help="Mixing of i2DM; without it the model is iDM.")
    ] = None,
    signature: Annotated[
        str | None, typer.Option(help="Signature of the card; the first by default.")
    ] = None,
    number: Annotated[int, typer.Option(help="Which of the simulated events.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Of the random numbers.")] = 1,
    with_map: Annotated[
        bool, typer.Option("--map", help="Draw too which decays the signature accepts.")
    ] = False,
    output: Output = None,
) -> None:
    """Draw one simulated event in the detector, and which cuts of a signature it meets.

    Writes event.png and event.pdf into the --output directory, by default out/event-CARD; with
    --map also efficiency.png and efficiency.pdf, over the position and the energy of the decay.
    """
    import numpy as np  # noqa: PLC0415 - keep the help fast

    from scotopic.models.inelastic import (  # noqa: PLC0415
        InelasticDarkMatter,
        InelasticDiracDarkMatter,
    )
    from scotopic.scan.parameters import build  # noqa: PLC0415
    from scotopic.signal.single_event import candidates, follow_event  # noqa: PLC0415

    experiment = load_experiment(card)
    names = [s.name for s in experiment.signatures]
    chosen = experiment.signature(signature or next(iter(names), ""))
    values = {
        "mediator_mass": mediator_mass,
        "kinetic_mixing": kinetic_mixing,
        "alpha_D": alpha_D,
        "mass_ratio": mass_ratio,
        "splitting": splitting,
    }
    model: InelasticDarkMatter | InelasticDiracDarkMatter
    if tan_theta is None:
        model = build(InelasticDarkMatter, values)
    else:
        model = build(InelasticDiracDarkMatter, {**values, "tan_theta": tan_theta})
    events = candidates(experiment, chosen, model, seed)
    rng = np.random.default_rng([seed, max(number, 0)])
    record = follow_event(experiment, chosen, model, events, number, rng)
    typer.echo(f"event {number}: {'accepted' if record.accepted else 'rejected'} by {chosen.name}")
    for cut in record.cuts:
        mark = {True: "meets", False: "fails", None: "-"}[cut.met]
        typer.echo(f"  {mark:5}  {cut.condition}: {cut.found}")

    from scotopic.figures import draw_event, save  # noqa: PLC0415 - matplotlib

    figures = {"event": draw_event(experiment, chosen, model, record)}
    if with_map:
        from scotopic.figures.efficiency import (  # noqa: PLC0415
            draw_efficiency_map,
            efficiency_map,
        )

        found = efficiency_map(experiment, chosen, events, seed)
        figures["efficiency"] = draw_efficiency_map(experiment, chosen, model, found)
    directory = output_directory(output or Path("out") / f"event-{Path(card).stem}")
    for name, figure in figures.items():
        for file in save(figure, directory / name):
            _remark(f"wrote {file}")


def main() -> None:
    """Run the command line; a user's mistake becomes one line and exit code 2."""
    try:
        app()
    except ScotopicError as error:
        _remark(f"scotopic: {error}")
        sys.exit(USER_ERROR)
    except OSError as error:
        _remark(f"scotopic: {error}")
        sys.exit(1)
