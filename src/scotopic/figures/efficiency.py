"""Which decays a search accepts: a map over the position of the decay and an energy."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scotopic.display import displayed
from scotopic.errors import RangeError, not_one_of
from scotopic.figures.event import model_text
from scotopic.figures.labels import typeset
from scotopic.figures.style import BLUE, GREY, ORANGE, new_figure, points
from scotopic.figures.ticks import label_ticks
from scotopic.search.style import FigureStyle
from scotopic.signatures.decay_chains import decay_positions

if TYPE_CHECKING:
    from scotopic.events.simulation import Events
    from scotopic.experiments import Experiment
    from scotopic.experiments.selections import CalorimeterSelection
    from scotopic.models.two_dark_fermions import TwoDarkFermions

FloatArray = npt.NDArray[np.float64]

EnergyAxis = Literal["pair_energy", "mediator_energy"]

_LABELS = {
    "pair_energy": r"energy of the pair $E_{ee}$ [GeV]",
    "mediator_energy": r"energy of the mediator $E_{<X>}$ [GeV]",
}
_COLOURS = {"electromagnetic calorimeter": ORANGE, "veto counter": GREY}
_FEWEST_EVENTS = 20  # of a cell
_FEWEST_IN_ALL = 100
_SOFTEST = 1e-2  # fraction of the events below the range of pair energies
_SIZE = (7.4, 4.6)  # inches
_BEHIND = 1.1  # positions in the map, over the length of the set-up


@displayed
@dataclass(frozen=True, eq=False)
class EfficiencyMap:
    """Probability that a search accepts a decay.

    Attributes
    ----------
    against : str
        "pair_energy" or "mediator_energy".
    position_edges_cm : ndarray, shape (p + 1,)
        Of the cells, behind the front of the target.
    energy_edges : ndarray, shape (e + 1,)
        In GeV; logarithmic for the pair.
    probability : ndarray, shape (p, e)
        At the middle of each cell's positions, mean of the events in its energies, weighted;
        cut efficiencies that are not simulated are factors. Not-a-number where there are less
        than 20 events.
    softest_mediator : float
        Energy in GeV above which the mediators of these events are: the mean depends on it.
    """

    against: EnergyAxis
    position_edges_cm: FloatArray
    energy_edges: FloatArray
    probability: FloatArray
    softest_mediator: float


def efficiency_map(
    experiment: "Experiment",
    selection: "CalorimeterSelection",
    events: "Events",
    seed: int,
    *,
    against: EnergyAxis = "pair_energy",
    positions: int = 300,
    energies: int = 40,
) -> EfficiencyMap:
    """Average the acceptance of simulated decays over position and energy.

    Parameters
    ----------
    experiment, selection : Experiment, CalorimeterSelection
        A card, and what one of its searches accepts.
    events : Events
        From `events.simulation.simulate`; those with one chi2 are used, their lifetime is not.
    seed : int
        Of the fluctuations of showers.
    against : str
        "pair_energy" or "mediator_energy": which energy; the other is averaged over.
    positions, energies : int
        Number of cells, of energies at most: there are fewer if there are less than 50 events
        for each.

    Raises
    ------
    RangeError
        If the energy is unknown, or less than 100 events have exactly one chi2 that decays.
    """
    if against not in _LABELS:
        raise RangeError(f"against: {not_one_of(against, _LABELS)}")
    one = np.flatnonzero((events.chi2_count == 1) & (events.pair[:, 0] >= 0))
    if len(one) < _FEWEST_IN_ALL:
        raise RangeError(
            f"map: {len(one)} of {len(events)} events have exactly one chi2 that decays, and no"
            f" others are mapped, which takes at least {_FEWEST_IN_ALL}"
        )
    energies = min(energies, 2 * len(one) // _FEWEST_IN_ALL)
    kept = events.of_rows(one)
    normals = np.random.default_rng(seed).standard_normal((len(one), 2, 2, 2))
    accepted = decay_positions(experiment, selection, kept, normals)

    rear = max(d.rear_cm for d in experiment.detectors)
    edges = np.linspace(0.0, _BEHIND * rear, positions + 1)
    energy = kept.pair_energy[:, 0] if against == "pair_energy" else kept.mediator_energy
    energy_edges = _energy_edges(energy, against, energies)
    cell = np.searchsorted(energy_edges, energy, side="right") - 1
    inside = (cell >= 0) & (cell < energies)
    probability = np.full((positions, energies), np.nan)
    for i, at in enumerate((edges[1:] + edges[:-1]) / 2):
        stretch = (accepted.edges_cm <= at).sum(axis=1) - 1
        used = inside & (stretch >= 0)  # the mediator is made before it decays
        found = accepted.probability[used, stretch[used]] * kept.weight[used]
        weight = np.bincount(cell[used], kept.weight[used], minlength=energies)
        enough = np.bincount(cell[used], minlength=energies) >= _FEWEST_EVENTS
        total = np.bincount(cell[used], found, minlength=energies)
        probability[i, enough] = selection.efficiency * total[enough] / weight[enough]
    softest = float(events.mediator_energy.min())
    return EfficiencyMap(against, edges, energy_edges, probability, softest)


def _energy_edges(energy: FloatArray, against: EnergyAxis, cells: int) -> FloatArray:
    if against == "pair_energy":
        return np.geomspace(np.quantile(energy, _SOFTEST), energy.max(), cells + 1)
    return np.linspace(energy.min(), energy.max(), cells + 1)


def draw_efficiency_map(
    experiment: "Experiment",
    search: str,
    model: "TwoDarkFermions",
    efficiency: EfficiencyMap,
    **style: Any,  # noqa: ANN401 - keys of FigureStyle
) -> Figure:
    """Draw a map of the probability to accept decays, with the detectors above.

    Parameters
    ----------
    experiment : Experiment
        As in `efficiency_map`.
    search : str
        Name of the search.
    model : TwoDarkFermions
        Of the events; its couplings do not matter.
    efficiency : EfficiencyMap
        From there.
    **style
        Keys of `scotopic.search.style.FigureStyle`: title, size and size of the letters, labels of
        the axes, and whether the model is noted.

    Returns
    -------
    Figure
        Save it with `scotopic.figures.save`.

    Raises
    ------
    RangeError
        If the style is impossible.
    """
    look = FigureStyle.of({"size": _SIZE, "font_size": 10.0}, style).only(
        "title", "size", "font_size", "x_label", "y_label", "note"
    )
    with new_figure("", look) as (figure, axes):
        axes.set_position((0.1, 0.115, 0.75, 0.67))
        axes.set_facecolor("#E4E4E4")
        drawn = axes.pcolormesh(
            efficiency.position_edges_cm,
            efficiency.energy_edges,
            np.ma.masked_invalid(efficiency.probability).T,
            cmap="viridis",
            vmin=0.0,
            vmax=max(np.ceil(10 * np.nanmax(efficiency.probability)) / 10, 0.1),
            rasterized=True,
        )
        if efficiency.against == "pair_energy":
            axes.set_yscale("log")
            label_ticks(axes)
        axes.set_title("")
        axes.set_xlabel(look.x_label or "position of the decay [cm]")
        axes.set_ylabel(look.y_label or _LABELS[efficiency.against].replace("<X>", model.symbol))
        axes.set_xlim(0.0, efficiency.position_edges_cm[-1])
        axes.tick_params(which="both", top=False, direction="out", right=False)
        bar = figure.colorbar(drawn, cax=figure.add_axes((0.87, 0.115, 0.025, 0.67)))
        bar.set_label("probability to accept the decay")
        _draw_detectors(axes, experiment)
        above = f"mean over mediators above {efficiency.softest_mediator:.0f} GeV"
        title = f"{experiment.title}, search {search}" if look.title is None else look.title
        note = f"{model_text(model, couplings=False)};  {above}" if look.note else ""
        figure.text(0.1, 0.955, typeset(title), fontsize=points(10))
        figure.text(0.1, 0.91, note, fontsize=points(8.5))
    return figure


def _draw_detectors(axes: Axes, experiment: "Experiment") -> None:
    """Draw a strip with the detectors above the map, and where they begin and end in it."""
    height, low = 0.05, 1.02
    transform = axes.get_xaxis_transform()
    length = axes.get_xlim()[1]
    for detector in experiment.detectors:
        front, rear = detector.position_cm, detector.rear_cm
        colour = _COLOURS.get(detector.kind, BLUE)
        strip = axes.barh(
            low, rear - front, height, front, align="edge", color=colour, transform=transform
        )
        strip[0].set(clip_on=False, alpha=0.45)
        for edge in (front, rear):
            axes.axvline(edge, color="white", linewidth=0.7, linestyle=(0, (3, 3)), alpha=0.8)
        narrow = detector.length_cm < 0.06 * length
        axes.text(
            (front + rear) / 2,
            low + (height + 0.015 if narrow else height / 2),
            detector.name,
            ha="left" if narrow else "center",
            va="bottom" if narrow else "center_baseline",
            fontsize=points(8.5),
            transform=transform,
        )
