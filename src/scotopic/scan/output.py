"""An exclusion curve as files: the curve as CSV, everything as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scotopic.cache import cached_bytes
from scotopic.models.registry import fingerprint
from scotopic.precision.magnetic_moments import SIGN
from scotopic.results import provenance, write_csv, write_json
from scotopic.scan.exclusion import BANDS, ExclusionCurve
from scotopic.search.ties import MOMENTS
from scotopic.words import MassAxis

if TYPE_CHECKING:
    from scotopic.scan.overlays import Overlay

_DIRECTION = {1: "positive", -1: "negative"}


def describe(
    curve: ExclusionCurve, seconds: float, beside: Sequence["Overlay"] = ()
) -> dict[str, Any]:
    """Return a curve with its whole input and what made it, as JSON can write it.

    Parameters
    ----------
    curve : ExclusionCurve
        The result.
    seconds : float
        How long it took.
    beside : sequence of Overlay
        Bands and lines that are shown with it.
    """
    shown = {"beside": [described(one) for one in beside]} if beside else {}
    return {"provenance": provenance(seconds), **content(curve), **shown}


def described(overlay: "Overlay") -> dict[str, Any]:
    """Return a band or a line as JSON can write it."""
    return {
        "label": overlay.label,
        "mediator_mass_GeV": numbers(overlay.mediator_mass),
        "lower": numbers(overlay.lower),
        "upper": numbers(overlay.upper),
    }


def content(curve: ExclusionCurve) -> dict[str, Any]:
    """Return a curve with its whole input, as JSON can write it."""
    model = asdict(curve.model)
    computed = ("mediator_mass", curve.model.coupling_field, *(["alpha_D"] if curve.y else []))
    for name in computed:
        del model[name]
    return {
        "experiment": curve.experiment.content(),
        "experiment_fingerprint": curve.experiment.fingerprint,
        "model": {"class": type(curve.model).__name__, **model},
        "calculation": {
            "mediators": asdict(curve.calculation),
            "limit": curve.method,
            "confidence_level": curve.experiment.confidence_level,
            "signal_limit_events": curve.signal_limit_events,
        },
        "limit": {
            "quantity": curve.quantity,
            "side": "lower" if curve.quantity == "alpha_D" else "upper",
            "fixed_y": curve.y,
            "is_projection": curve.experiment.is_projection,
            "mediator_mass_GeV": numbers(curve.masses("mediator_mass")),
            "dark_matter_mass_GeV": numbers(curve.masses("dark_matter_mass")),
            "value": numbers(curve.observed.values),
            "status": list(curve.observed.status),
            "expected": {name: numbers(curve.expected[name].values) for name in BANDS},
            "relative_numerical_error": numbers(curve.relative_error),
        },
        "yields_per_particle_and_coupling_squared": {
            name: numbers(values) for name, values in curve.yields.per_process.items()
        },
    }


def write_curve(
    curve: ExclusionCurve, directory: Path, seconds: float, beside: Sequence["Overlay"] = ()
) -> list[Path]:
    """Write `limit.csv` and `result.json`, each whole or not at all.

    What is shown beside the limit is in the JSON alone. Masses without a limit are left out of
    the CSV; a comment in it says which and why.

    Returns
    -------
    list of Path
        The files written.
    """
    kept = curve.observed.covered
    side = "lower" if curve.quantity == "alpha_D" else "upper"
    level = f"{100 * curve.experiment.confidence_level:g} % CL"
    comments = [f"{curve.experiment.title}: {level} {side} limit on {curve.quantity}"]
    if curve.quantity in MOMENTS:
        kind = curve.model.spin_parity
        comments.append(f"size of Delta a, which is {_DIRECTION[SIGN[kind]]} for {kind} mediators")
    comments += [
        f"no limit at mediator_mass_GeV = {mass!r}: {status}"
        for mass, status, ok in zip(
            curve.mediator_mass.tolist(), curve.observed.status, kept, strict=True
        )
        if not ok
    ]
    columns = {
        "mediator_mass_GeV": curve.masses("mediator_mass"),
        "dark_matter_mass_GeV": curve.masses("dark_matter_mass"),
        curve.quantity: curve.observed.values,
        **{f"expected_{band}": curve.expected[band].values for band in BANDS},
        "relative_numerical_error": curve.relative_error,
    }
    files = [directory / "limit.csv", directory / "result.json"]
    write_csv(files[0], comments, {k: v[kept].tolist() for k, v in columns.items()})
    write_json(files[1], describe(curve, seconds, beside))
    return files


def limit_figure(
    curve: ExclusionCurve, against: MassAxis, beside: Sequence["Overlay"] = ()
) -> dict[str, bytes]:
    """Return the figure of a curve as PNG and PDF, drawn anew only if something has changed.

    Parameters
    ----------
    curve : ExclusionCurve
        What to draw.
    against : str
        Mass on the horizontal axis.
    beside : sequence of Overlay
        Bands and lines to be drawn with it.

    Returns
    -------
    dict of str to bytes
        The files' contents by suffix. Loading matplotlib and drawing takes longer than all else
        of a warm run, which is why the files are kept like tables are.
    """

    def draw() -> dict[str, bytes]:
        from scotopic.figures import draw_limit, render  # noqa: PLC0415 - matplotlib

        return render(draw_limit(curve, against, beside))

    inputs = {
        "curve": content(curve),
        "class": fingerprint(type(curve.model)),
        "against": against,
        "beside": [described(one) for one in beside],
        "matplotlib": version("matplotlib"),
    }
    return cached_bytes("limit-figure", inputs, draw)


def numbers(values: npt.NDArray[np.float64]) -> list[float | None]:
    """Return numbers for JSON, which has none for what is not covered."""
    return [v if np.isfinite(v) else None for v in values.tolist()]
