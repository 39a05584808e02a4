"""What stands beside the limits of a plane: thermal lines, bounds of the CMB, bands."""

from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from scotopic.errors import RangeError
from scotopic.models.parameters import parameter
from scotopic.precision.bands import mixing_band
from scotopic.scan.grid import Grid
from scotopic.scan.layers import Line, LinePoint
from scotopic.scan.run_card import BandLayer, CosmologyLayer, RunCard
from scotopic.search.result import Layer, Variable

FloatArray = npt.NDArray[np.float64]

_BEYOND_EDGE = 700.0


def line_layer(kind: str, card: RunCard, layer: CosmologyLayer, line: Line) -> Layer:
    """Return a line that follows from cosmology.

    Parameters
    ----------
    kind : str
        "thermal line" or "cmb".
    card : RunCard
        With its axes.
    layer : CosmologyLayer
        Of the card.
    line : Line
        As computed for it.

    Returns
    -------
    Layer
        With `excess`, ln of the coupling over that on the line. Its attributes have the `points`,
        the `gaps` and the `jumps` of `Line`, and what the coupling is called.
    """
    x, y = card.x.parameter, card.y.parameter
    model = card.sector(layer).kind
    unit = parameter(model, x).unit
    names = ("mediator_mass", "dark_matter_mass", model.coupling_field, "y")
    return Layer(
        kind,
        layer.label,
        {
            x: Variable((x,), line.x, unit, parameter(model, x).long_name),
            "excess": Variable((x, y), line.excess, "1", "ln(coupling / coupling on the line)"),
        },
        {
            "points": [_row(card, names, point) for point in line.points],
            "gaps": [[*index, why] for index, why in line.gaps.items()],
            "jumps": [[_row(card, names, end) for end in ends] for ends in line.jumps],
            "absent": line.absent,
            "coupling": model.coupling_field,
            "omega_h2": getattr(layer, "omega_h2", None),
            "interpolation_error": line.interpolation_error,
        },
    )


def _row(card: RunCard, names: tuple[str, ...], point: LinePoint) -> dict[str, Any]:
    """Describe a point of a line; None where there is none."""
    axes = {card.x.parameter: point.x, card.y.parameter: point.y}
    others = {name: getattr(point.model, name, None) for name in names if name not in axes}
    return {**axes, **others, "status": point.status, "caveats": list(point.caveats)}


def band_layer(band: BandLayer, grid: Grid) -> Layer:
    """Compare the coupling at every point with the edges of a band at its mass.

    Returns
    -------
    Layer
        With `above_lower` and `above_upper`: ln of the coupling over the edges.

    Raises
    ------
    RangeError
        If the model does not couple to the lepton.
    """
    deviation = band.measured()
    mass = grid.values(lambda model: model.mediator_mass)
    coupling = grid.values(lambda model: model.lepton_coupling(deviation.lepton))
    if not np.nanmax(coupling) > 0:
        raise RangeError(f"bands[{band.label}]: the model does not couple to {deviation.lepton}s")
    known = np.isfinite(mass)
    kind = next(iter(grid.models.values())).spin_parity
    edges = mixing_band(deviation, kind, mass[known], band.sigmas)
    found = {}
    for name, edge in (("above_lower", edges.lower), ("above_upper", edges.upper)):
        logarithm = np.full(mass.shape, np.nan)
        ratio = np.divide(coupling[known], edge, out=np.full(edge.shape, np.inf), where=edge > 0)
        logarithm[known] = np.minimum(np.log(ratio), _BEYOND_EDGE)
        axes = grid.x.parameter, grid.y.parameter
        found[name] = Variable(axes, logarithm, "1", "ln(coupling / edge of the band)")
    said = {**asdict(deviation), "sigmas": band.sigmas}
    return Layer("band", band.label, found, {"deviation": said})
