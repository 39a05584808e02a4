"""One simulated event in the detector: the decay chain, and which cuts of a search it meets."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle
from matplotlib.ticker import MaxNLocator

from scotopic.decays.three_body import PAIRS
from scotopic.detector.calorimeter import ShowerModel
from scotopic.detector.zones import detectors_behind
from scotopic.figures.labels import with_value
from scotopic.figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, VERMILION, new_figure, points
from scotopic.models.metadata import parameters
from scotopic.models.parameters import parameter, value_of
from scotopic.search.style import FigureStyle
from scotopic.signatures.event_record import Decay, EventRecord, energy_text, position_text

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.experiments.selections import CalorimeterSelection
    from scotopic.models.two_dark_fermions import TwoDarkFermions

_SYMBOLS = {
    "e+e-": ("e⁻", "e⁺"),
    "mu+mu-": ("μ⁻", "μ⁺"),
    "tau+tau-": ("τ⁻", "τ⁺"),
    "hadrons": ("h⁻", "h⁺"),
}
_MAKING = {
    "bremsstrahlung": ("an e⁻ or e⁺", "radiates"),
    "annihilation": ("an e⁺", "annihilates to"),
}
_COLOURS = {"veto counter": GREY, "hadronic calorimeter": BLUE}
_SIZE = (9.0, 5.3)  # inches
_LEFT, _RIGHT = 0.03, 0.87  # of the side view in the figure
_CALORIMETER_SHARE = (0.09, 0.40)  # of the side view, stretched for the chain to be seen
_BREAK, _FAR = 0.885, 0.945  # where the axis is broken for decays beyond it, and where they are
_LANE_CM, _SPREAD_CM = 11.0, 7.0
_TOP_CM = 42.0
_UNKNOWN_HEIGHT_CM = 40.0
_FIRST_ROW, _LAST_ROW, _ROW = 0.27, 0.012, 0.047  # of texts below the view: places and distance


class _Ruler:
    """Position along the beam in cm to the side view's abscissa.

    The calorimeter is stretched. Behind the set-up the axis is broken if a decay is there.
    """

    def __init__(
        self, experiment: "Experiment", selection: "CalorimeterSelection", record: EventRecord
    ) -> None:
        self.calorimeter = experiment.detector(selection.calorimeter)
        self.detectors = (self.calorimeter, *detectors_behind(experiment, selection))
        front, rear = self.calorimeter.position_cm, self.calorimeter.rear_cm
        self.end = 1.04 * max(d.rear_cm for d in self.detectors)
        self.broken = any(self.end <= d.position_cm < np.inf for d in record.decays)
        self._knots = np.array([front, rear, self.end])
        self._at = [*_CALORIMETER_SHARE, _BREAK if self.broken else 1.0]

    def __call__(self, position_cm: float) -> float:
        if self.end <= position_cm < np.inf:
            return _FAR
        return float(np.interp(position_cm, self._knots, self._at))

    def ticks(self) -> list[float]:
        """Return round positions with some distance between them."""
        front, rear, end = self._knots
        inside = MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(front, rear)
        behind = MaxNLocator(6, steps=[1, 2, 5, 10]).tick_values(rear, end)
        apart = 0.05 * (end - rear)
        first, last = rear + apart, end - apart * self.broken
        return [t for t in inside if front <= t <= rear] + [t for t in behind if first < t <= last]


def draw_event(
    experiment: "Experiment",
    search: str,
    selection: "CalorimeterSelection",
    model: "TwoDarkFermions",
    record: EventRecord,
    **style: Any,  # noqa: ANN401 - keys of FigureStyle
) -> Figure:
    """Draw one event: side view of the set-up, decay chain, and the list of cuts.

    Parameters
    ----------
    search : str
        Name of the search.
    experiment, selection, model : Experiment, CalorimeterSelection, TwoDarkFermions
        As in `signatures.single_event.follow_event`.
    record : EventRecord
        From there.
    **style
        Keys of `scotopic.search.style.FigureStyle`: title, size and size of the letters.

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
        "title", "size", "font_size"
    )
    with new_figure(f"{experiment.title}\n{model_text(model)}", look) as (figure, axes):
        axes.set_position((_LEFT, 0.46, _RIGHT - _LEFT, 0.44))
        ruler = _Ruler(experiment, selection, record)
        _draw_setup(axes, ruler)
        _draw_shower(axes, ruler, experiment, record)
        _draw_chain(axes, ruler, experiment, record)
        _frame(axes, ruler)
        _write_chain(figure, record, model.symbol)
        _write_cuts(figure, search, record)
    return figure


def _draw_setup(axes: Axes, ruler: _Ruler) -> None:
    """Draw the detectors with their names, and the segments along the beam that they have."""
    heights = [d.height_cm for d in ruler.detectors if d.height_cm is not None]
    scale = 2 * 0.72 * _TOP_CM / max(heights, default=_UNKNOWN_HEIGHT_CM)
    for detector in ruler.detectors:
        height = (detector.height_cm or max(heights, default=_UNKNOWN_HEIGHT_CM)) * scale
        height = max(height, 3.2 * _LANE_CM)
        left, right = ruler(detector.position_cm), ruler(detector.rear_cm)
        colour = _COLOURS.get(detector.kind, ORANGE)
        corner = (left, -height / 2)
        face = (*to_rgb(colour), 0.13)
        box = Rectangle(corner, right - left, height, facecolor=face, edgecolor=colour, zorder=1)
        axes.add_patch(box)
        for edge in np.cumsum(detector.longitudinal_segments_cm or ())[:-1]:
            at = ruler(detector.position_cm + float(edge))
            axes.vlines(at, -height / 2, height / 2, colour, (0, (4, 2)), linewidth=0.8, zorder=1)
        axes.text(
            (left + right) / 2, height / 2 + 2, detector.name, ha="center", fontsize=points(9)
        )


def _draw_shower(axes: Axes, ruler: _Ruler, experiment: "Experiment", record: EventRecord) -> None:
    """Shade where showers deposit energy in the calorimeter, a mean profile."""
    calorimeter = ruler.calorimeter
    material = experiment.target.material
    begins = [(0.0, 0.0, experiment.beam.energy_GeV - record.mediator_energy)]
    for k, decay in enumerate(record.decays):
        if decay.detector == calorimeter.name and decay.pair == PAIRS[0]:
            begins.append((decay.position_cm, _lane(record, k), decay.pair_energy))
    for start, centre, energy in begins:
        depth = np.linspace(0, calorimeter.rear_cm - start, 200)
        shower = ShowerModel.of(material).mean(energy)
        profile = -np.diff(shower.beyond(depth / material.radiation_length_cm))
        half = 6.0 * np.sqrt(energy / experiment.beam.energy_GeV) * profile / profile.max()
        at = [ruler(start + d) for d in (depth[1:] + depth[:-1]) / 2]
        axes.fill_between(
            at, centre - half, centre + half, color=ORANGE, alpha=0.45, linewidth=0, zorder=2
        )


def _lane(record: EventRecord, k: int) -> float:
    """Height in the picture at which the k-th chi2 decays: one below, a second one above."""
    return _LANE_CM if len(record.decays) == 2 and k == 0 else -_LANE_CM


def _draw_chain(axes: Axes, ruler: _Ruler, experiment: "Experiment", record: EventRecord) -> None:
    """Draw the particles from the beam to the last decay."""
    start = ruler(record.production_depth_cm)
    axes.plot([0.0, start], [0, 0], color=BLACK, zorder=3)
    beam = experiment.beam
    sign = beam.particle.replace("-", "⁻").replace("+", "⁺").replace("gamma", "photon")
    axes.text(0.004, 2.0, f"{sign}\n{beam.energy_GeV:g} GeV", fontsize=points(8.5), zorder=6)
    for k, energy in enumerate(record.dark_energies or ((0.0,) * (2 - len(record.decays)))):
        _dark_line(axes, (start, 0.0), (1.0, (1.45 + 0.5 * k) * _LANE_CM))
        label = f"χ₁  {energy_text(energy)}" if energy > 0 else "χ₁"
        _at_the_edge(axes, (1.45 + 0.5 * k) * _LANE_CM, label)
    for k, decay in enumerate(record.decays):
        _draw_decay(axes, ruler, start, decay, _lane(record, k), k + 2)
    _badge(axes, start, 0.0, 1)


def _draw_decay(
    axes: Axes, ruler: _Ruler, start: float, decay: Decay, lane: float, badge: int
) -> None:
    """Draw one chi2 and what becomes of it."""
    side = np.sign(lane)
    if np.isinf(decay.position_cm):
        axes.plot([start, 1.0], [0, lane], "--", color=VERMILION, zorder=3)
        _at_the_edge(axes, lane, f"χ₂  {energy_text(decay.chi2_energy)}")
        _badge(axes, 0.985, lane, badge)
        return
    at = ruler(decay.position_cm)
    axes.plot([start, at], [0, lane], "--", color=VERMILION, zorder=3)
    rays = min(at + 0.055, 1.0)
    for tilt in (-0.45, 0.45):
        axes.plot([at, rays], [lane, lane + tilt * _SPREAD_CM], color=BLUE, zorder=4)
    if decay.position_cm >= ruler.end:
        far = position_text(decay.position_cm)
        axes.text(
            _BREAK + 0.016, lane - side * 6.3, far, fontsize=points(8.5), va="center", zorder=6
        )
    edge = lane + side * _SPREAD_CM
    _dark_line(axes, (at, lane), (1.0, edge))
    _at_the_edge(axes, edge, f"χ₁  {energy_text(decay.chi2_energy - decay.pair_energy)}")
    _badge(axes, at, lane, badge)


def _dark_line(axes: Axes, begin: tuple[float, float], end: tuple[float, float]) -> None:
    axes.plot([begin[0], end[0]], [begin[1], end[1]], ":", color=GREY, zorder=3)


def _at_the_edge(axes: Axes, height: float, label: str) -> None:
    axes.text(1.01, height, label, va="center", fontsize=points(8.5))


def _badge(axes: Axes, at: float, height: float, number: int) -> None:
    """Mark a vertex with the number under which the text speaks of it."""
    box: dict[str, object] = {
        "boxstyle": "circle,pad=0.18",
        "facecolor": "white",
        "edgecolor": BLACK,
        "lw": 0.8,
    }
    text = axes.text(
        at, height, str(number), fontsize=points(7.5), fontweight="bold", bbox=box, zorder=7
    )
    text.set(ha="center", va="center")


def _frame(axes: Axes, ruler: _Ruler) -> None:
    """Leave nothing of the axes but the ruler along the beam."""
    axes.set(xlim=(0, 1), ylim=(-_TOP_CM, _TOP_CM))
    axes.tick_params(which="both", left=False, right=False, top=False, labelleft=False)
    axes.minorticks_off()
    ticks = ruler.ticks()
    axes.set_xticks([ruler(t) for t in ticks], [f"{t:g}" for t in ticks], fontsize=points(8.5))
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    if ruler.broken:
        _break_axis(axes)
    name = ruler.calorimeter.name
    axes.set_xlabel(
        f"position along the beam [cm], {name} stretched; heights and angles schematic",
        fontsize=points(9),
    )


def _break_axis(axes: Axes) -> None:
    """Cut the picture where positions are no more to scale."""
    lean, gap = 0.006, 0.006
    low, high = -1.05 * _TOP_CM, 0.9 * _TOP_CM
    sides = [(_BREAK - lean - gap, low), (_BREAK + lean - gap, high)]
    sides += [(x + 2 * gap, y) for x, y in reversed(sides)]
    hole = Polygon(sides, closed=True, facecolor="white", edgecolor="none", zorder=5)
    axes.add_patch(hole).set_clip_on(False)
    for (x, y), (x_end, y_end) in (sides[:2], sides[2:]):
        axes.plot([x, x_end], [y, y_end], color=GREY, linewidth=0.8, zorder=6, clip_on=False)


def _write_chain(figure: Figure, record: EventRecord, symbol: str) -> None:
    """Tell what happened at each vertex."""
    article, mediator = "an" if symbol.startswith("A") else "a", f"${symbol}$"
    depth = f"{position_text(record.production_depth_cm)} ({record.production_depth_X0:.1f} X₀)"
    who, how = _MAKING.get(record.process, ("a particle", f"makes, by {record.process},"))
    lines = [
        f"1  at {depth}: {who} of {energy_text(record.lepton_energy)} {how} {article} {mediator}",
        f"    {mediator} {energy_text(record.mediator_energy)} → {_products(record)}",
    ]
    for k, decay in enumerate(record.decays):
        if not decay.pair:
            lines.append(f"{k + 2}  χ₂ is stable and leaves the set-up")
            continue
        negative, positive = _SYMBOLS[decay.pair]
        place = f"in {decay.detector}" if decay.detector else "behind the set-up"
        rest = decay.chi2_energy - decay.pair_energy
        parts = zip(("χ₁", negative, positive), (rest, *decay.energies), strict=True)
        where = f"{k + 2}  at {position_text(decay.position_cm)}, {place}"
        lines.append(f"{where}: χ₂ → χ₁ {negative} {positive}")
        lines.append("    " + ",  ".join(f"{name} {energy_text(e)}" for name, e in parts))
    _heading(figure, _LEFT, "The decay chain")
    for i, line in enumerate(lines):
        figure.text(_LEFT, _FIRST_ROW - _ROW * i, line, fontsize=points(8.5))


def _products(record: EventRecord) -> str:
    parts = [f"χ₁ {energy_text(e)}" for e in record.dark_energies]
    parts += [f"χ₂ {energy_text(d.chi2_energy)}" for d in record.decays]
    return " + ".join(parts) or "χ₁ χ₁"


def _write_cuts(figure: Figure, search: str, record: EventRecord) -> None:
    """List the cuts with what the event measures."""
    left, right = 0.53, 0.985
    _heading(figure, left, f"Search {search}")
    verdict, colour = ("accepted", GREEN) if record.accepted else ("rejected", VERMILION)
    figure.text(
        right, 0.325, verdict, fontsize=points(9.5), color=colour, ha="right", fontweight="bold"
    )
    marks = {True: ("✓", GREEN), False: ("✗", VERMILION), None: ("○", GREY)}
    step = min(_ROW, (_FIRST_ROW - _LAST_ROW) / max(len(record.cuts) - 1, 1))
    for i, cut in enumerate(record.cuts):
        height = _FIRST_ROW - step * i
        mark, colour = marks[cut.met]
        figure.text(left, height, mark, fontsize=points(10), color=colour, fontweight="bold")
        condition = cut.condition.replace("<=", "≤").replace(">=", "≥")
        figure.text(left + 0.025, height, condition, fontsize=points(8.5))
        figure.text(right, height, cut.found, fontsize=points(8.5), ha="right")


def _heading(figure: Figure, left: float, text: str) -> None:
    figure.text(left, 0.325, text, fontsize=points(9.5), fontweight="bold")


def model_text(model: "TwoDarkFermions", *, couplings: bool = True) -> str:
    """Write the parameters of a model for a figure, with or without its couplings."""
    kind = type(model)
    shown = [
        parameter(kind, f"tan_{name}" if known.role == "angle" else name)
        for name, known in parameters(kind).items()
        if couplings or known.role not in {"coupling", "dark coupling"}
    ]
    return ",  ".join(with_value(known, value_of(model, known.name), 4) for known in shown)
