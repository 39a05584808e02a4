"""The commands for mediators that decay in flight: islands of excluded couplings."""

import json
import time
from dataclasses import asdict
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from scotopic.cli.base import (
    AsJson,
    Card,
    Output,
    Points,
    Statistics,
    app,
    between,
    name_written,
    progress,
    remark,
)
from scotopic.errors import RangeError
from scotopic.results import output_directory, provenance, write_csv, write_files, write_json
from scotopic.words import FormFactor, Method, Parity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import numpy.typing as npt
    from matplotlib.figure import Figure

    from scotopic.experiments import Experiment
    from scotopic.models.mediator import DecayingMediator
    from scotopic.search.intervals import Interval
    from scotopic.search.target_length import Reach

    FloatArray = npt.NDArray[np.float64]

VisibleMediator = Literal["dark_photon", "scalar", "pseudoscalar", "axial_vector"]
"""Mediators that decay into e+ e- alone if they do not couple to dark matter."""

Mediators = Annotated[VisibleMediator, typer.Option(help="What decays into e+ e-.")]
Drawn = Annotated[bool, typer.Option(help="Draw it as PNG and PDF.")]


@app.command()
def visible(
    cards: Annotated[list[str], typer.Argument(help="Cards whose events add up.")],
    output: Output = None,
    mediator: Mediators = "dark_photon",
    mass_min: Annotated[float, typer.Option(help="Lowest mass in GeV.")] = 1.1e-3,
    mass_max: Annotated[float, typer.Option(help="Highest mass in GeV.")] = 0.03,
    points: Points = 100,
    method: Annotated[Method, typer.Option(help="How bremsstrahlung is computed.")] = "exact",
    form_factor: Annotated[
        FormFactor, typer.Option(help="Form factor of the atom.")
    ] = "elastic+inelastic",
    statistics: Statistics = "cls",
    figure: Drawn = True,
    as_json: AsJson = False,
) -> None:
    """Compute which couplings a search for decays into e+ e- behind the target excludes.

    The published search is that of the cards na64e-visible-2017, na64e-visible-2017-short and
    na64e-visible-2018 together. With --output, leaves boundaries.csv, result.json, visible.png
    and visible.pdf in that directory.
    """
    from scotopic.experiments import load_experiment  # noqa: PLC0415 - keep the help fast
    from scotopic.models.registry import model_class  # noqa: PLC0415
    from scotopic.processes.calculation import Calculation  # noqa: PLC0415
    from scotopic.scan import default_masses  # noqa: PLC0415
    from scotopic.search.intervals import with_tip  # noqa: PLC0415
    from scotopic.signatures.visible import visible_islands  # noqa: PLC0415

    started = time.perf_counter()
    experiments = [load_experiment(card) for card in cards]
    masses = default_masses(points, mass_min, mass_max)
    kind = model_class(mediator)
    limit = _signal_limit(experiments, statistics)
    calculation = Calculation(method, form_factor, ("bremsstrahlung",))
    with progress("visible decays") as report:

        def find(at: "Sequence[float]") -> "list[tuple[Interval, ...]]":
            models = [_model(mediator, mass) for mass in at]
            return visible_islands(experiments, models, limit, calculation, report)

        masses, islands = with_tip(masses, find)
    content = {
        "model": {"name": mediator, "decays": "e+ e-"},
        "calculation": {**asdict(calculation), "limit": statistics, "signal_limit_events": limit},
    }
    title = _title(experiments)
    seconds = time.perf_counter() - started
    result = _describe(experiments, content, masses, islands, kind.coupling_field, seconds)
    _print(title, masses, islands, result, as_json=as_json)
    if output is None:
        return
    written = _write(title, masses, islands, result, output)
    if figure:

        def draw() -> "Figure":
            from scotopic.figures.visible import draw_islands  # noqa: PLC0415 - matplotlib

            return draw_islands(
                masses,
                islands,
                title=title,
                mass_label=rf"$m_{{{kind.symbol}}}$ [GeV]",
                coupling_label=r"coupling to electrons $\epsilon$",
                confidence_level=experiments[0].confidence_level,
                beryllium=True,
            )

        written += _save(draw, result, output / "visible")
    name_written(written)


@app.command()
def alp(
    card: Card,
    output: Output = None,
    parity: Annotated[Parity, typer.Option(help="Kind of particle.")] = "pseudoscalar",
    mass_min: Annotated[float, typer.Option(help="Lowest mass in GeV.")] = 1e-3,
    mass_max: Annotated[float, typer.Option(help="Highest mass in GeV.")] = 0.06,
    points: Points = 100,
    form_factor: Annotated[FormFactor, typer.Option(help="Form factor of the atom.")] = "elastic",
    statistics: Statistics = "cls",
    figure: Drawn = True,
    as_json: AsJson = False,
) -> None:
    """Compute which couplings to photons a search for axion-like particles excludes.

    The published search is that of the card na64e-alp. With --output, leaves boundaries.csv,
    result.json, alp.png and alp.pdf in that directory.
    """
    from scotopic.experiments import load_experiment  # noqa: PLC0415 - keep the help fast
    from scotopic.models.axion_like import AxionLikeParticle  # noqa: PLC0415
    from scotopic.scan import default_masses  # noqa: PLC0415
    from scotopic.search.intervals import with_tip  # noqa: PLC0415
    from scotopic.signatures.photon_decays import photon_islands  # noqa: PLC0415

    started = time.perf_counter()
    experiment = load_experiment(card)
    masses = default_masses(points, mass_min, mass_max)
    limit = _signal_limit([experiment], statistics)

    def find(at: "Sequence[float]") -> "list[tuple[Interval, ...]]":
        models = [
            AxionLikeParticle(mediator_mass=mass, photon_coupling=1.0, parity=parity) for mass in at
        ]
        return photon_islands(experiment, models, limit, form_factor)

    masses, islands = with_tip(masses, find)
    content = {
        "model": {"name": "axion-like particle", "parity": parity, "decays": "two photons"},
        "calculation": {
            "form_factor": form_factor,
            "limit": statistics,
            "signal_limit_events": limit,
        },
    }
    seconds = time.perf_counter() - started
    name = "photon_coupling_per_GeV"
    result = _describe([experiment], content, masses, islands, name, seconds)
    _print(experiment.title, masses, islands, result, as_json=as_json)
    if output is None:
        return
    written = _write(experiment.title, masses, islands, result, output)
    if figure:

        def draw() -> "Figure":
            from scotopic.figures.visible import draw_islands  # noqa: PLC0415 - matplotlib

            return draw_islands(
                masses,
                islands,
                title=experiment.title,
                mass_label=r"$m_a$ [GeV]",
                coupling_label=r"$g_{a\gamma\gamma}$ [GeV$^{-1}$]",
                confidence_level=experiment.confidence_level,
            )

        written += _save(draw, result, output / "alp")
    name_written(written)


@app.command()
def target_length(
    card: Card,
    output: Output = None,
    mediator: Mediators = "dark_photon",
    mass: Annotated[float, typer.Option(help="Mass of the mediator in GeV.")] = 0.0167,
    length_min: Annotated[float, typer.Option(help="Shortest target in cm.")] = 8.0,
    length_max: Annotated[float, typer.Option(help="Longest target in cm.")] = 30.0,
    points: Annotated[
        int, typer.Option(parser=between(int, 2, 10_000), metavar="N", help="Number of lengths.")
    ] = 12,
    energy: Annotated[
        list[float] | None, typer.Option(help="Beam energy in GeV, one or several times.")
    ] = None,
    statistics: Statistics = "cls",
    figure: Drawn = True,
    as_json: AsJson = False,
) -> None:
    """Compute how far a search for decays into e+ e- reaches with other targets and beams.

    Exposure and efficiency are those of the card. With --output, leaves target-length.csv,
    result.json, target-length.png and target-length.pdf in that directory.
    """
    import numpy as np  # noqa: PLC0415 - keep the help fast

    from scotopic.experiments import load_experiment  # noqa: PLC0415
    from scotopic.search.target_length import reach  # noqa: PLC0415

    started = time.perf_counter()
    experiment = load_experiment(card)
    if not 0 < length_min < length_max:
        raise RangeError(f"length_min: {length_min} is not between 0 and length_max {length_max}")
    lengths = np.linspace(length_min, length_max, points).tolist()
    energies = energy or [experiment.beam.energy_GeV]
    limit = _signal_limit([experiment], statistics)
    with progress(experiment.title) as report:
        found = reach(experiment, _model(mediator, mass), limit, lengths, energies, report)
    columns = _reach_columns(found)
    result = {
        "provenance": provenance(time.perf_counter() - started),
        "experiments": [experiment.content()],
        "model": {"name": mediator, "mediator_mass_GeV": mass},
        "calculation": {"limit": statistics, "signal_limit_events": limit},
        "reach": columns,
    }
    if as_json:
        typer.echo(json.dumps(result, indent=1, allow_nan=False))
    else:
        typer.echo(" E0 [GeV]   L [cm]   L [X0]  lowest epsilon  highest epsilon  leakage [GeV]")
        for r in found:
            edges = [f"{i.lower:14.4g}  {i.upper:15.4g}" for i in r.intervals] or [f"{'-':>31}"]
            start = f"{r.beam_energy:9g} {r.target_length_cm:8.4g} {r.target_length_X0:8.4g}"
            for edge in edges:
                typer.echo(f"{start}  {edge}  {r.mean_leakage:13.3g}")
    if output is None:
        return
    directory = output_directory(output)
    written = [directory / "target-length.csv", directory / "result.json"]
    comment = f"{experiment.title} with another target or beam, m = {mass} GeV"
    write_csv(written[0], [comment], columns)
    write_json(written[1], result)
    if figure:

        def draw() -> "Figure":
            from scotopic.figures.visible import draw_reach  # noqa: PLC0415 - matplotlib

            return draw_reach(found, mass, experiment.title)

        written += _save(draw, result, directory / "target-length")
    name_written(written)


def _model(name: VisibleMediator, mass: float) -> "DecayingMediator":
    """Make a mediator that does not couple to dark matter."""
    from scotopic.models.registry import model_class  # noqa: PLC0415 - keep the help fast

    kind = model_class(name)
    values: dict[str, Any] = {
        "mediator_mass": mass,
        kind.coupling_field: 1e-3,
        "alpha_D": 0.0,
        "mass_ratio": 3.0,
    }
    return kind(**values, **({"dark_matter": "dirac"} if name == "dark_photon" else {}))


def _signal_limit(experiments: "Sequence[Experiment]", method: str) -> float:
    """Return the largest number of signal events that experiments together allow."""
    from scotopic.scan.exclusion import signal_limits  # noqa: PLC0415
    from scotopic.scan.joint import refuse_common_data  # noqa: PLC0415
    from scotopic.search.likelihood import experiment_likelihood  # noqa: PLC0415
    from scotopic.statistics import combine  # noqa: PLC0415

    refuse_common_data(experiments)
    for experiment in experiments:
        if experiment.likelihood is not None:
            raise RangeError(f"likelihood: this search cannot use that of {experiment.title}")
    each = [
        experiment_likelihood(e, shared=["signal"] if e.relative_signal_uncertainty else ())
        for e in experiments
    ]
    counted = combine(*each, names=[e.title for e in experiments])
    limits, _ = signal_limits(counted, method)
    return limits["observed"] * counted.signal_weight


def _describe(
    experiments: "Sequence[Experiment]",
    content: dict[str, Any],
    masses: "FloatArray",
    islands: "Sequence[Sequence[Interval]]",
    coupling: str,
    seconds: float,
) -> dict[str, Any]:
    """Return all that is known of a result, as JSON can write it."""
    rows = [(m, i) for m, found in zip(masses.tolist(), islands, strict=True) for i in found]
    return {
        "provenance": provenance(seconds),
        "experiments": [{"card": e.content(), "fingerprint": e.fingerprint} for e in experiments],
        **content,
        "mediator_mass_GeV": masses.tolist(),
        "excluded": {
            "mediator_mass_GeV": [mass for mass, _ in rows],
            f"{coupling}_from": [i.lower for _, i in rows],
            f"{coupling}_to": [i.upper for _, i in rows],
            "open_below": [i.open_below for _, i in rows],
            "open_above": [i.open_above for _, i in rows],
        },
    }


def _print(
    title: str,
    masses: "FloatArray",
    islands: "Sequence[Sequence[Interval]]",
    result: dict[str, Any],
    *,
    as_json: bool,
) -> None:
    if as_json:
        typer.echo(json.dumps(result, indent=1, allow_nan=False))
        return
    limit = result["calculation"]["signal_limit_events"]
    typer.echo(f"{title}: at most {limit:.4g} signal events")
    covered = [(m, found) for m, found in zip(masses.tolist(), islands, strict=True) if found]
    for mass, found in covered[:: max(len(covered) // 8, 1)]:
        text = ", ".join(f"{i.lower:.3g} to {i.upper:.3g}" for i in found)
        typer.echo(f"  {mass:.4g} GeV: excluded {text}")
    if not covered:
        remark("nothing is excluded")
    elif covered[-1][0] < masses[-1]:
        remark(f"nothing is excluded above {covered[-1][0]:.4g} GeV")


def _write(
    title: str,
    masses: "FloatArray",
    islands: "Sequence[Sequence[Interval]]",
    result: dict[str, Any],
    output: Path,
) -> list[Path]:
    """Write boundaries.csv and result.json."""
    directory = output_directory(output)
    written = [directory / "boundaries.csv", directory / "result.json"]
    empty = [m for m, found in zip(masses.tolist(), islands, strict=True) if not found]
    comments = [f"{title}: excluded intervals of the coupling"]
    comments += [f"nothing excluded at mediator_mass_GeV = {mass!r}" for mass in empty]
    rows = dict(result["excluded"])
    for side in ("open_below", "open_above"):
        comments += [
            f"{side}: the interval at mediator_mass_GeV = {mass!r} goes on"
            for mass, is_open in zip(rows["mediator_mass_GeV"], rows.pop(side), strict=True)
            if is_open
        ]
    write_csv(written[0], comments, rows)
    write_json(written[1], result)
    return written


def _reach_columns(found: "Sequence[Reach]") -> dict[str, list[float]]:
    """Return one row for each interval; set-ups that exclude nothing have none."""
    rows = [(r, i) for r in found for i in r.intervals]
    return {
        "beam_energy_GeV": [r.beam_energy for r, _ in rows],
        "target_length_cm": [r.target_length_cm for r, _ in rows],
        "target_length_X0": [r.target_length_X0 for r, _ in rows],
        "coupling_from": [i.lower for _, i in rows],
        "coupling_to": [i.upper for _, i in rows],
        "mean_leakage_GeV": [r.mean_leakage for r, _ in rows],
    }


def _title(experiments: "Sequence[Experiment]") -> str:
    """Return what stands above a figure: a title, or the words that several begin with."""
    titles = [experiment.title for experiment in experiments]
    if len(titles) == 1:
        return titles[0]
    words = zip(*(title.split() for title in titles), strict=False)
    common = " ".join(each[0] for each in takewhile(_all_equal, words))
    return f"{common}, {len(titles)} runs" if common else " + ".join(titles)


def _all_equal(words: tuple[str, ...]) -> bool:
    return len(set(words)) == 1


def _save(draw: "Callable[[], Figure]", result: dict[str, Any], path: Path) -> list[Path]:
    """Write a figure, drawn anew only if what it shows has changed."""
    from importlib.metadata import version  # noqa: PLC0415 - keep the help fast

    from scotopic.cache import cached_bytes  # noqa: PLC0415

    def contents() -> dict[str, bytes]:
        from scotopic.figures import render  # noqa: PLC0415 - matplotlib

        return render(draw())

    shown = {key: value for key, value in result.items() if key != "provenance"}
    inputs = {"name": path.name, "result": shown, "matplotlib": version("matplotlib")}
    return write_files(cached_bytes("decay-figure", inputs, contents), path)
