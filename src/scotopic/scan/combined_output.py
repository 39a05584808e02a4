"""A combined exclusion as files: the curves as CSV, everything as JSON, the figure."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scotopic.cache import cached_bytes
from scotopic.results import provenance, write_csv, write_json
from scotopic.scan.combination import CombinedExclusion
from scotopic.scan.exclusion import BANDS
from scotopic.scan.output import content, described, numbers
from scotopic.scan.overlays import Overlay
from scotopic.words import MassAxis


def describe_combination(
    combined: CombinedExclusion, seconds: float, beside: Sequence[Overlay] = ()
) -> dict[str, Any]:
    """Return a combined exclusion with all its input, as JSON can write it.

    Parameters
    ----------
    combined : CombinedExclusion
        The result.
    seconds : float
        How long it took.
    beside : sequence of Overlay
        Bands and lines that are shown with it.
    """
    return {"provenance": provenance(seconds), **_content(combined, beside)}


def _content(combined: CombinedExclusion, beside: Sequence[Overlay]) -> dict[str, Any]:
    return {
        "combination": {
            "quantity": combined.singles[0].quantity,
            "mediator_mass_GeV": numbers(combined.mediator_mass),
            "value": numbers(combined.observed.values),
            "status": list(combined.observed.status),
            "expected": {name: numbers(combined.expected[name].values) for name in BANDS},
            "relative_numerical_error": numbers(combined.relative_error),
            "signal_shares": [numbers(one) for one in combined.shares],
            "signal_limit_events": numbers(combined.signal_limit_events),
        },
        "singles": [content(curve) for curve in combined.singles],
        "beside": [described(one) for one in beside],
    }


def write_combination(
    combined: CombinedExclusion,
    directory: Path,
    seconds: float,
    beside: Sequence[Overlay] = (),
) -> list[Path]:
    """Write `combination.csv` and `result.json`, each whole or not at all.

    Masses without a combined limit are left out of the CSV; a comment in it says which. A single
    experiment without a limit at a mass has `nan` there.

    Returns
    -------
    list of Path
        The files written.
    """
    kept = combined.observed.covered
    first = combined.singles[0]
    level = f"{100 * first.experiment.confidence_level:g} % CL"
    comments = [f"{combined.title}: {level} upper limit on {first.quantity}"]
    comments += [
        f"no limit at mediator_mass_GeV = {mass!r}: {status}"
        for mass, status, ok in zip(
            combined.mediator_mass.tolist(), combined.observed.status, kept, strict=True
        )
        if not ok
    ]
    columns = {
        "mediator_mass_GeV": combined.mediator_mass,
        "dark_matter_mass_GeV": first.masses("dark_matter_mass"),
        first.quantity: combined.observed.values,
        **{f"expected_{band}": combined.expected[band].values for band in BANDS},
        **{f"{c.experiment.title} alone": c.observed.values for c in combined.singles},
        "relative_numerical_error": combined.relative_error,
    }
    columns = {name.replace(",", ""): values for name, values in columns.items()}
    files = [directory / "combination.csv", directory / "result.json"]
    write_csv(files[0], comments, {k: v[kept].tolist() for k, v in columns.items()})
    write_json(files[1], describe_combination(combined, seconds, beside))
    return files


def combination_figure(
    combined: CombinedExclusion, against: MassAxis, beside: Sequence[Overlay] = ()
) -> dict[str, bytes]:
    """Return the figure as PNG and PDF, drawn anew only if something has changed.

    Parameters
    ----------
    combined : CombinedExclusion
        What to draw.
    against : str
        Mass on the horizontal axis.
    beside : sequence of Overlay
        Bands and lines to be drawn with it.
    """

    def draw() -> dict[str, bytes]:
        from scotopic.figures import render  # noqa: PLC0415 - matplotlib
        from scotopic.figures.combination import draw_combination  # noqa: PLC0415

        return render(draw_combination(combined, against, beside))

    inputs = {
        "curves": _content(combined, beside),
        "against": against,
        "matplotlib": version("matplotlib"),
    }
    sources = ("scotopic.figures", "scotopic.models", "scotopic.scan")
    return cached_bytes("combination-figure", inputs, sources, draw)
