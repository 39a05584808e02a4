"""Masses at which limits are set if none are given."""

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.checked import count, number_within
from scotopic.errors import RangeError
from scotopic.models.inputs import model_inputs
from scotopic.models.metadata import MEDIATOR_MASS
from scotopic.models.portal import Portal
from scotopic.processes.features import Feature
from scotopic.search.search import Search, SearchLike
from scotopic.sources import module_names

FloatArray = npt.NDArray[np.float64]


def features_of(search: Search, model: Portal | None) -> list[Feature]:
    """Return where yields change quickly with the mass, from disk if it was asked before.

    Parameters as for `Search.features`.
    """

    def build() -> Arrays:
        every = search.features(model)
        return {
            "what": np.array([one.what for one in every], dtype=str),
            "tops": np.array([one.top for one in every]),
            "masses": np.concatenate([np.empty(0), *(one.masses for one in every)]),
            "ends": np.cumsum([len(one.masses) for one in every]),
        }

    inputs = {"search": search.inputs(), "model": None if model is None else model_inputs(model)}
    models = [] if model is None else [model]
    # with the curves' own: what is behind both is looked for once
    modules = {"scotopic.search.exclusion", *search.modules(), *module_names(*models)}
    kept = cached_arrays("features", inputs, build, modules=sorted(modules))
    masses = np.split(kept["masses"], kept["ends"][:-1].astype(int))
    tops = [(low, high) for low, high in kept["tops"].tolist()]
    return [Feature(*one) for one in zip(kept["what"].tolist(), masses, tops, strict=False)]


def default_masses(
    points: int = 100,
    lowest: float = 1e-3,
    highest: float = 1.0,
    search: SearchLike | None = None,
    model: Portal | None = None,
) -> FloatArray:
    """Return mediator masses in GeV, logarithmically spaced, and more where yields change quickly.

    A shower's positrons annihilate on electrons at rest at m^2 = 2 m_e E, for instance: points
    follow the edges of a search's window, and the beam energy if the beam is of positrons, as
    finely as the mediator's width demands.

    Parameters
    ----------
    points : int
        How many; more if fewer than half would be left for all other masses.
    lowest, highest : float
        First and last mass in GeV.
    search : Search, str, path or Experiment, or several experiments, optional
        Whose features are resolved; without it all masses are equally spaced.
    model : Portal, optional
        Whose width counts; without it that of a narrow resonance.

    Returns
    -------
    ndarray, shape (points,)
        Ascending.

    Raises
    ------
    RangeError
        If there are fewer than two points or the range is empty.
    """
    points = count("points", points, 2)
    possible = MEDIATOR_MASS.low, MEDIATOR_MASS.high, "GeV"
    lowest = number_within("lowest", lowest, *possible)
    highest = number_within("highest", highest, *possible)
    if not lowest < highest:
        raise RangeError(f"highest: {highest} GeV is not above the lowest mass, {lowest} GeV")
    features = [] if search is None else features_of(Search.asked(search), model)
    every = np.concatenate([np.empty(0), *(one.masses for one in features)])
    inside = set(every[(every > lowest) & (every < highest)].tolist())
    others = max(points - len(inside), points // 2, 2)
    return np.array(sorted(inside.union(np.geomspace(lowest, highest, others).tolist())))
