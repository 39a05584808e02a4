"""The limit command: what experiments exclude of a model along one of its parameters."""

import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scotopic.cli.base import (
    AsJson,
    Output,
    Processes,
    Searches,
    Statistics,
    app,
    assignments,
    between,
    drawing,
    name_caveats,
    name_written,
    print_json,
    progress,
    remark,
)
from scotopic.errors import RangeError
from scotopic.models.registry import BUILT_IN
from scotopic.results import output_directory, provenance, write_files
from scotopic.words import DarkMatter, FormFactor, MassAxis, Method, NuclearModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scotopic.experiments import Experiment
    from scotopic.models.portal import Portal
    from scotopic.precision.bands import Deviation
    from scotopic.search import Axis, Result, Search
    from scotopic.search.axis import Scale
    from scotopic.search.masses import FloatArray

_POINTS = 100
_LOGARITHMIC = ("mass", "coupling", "dark coupling", "ratio")


@app.command(short_help="Compute which couplings experiments exclude.")
def limit(
    cards: Annotated[
        list[str],
        typer.Argument(
            metavar="CARD...",
            help="Names of shipped cards, or paths. Several give one combined limit, with those of"
            " each beside it.",
        ),
    ],
    output: Output = None,
    model: Annotated[
        str | None,
        typer.Option(
            help=f"What is searched for: {', '.join(BUILT_IN)}, or one's own as"
            " package.module:Class. For a beam of muons, scalar and pseudoscalar are the"
            " muonphilic ones.",
            show_default="that of the card",
        ),
    ] = None,
    quantity: Annotated[
        str | None,
        typer.Option(
            help="What to limit: the model's coupling by its name (kinetic_mixing for the dark"
            " photon), the same with _squared, y, alpha_D (needs --y), delta_a_e, delta_a_mu.",
            show_default="the coupling",
        ),
    ] = None,
    y: Annotated[float | None, typer.Option(help="Fixed y for a limit on alpha_D.")] = None,
    dark_matter: Annotated[
        DarkMatter | None,
        typer.Option(
            help="What a vector decays into.", show_default="that of the card, or complex_scalar"
        ),
    ] = None,
    alpha_D: Annotated[
        float | None,
        typer.Option("--alpha-D", help="Dark coupling.", show_default="that of the card, or 0.1"),
    ] = None,
    mass_ratio: Annotated[
        float | None,
        typer.Option(help="Mediator mass over m_chi.", show_default="that of the card, or 3"),
    ] = None,
    splitting: Annotated[
        float | None,
        typer.Option(
            help="(m_chi2 - m_chi1)/m_chi1; inelastic dark matter needs it.",
            show_default="that of the card, or 0 for pseudo_dirac",
        ),
    ] = None,
    parameters: Annotated[
        list[str] | None,
        typer.Option("--set", help="Another parameter of the model, as name=value; repeatable."),
    ] = None,
    mass_min: Annotated[
        float | None,
        typer.Option(
            help="Lowest mass in GeV, of the mediator as a rule.",
            show_default="as the card, or 0.001",
        ),
    ] = None,
    mass_max: Annotated[
        float | None,
        typer.Option(help="Highest mass in GeV along the curve.", show_default="as the card, or 1"),
    ] = None,
    points: Annotated[
        int | None,
        typer.Option(
            parser=between(int, 2, 10_000),
            metavar="N",
            help="Number of values, evenly spaced.",
            show_default="100, more of them where yields change quickly with the mass",
        ),
    ] = None,
    axis: Annotated[
        str | None,
        typer.Option(
            help="What varies along the curve, from --axis-min to --axis-max: a parameter of the"
            " model, target_length_cm or beam_energy_GeV; --set gives the mass then.",
            show_default="the mediator's mass, or that of millicharged particles",
        ),
    ] = None,
    axis_min: Annotated[float | None, typer.Option(help="First value of --axis.")] = None,
    axis_max: Annotated[float | None, typer.Option(help="Last value of --axis.")] = None,
    process: Processes = None,
    signature: Annotated[
        list[str] | None,
        typer.Option(
            help="A signature whose searches count, such as missing-energy; repeatable.",
            show_default="all that apply",
        ),
    ] = None,
    searches: Searches = None,
    method: Annotated[Method, typer.Option(help="How bremsstrahlung is computed.")] = "exact",
    form_factor: Annotated[
        FormFactor | None,
        typer.Option(
            help="Form factor of the atom.",
            show_default="elastic+inelastic, for two photons elastic",
        ),
    ] = None,
    bound_electrons: Annotated[
        bool | None,
        typer.Option(
            "--bound-electrons/--electrons-at-rest",
            help="Whether the electrons with which positrons annihilate move as in their atoms.",
            show_default="that of the card, or as in atoms",
        ),
    ] = None,
    nuclear_model: Annotated[
        NuclearModel | None,
        typer.Option(
            help="How nuclei make vector mesons coherently.",
            show_default="glauber for beams below 20 GeV, classical above",
        ),
    ] = None,
    statistics: Statistics = "cls",
    against: Annotated[
        MassAxis | None,
        typer.Option(help="Mass on the figure's axis.", show_default="the curve's parameter"),
    ] = None,
    threshold_band: Annotated[
        bool,
        typer.Option(
            "--threshold-band",
            help="Add the band of the limit as thresholds, and places of counters, that have"
            " ranges in the cards go to the ends of them.",
        ),
    ] = False,
    threshold: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY",
            help="What moves in the band, such as 'vetoes[VETO]' of the selection; repeatable.",
            show_default="all that have ranges",
        ),
    ] = None,
    model_band: Annotated[
        bool,
        typer.Option(
            "--model-band",
            help="Add the band of the limit as numbers of mediators go to the ends of what models"
            " of their production, of vector mesons, are known to.",
        ),
    ] = False,
    muon_band: Annotated[
        bool, typer.Option("--muon-band", help="Add the 2 sigma band of the muon's g-2.")
    ] = False,
    muon_moment: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|VALUE+-ERROR",
            help="What the band explains: muon-2021, muon-2025, muon-2006, or 38e-11+-63e-11.",
            show_default="muon-2021",
        ),
    ] = None,
    thermal_line: Annotated[
        bool, typer.Option("--thermal-line", help="Add the line of the relic density.")
    ] = False,
    figure: Annotated[bool, typer.Option(help="Draw the curve as PNG and PDF.")] = True,
    as_json: AsJson = False,
) -> None:
    """Compute which couplings experiments exclude: a limit, or islands, for every mass.

    Model, parameters and masses are those of the cards' table [model] where no option gives them.
    With --output, leaves limit.csv, limit.png, limit.pdf and result.json in that directory.
    """
    from scotopic.processes.calculation import Calculation  # noqa: PLC0415 - keep the help fast
    from scotopic.search import Search, exclusion_curve, load_experiment  # noqa: PLC0415
    from scotopic.search.models import mass_parameter, searched_model  # noqa: PLC0415
    from scotopic.search.result_files import as_json as content_of  # noqa: PLC0415
    from scotopic.search.result_files import remarks, write_curve  # noqa: PLC0415

    started = time.perf_counter()
    if output is None:
        beside = {
            "--muon-band": muon_band,
            "--muon-moment": muon_moment,
            "--thermal-line": thermal_line,
        }
        for name, wanted in {**({} if as_json else beside), "--against": against}.items():
            if wanted:
                remark(f"remark: {name}: shows in files alone; --output says where to write them")
    band = _deviation(muon_moment) if muon_moment else muon_band
    experiments = [load_experiment(card) for card in cards]
    search = Search.of(
        experiments,
        signatures=signature or (),
        searches=searches or (),
        calculation=Calculation(
            method,
            form_factor,
            tuple(process or ()),
            bound_electrons=bound_electrons,
            nuclear_model=nuclear_model,
        ),
        method=statistics,
    )
    options = {
        "dark_matter": dark_matter,
        "alpha_D": alpha_D,
        "mass_ratio": mass_ratio,
        "splitting": splitting,
    }
    given = all_given(options, parameters or [])
    mass = mass_parameter(experiments, model)
    axis = axis or mass
    ends = _ends(experiments, model, axis, mass, (mass_min, mass_max), (axis_min, axis_max))
    if axis == mass and mass in given:
        raise RangeError(f"--set {mass}: it is the axis; --mass-min and --mass-max give its range")
    made = searched_model(experiments, model, given, (axis, ends[1]))
    with progress(search.title) as report:
        curve = exclusion_curve(
            search,
            made,
            _along(search, made, axis, ends, points),
            quantity=quantity,
            y=y,
            threshold_band=threshold or threshold_band,
            model_band=model_band,
            report=report,
        )
    name_caveats(curve.attributes["caveats"])
    for text in remarks(curve):
        remark(text)
    if band or thermal_line:
        from scotopic.search.overlays import with_overlays  # noqa: PLC0415 - rarely

        curve = with_overlays(curve, made, muon_band=band, thermal_line=thermal_line)
    seconds = time.perf_counter() - started
    if as_json:
        print_json({"provenance": provenance(seconds), **content_of(curve)})
    else:
        _print(curve)
    if output is None:
        return
    directory = output_directory(output)
    name_written(write_curve(curve, directory, seconds))
    if figure:
        with drawing():
            name_written(write_files(_figure(curve, against), directory / "limit"))


def _deviation(text: str) -> "Deviation":
    from scotopic.precision.bands import deviation_of  # noqa: PLC0415 - seldom

    try:
        return deviation_of(text)
    except RangeError as error:
        raise RangeError(f"--muon-moment: {error}") from None


def _ends(
    experiments: "Sequence[Experiment]",
    model: str | None,
    axis: str,
    mass: str,
    masses: tuple[float | None, float | None],
    values: tuple[float | None, float | None],
) -> tuple[float, float]:
    """Return the ends of the axis; those that another axis has are refused."""
    from scotopic.models.parameters import kind_of  # noqa: PLC0415 - keep the help fast
    from scotopic.search.models import mass_range, natural_model  # noqa: PLC0415
    from scotopic.search.set_ups import parameter_of_axis  # noqa: PLC0415

    if axis == mass:
        if values != (None, None):
            raise RangeError("--axis-min, --axis-max: masses take --mass-min and --mass-max")
        return mass_range(experiments, *masses)
    if masses != (None, None):
        raise RangeError(f"--mass-min, --mass-max: --axis {axis} takes --axis-min and --axis-max")
    parameter_of_axis(kind_of(model or natural_model(experiments)), axis)
    low, high = values
    if low is None or high is None:
        raise RangeError(f"--axis {axis}: needs --axis-min and --axis-max")
    return low, high


def _along(
    search: "Search",
    model: "Portal",
    axis: str,
    ends: tuple[float, float],
    points: int | None,
) -> "Axis | FloatArray":
    """Return the values along the curve; of masses they follow the search if no number is given."""
    from scotopic.search import Axis, default_masses  # noqa: PLC0415 - keep the help fast
    from scotopic.search.set_ups import parameter_of_axis  # noqa: PLC0415

    low, high = ends
    if axis == type(model).mass_field and points is None:
        return default_masses(_POINTS, low, high, search, model)
    role = parameter_of_axis(type(model), axis).role
    scale: Scale = "log" if role in _LOGARITHMIC else "linear"
    return Axis(axis, low, high, _POINTS if points is None else points, scale)


def all_given(options: Mapping[str, Any], pairs: list[str]) -> dict[str, Any]:
    """Return the parameters that have options of their own with those from --set."""
    values = {name: value for name, value in options.items() if value is not None}
    others = assignments("--set", pairs)
    for name in others:
        if name in values:
            raise RangeError(f"--set {name}={others[name]}: is given already, as {values[name]}")
    return values | others


def _print(curve: "Result") -> None:
    """Print what a curve is, some of it, and where it has no limit."""
    from scotopic.search.result_files import heading, without_limit  # noqa: PLC0415 - fast help
    from scotopic.search.set_ups import parameter_of_axis  # noqa: PLC0415

    known = parameter_of_axis(type(curve.model), curve.axes[0])
    unit = "" if known.unit == "1" else f" {known.unit}"
    typer.echo(heading(curve))
    allowed = curve["allowed_events"][0, 0]
    if allowed.max() <= allowed.min() * (1 + 1e-9):
        typer.echo(f"at most {allowed[0]:.4g} signal events")
    for text in curve.attributes["flat_efficiencies"]:
        typer.echo(text)
    rows = zip(curve.axis.tolist(), _shown(curve), strict=True)
    there = [(value, text) for value, text in rows if text]
    symbol = re.sub(r"[{}\\]", "", known.label)
    count = len(there)
    shown = {0, count // 4, count // 2, 3 * count // 4, count - 1} if there else set()
    strongest = _strongest(curve)
    for i, (value, text) in enumerate(there):
        if i in shown or value == strongest:
            mark = ", the strongest" if value == strongest else ""
            typer.echo(f"  {symbol} = {value:.4g}{unit}: {text}{mark}")
    for reason, low, high, count in without_limit(curve):
        where = f"{symbol} = {low:.4g}"
        if count > 1:
            where = f"{count} values of {symbol} from {low:.4g} to {high:.4g}"
        remark(f"no limit at {where}{unit}: {reason}")


def _strongest(curve: "Result") -> float | None:
    """Return where along a curve the limit is strongest; None if it has islands or no limit."""
    import numpy as np  # noqa: PLC0415 - keep the help fast

    limits = None if curve.has_islands else curve.limits()
    if limits is None or not np.isfinite(limits).any():
        return None
    place = np.nanargmax(limits) if curve.side == "lower" else np.nanargmin(limits)
    return float(curve.axis[place])


def _shown(curve: "Result") -> list[str]:
    """Return what is excluded at each point of a curve, as text; nothing where nothing is."""
    from scotopic.search.allowance import bands_among  # noqa: PLC0415 - keep the help fast

    stated = _excluded(curve, "observed")
    bands = bands_among(curve["outcome"].tolist())
    if not bands:
        return stated
    names = [name for both in bands.values() for name in both]
    ends = {name.replace("_", " "): _excluded(curve, name) for name in names}
    found = []
    for i, text in enumerate(stated):
        more = ", ".join(f"{name}: {one[i] or 'none'}" for name, one in ends.items())
        found.append(f"{text} ({more})" if text else "")
    return found


def _excluded(curve: "Result", outcome: str) -> list[str]:
    """Return what an outcome excludes at each point of a curve, as text."""
    if not curve.has_islands:
        return [f"{x:.4g}" if x > 0 else "" for x in curve.limits(None, outcome).tolist()]
    i = curve["outcome"].tolist().index(outcome)
    opens = zip(curve["open_below"][0, i].tolist(), curve["open_above"][0, i].tolist(), strict=True)
    return [
        ", ".join(_span(*ends) for ends in zip(intervals, *sides, strict=False))
        for intervals, sides in zip(curve.intervals(None, outcome), opens, strict=True)
    ]


def _span(ends: tuple[float, float], is_below: bool, is_above: bool) -> str:
    low, high = ends
    if is_above:
        return "all excluded" if is_below else f"excluded above {low:.3g}"
    return f"excluded below {high:.3g}" if is_below else f"excluded {low:.3g} to {high:.3g}"


def _figure(curve: "Result", against: MassAxis | None) -> dict[str, bytes]:
    """Return the figure as PNG and PDF, drawn anew only if something has changed.

    Loading matplotlib and drawing takes longer than all else of a warm run.
    """
    from scotopic.cache import cached_bytes, library_version  # noqa: PLC0415 - keep the help fast
    from scotopic.sources import module_names  # noqa: PLC0415

    def draw() -> dict[str, bytes]:
        from scotopic.figures import draw_limit, render  # noqa: PLC0415 - matplotlib

        return render(draw_limit(curve, against=against))

    inputs = {
        "curve": curve.fingerprint,
        "against": against,
        "matplotlib": library_version("matplotlib"),
    }
    return cached_bytes("limit-figure", inputs, draw, modules=module_names(curve.model))
