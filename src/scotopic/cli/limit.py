"""The limit command: exclusion curves of mediators of which nothing is seen."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scotopic.cli.base import (
    AsJson,
    Card,
    Output,
    Points,
    Statistics,
    app,
    assignments,
    name_caveats,
    name_written,
    progress,
    remark,
)
from scotopic.errors import RangeError
from scotopic.models.registry import BUILT_IN
from scotopic.results import output_directory, write_files
from scotopic.words import MODEL_NAMES, PROCESSES, DarkMatter, FormFactor, MassAxis, Method, Process

if TYPE_CHECKING:
    from scotopic.models.mediator import DecayingMediator
    from scotopic.scan import ExclusionCurve, Limit
    from scotopic.scan.exclusion import FloatArray
    from scotopic.scan.overlays import Overlay

Against = Annotated[MassAxis, typer.Option(help="Mass on the figure's axis.")]
WhatDecaysInto = Annotated[
    DarkMatter | None,
    typer.Option(help="What a vector decays into.", show_default="complex_scalar"),
]
AlphaD = Annotated[
    float | None, typer.Option("--alpha-D", help="Dark coupling.", show_default="0.1")
]
MassRatio = Annotated[
    float | None, typer.Option(help="Mediator mass over m_chi.", show_default="3")
]
Parameters = Annotated[
    list[str] | None,
    typer.Option("--set", help="Another parameter of the model, as name=value; repeatable."),
]
LowestMass = Annotated[float, typer.Option(help="Lowest mediator mass in GeV.")]
HighestMass = Annotated[float, typer.Option(help="Highest mediator mass in GeV.")]
ThermalLine = Annotated[
    bool, typer.Option("--thermal-line", help="Add the line of the relic density.")
]


@app.command()
def limit(
    card: Card,
    output: Output = None,
    model: Annotated[
        str,
        typer.Option(
            help=f"What is searched for: {', '.join(BUILT_IN)}, or one's own as"
            " package.module:Class. For a beam of muons, scalar and pseudoscalar are the"
            " muonphilic ones."
        ),
    ] = "dark_photon",
    quantity: Annotated[
        str | None,
        typer.Option(
            help="What to limit: the model's coupling by its name (kinetic_mixing for the dark"
            " photon), the same with _squared, y, alpha_D (needs --y), delta_a_e, delta_a_mu.",
            show_default="the coupling",
        ),
    ] = None,
    against: Against = "mediator_mass",
    dark_matter: WhatDecaysInto = None,
    alpha_D: AlphaD = None,
    mass_ratio: MassRatio = None,
    splitting: Annotated[
        float | None, typer.Option(help="(m_chi2 - m_chi1)/m_chi1.", show_default="0")
    ] = None,
    parameters: Parameters = None,
    y: Annotated[float | None, typer.Option(help="Fixed y for a limit on alpha_D.")] = None,
    mass_min: LowestMass = 1e-3,
    mass_max: HighestMass = 1.0,
    points: Points = 100,
    process: Annotated[
        Process | None, typer.Option(help="The only way of production to count.")
    ] = None,
    method: Annotated[Method, typer.Option(help="How bremsstrahlung is computed.")] = "exact",
    form_factor: Annotated[
        FormFactor, typer.Option(help="Form factor of the atom.")
    ] = "elastic+inelastic",
    statistics: Statistics = "cls",
    muon_band: Annotated[
        bool, typer.Option("--muon-band", help="Add the 2 sigma band of the muon's g-2.")
    ] = False,
    thermal_line: ThermalLine = False,
    figure: Annotated[bool, typer.Option(help="Draw the curve as PNG and PDF.")] = True,
    as_json: AsJson = False,
) -> None:
    """Compute the exclusion curve of an experiment for mediators that decay invisibly.

    With --output, leaves limit.csv, limit.png, limit.pdf and result.json in that directory.
    """
    from scotopic.experiments import load_experiment  # noqa: PLC0415 - keep the help fast
    from scotopic.models.registry import name_for_lepton  # noqa: PLC0415
    from scotopic.processes.calculation import Calculation  # noqa: PLC0415
    from scotopic.scan import default_masses, exclusion_curve  # noqa: PLC0415

    started = time.perf_counter()
    experiment = load_experiment(card)
    given = {
        "dark_matter": dark_matter,
        "alpha_D": alpha_D,
        "mass_ratio": mass_ratio,
        "splitting": splitting,
    }
    name = name_for_lepton(model, experiment.beam.lepton)
    made = make_model(name, mass_max, all_given(given, parameters or []))
    processes = (process,) if process else PROCESSES
    with progress(experiment.title) as report:
        curve = exclusion_curve(
            experiment,
            made,
            default_masses(points, mass_min, mass_max, experiment),
            quantity=quantity,
            y=y,
            calculation=Calculation(method, form_factor, processes),
            method=statistics,
            report=report,
        )
    name_caveats(experiment)
    beside = _overlays(curve, muon_band=muon_band, thermal_line=thermal_line)
    seconds = time.perf_counter() - started
    _print_limit(curve, seconds, beside, as_json=as_json)
    if output is not None:
        _write_limit(curve, output, against, seconds, beside, figure=figure)


def _overlays(
    curve: "ExclusionCurve", *, muon_band: bool, thermal_line: bool
) -> tuple["Overlay", ...]:
    """Return what is asked for beside the limit."""
    if not (muon_band or thermal_line):
        return ()
    from scotopic.scan.overlays import moment_band, thermal_overlay  # noqa: PLC0415 - rarely

    asked = ((muon_band, moment_band), (thermal_line, thermal_overlay))
    return tuple(
        make(curve.model, curve.mediator_mass, curve.quantity) for wanted, make in asked if wanted
    )


def make_model(name: str, mass: float, given: dict[str, Any]) -> "DecayingMediator":
    """Make a model with unit coupling, usual values where none are given."""
    from scotopic.models.metadata import parameters  # noqa: PLC0415 - keep the help fast
    from scotopic.models.parameters import missing_parameter  # noqa: PLC0415
    from scotopic.models.registry import model_class  # noqa: PLC0415

    kind = model_class(name)
    scanned = {"mediator_mass": mass, kind.coupling_field: 1.0}
    free = {p: known for p, known in parameters(kind).items() if p not in scanned}
    for parameter, value in given.items():
        if parameter not in free:
            raise RangeError(
                f"{parameter}: is no parameter of {name} that can be set; known: {', '.join(free)}"
            )
        if isinstance(value, str) and not free[parameter].choices:
            raise RangeError(f"{parameter}: {value!r} is not a number")
    values = given | scanned
    while (absent := missing_parameter(kind, values)) is not None:
        if (usual := free[absent].usual) is None:
            raise RangeError(f"{absent}: missing; give it as --set {absent}=...")
        values[absent] = usual
    return kind(**values)


def all_given(options: Mapping[str, Any], pairs: list[str]) -> dict[str, Any]:
    """Return the parameters that have options of their own with those from --set."""
    values = {name: value for name, value in options.items() if value is not None}
    others = assignments("--set", pairs)
    for name in others:
        if name in values:
            raise RangeError(f"--set {name}={others[name]}: is given already, as {values[name]}")
    return values | others


def _print_limit(
    curve: "ExclusionCurve", seconds: float, beside: tuple["Overlay", ...], *, as_json: bool
) -> None:
    from scotopic.scan.output import describe  # noqa: PLC0415 - keep the help fast

    if as_json:
        typer.echo(json.dumps(describe(curve, seconds, beside), indent=1, allow_nan=False))
        return
    side = "lower" if curve.quantity == "alpha_D" else "upper"
    level = f"{100 * curve.experiment.confidence_level:g} % CL"
    typer.echo(f"{curve.experiment.title}: {level} {side} limit on {curve.quantity}")
    typer.echo(f"at most {curve.signal_limit_events:.4g} signal events")
    print_some(curve.model.symbol, curve.mediator_mass, curve.observed)
    for reason in sorted(set(curve.observed.status) - {"limit"}):
        there = [s == reason for s in curve.observed.status]
        at = curve.mediator_mass[there]
        span = f"m_{curve.model.symbol} from {at[0]:.4g} to {at[-1]:.4g} GeV"
        remark(f"no limit at {len(at)} masses, {span}: {reason}")


def print_some(symbol: str, masses: "FloatArray", found: "Limit") -> None:
    """Print a limit at up to five of the masses at which there is one."""
    at, values = masses[found.covered], found.values[found.covered]
    for i in sorted({0, len(at) // 4, len(at) // 2, 3 * len(at) // 4, len(at) - 1}):
        if len(at):
            typer.echo(f"  m_{symbol} = {at[i]:.4g} GeV: {values[i]:.4g}")


def _write_limit(
    curve: "ExclusionCurve",
    output: Path,
    against: MassAxis,
    seconds: float,
    beside: tuple["Overlay", ...],
    *,
    figure: bool,
) -> None:
    from scotopic.scan.output import limit_figure, write_curve  # noqa: PLC0415 - fast help

    directory = output_directory(output)
    written = []
    if figure:
        written += write_files(limit_figure(curve, against, beside), directory / "limit")
    written += write_curve(curve, directory, seconds, beside)
    name_written(written)
