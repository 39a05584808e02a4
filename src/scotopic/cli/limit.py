"""The limit command: exclusion curves of invisible dark photons."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scotopic.cli.base import AsJson, Card, Output, app, name_written, progress, remark
from scotopic.models.dark_photon import DarkMatter, DarkPhoton
from scotopic.production.form_factors import FormFactor
from scotopic.production.phase_space import Method
from scotopic.results import output_directory, write_files
from scotopic.scan import MassAxis, Quantity, default_masses, exclusion_curve
from scotopic.scan.output import describe, limit_figure, write_curve
from scotopic.signal import PROCESSES, Calculation, Process
from scotopic.statistics import Method as LimitMethod

if TYPE_CHECKING:
    from scotopic.scan import ExclusionCurve


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
    from scotopic.experiments import load_experiment  # noqa: PLC0415 - keep the help fast

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
    with progress(experiment.title) as report:
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
    for reason in sorted(set(curve.observed.status) - {"limit"}):
        there = [s == reason for s in curve.observed.status]
        at = curve.mediator_mass[there]
        span = f"m_A' from {at[0]:.4g} to {at[-1]:.4g} GeV"
        remark(f"no limit at {len(at)} masses, {span}: {reason}")


def _write_limit(
    curve: "ExclusionCurve", output: Path, against: MassAxis, seconds: float, *, figure: bool
) -> None:

    directory = output_directory(output)
    written = []
    if figure:
        written += write_files(limit_figure(curve, against), directory / "limit")
    written += write_curve(curve, directory, seconds)
    name_written(written)
