"""Axes of the set-up: the length of the target and the energy of the beam.

Towards large couplings a search for decays in flight ends where exp(-L/l) lets no mediator out of
the target, with l growing as the energy: a shorter target and a higher energy move that edge up
(Gninenko, Krasnikov and Matveev (2021), section 3.3.1). What bounds the length from below is the
shower that leaves a short target and fires the veto behind it.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from scotopic.checked import number
from scotopic.errors import RangeError, nearest
from scotopic.experiments import Experiment
from scotopic.experiments.messages import key_path, mistakes_in
from scotopic.models.metadata import Parameter
from scotopic.models.parameters import parameter, parameter_names
from scotopic.search.cards import checked
from scotopic.signatures.base import SIGNATURES

if TYPE_CHECKING:
    from scotopic.models.derived import Kind
    from scotopic.search.search import Search

Content = dict[str, Any]


def _with_target_length(content: Content, experiment: Experiment, length: float) -> None:
    target = experiment.target
    for layer in content["target"]["layers"]:
        layer["thickness_cm"] *= length / target.thickness_cm
    for detector in content["detectors"]:
        if detector["name"] == target.detector:
            detector["length_cm"] = length
            detector.pop("longitudinal_segments_cm", None)
        elif detector["position_cm"] > 0:
            detector["position_cm"] += length - target.thickness_cm
    for search in content["searches"]:
        search["selection"] = _changed(
            search["selection"],
            ("position_cm", "position_range_cm"),
            lambda place: place + length - target.thickness_cm,
        )


def _with_beam_energy(content: Content, experiment: Experiment, energy: float) -> None:
    scale = energy / experiment.beam.energy_GeV
    content["beam"]["energy_GeV"] = energy
    for search in content["searches"]:
        names = SIGNATURES[search["signature"]].scaling_energies
        search["selection"] = _changed(search["selection"], names, lambda value: value * scale)


def _changed(value: Any, names: tuple[str, ...], change: Callable[[float], float]) -> Any:  # noqa: ANN401 - as in a card
    """Change the numbers below keys of some names, one or several."""
    if isinstance(value, dict):
        return {
            key: _mapped(one, change) if key in names else _changed(one, names, change)
            for key, one in value.items()
        }
    return [_changed(one, names, change) for one in value] if isinstance(value, list) else value


def _mapped(value: Any, change: Callable[[float], float]) -> Any:  # noqa: ANN401 - as in a card
    if isinstance(value, list | tuple):
        return [change(one) for one in value]
    return None if value is None else change(value)


_CHANGES: Final[Mapping[str, Callable[[Content, Experiment, float], None]]] = MappingProxyType(
    {"target_length_cm": _with_target_length, "beam_energy_GeV": _with_beam_energy}
)

SET_UPS: Final[Mapping[str, Parameter]] = MappingProxyType(
    {
        "target_length_cm": Parameter(
            label="L",
            long_name="length of the target",
            unit="cm",
            low=0.0,
            high=1e5,
            name="target_length_cm",
        ),
        "beam_energy_GeV": Parameter(
            label="E_0",
            long_name="energy of the beam",
            unit="GeV",
            low=0.0,
            high=1e5,
            name="beam_energy",
        ),
    }
)
"""What may be an axis although it is no parameter of a model."""


def parameter_of_axis(kind: "Kind", name: str) -> Parameter:
    """Return what is known of an axis of a curve.

    Raises
    ------
    RangeError
        If it is neither of the set-up nor a parameter of the model.

    Examples
    --------
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> parameter_of_axis(DarkPhoton, "beam_energy_GeV").unit
    'GeV'
    """
    if name in SET_UPS:
        return SET_UPS[name]
    if name not in (known := parameter_names(kind)):
        hint = nearest(name, [*known, *SET_UPS])
        raise RangeError(f"{name}: is no parameter of the model, nor of the set-up; {hint}")
    return parameter(kind, name)


def with_set_up(experiment: Experiment, name: str, value: float) -> Experiment:
    """Return a projection of an experiment with another length of the target or beam energy.

    Parameters
    ----------
    experiment : Experiment
        Any card.
    name : str
        "target_length_cm": the target's layers become thicker or thinner, and what stands behind
        it moves along. "beam_energy_GeV": the windows of energy of its searches scale with it.
    value : float
        In cm or GeV.

    Returns
    -------
    Experiment
        With the same exposures, efficiencies and backgrounds, nothing observed.

    Raises
    ------
    RangeError
        If the value is not positive, or beyond 1e5.

    Examples
    --------
    >>> from scotopic.search import load_experiment
    >>> shorter = with_set_up(load_experiment("na64e-visible-2018"), "target_length_cm", 20.0)
    >>> round(shorter.target.thickness_cm, 9), shorter.is_projection
    (20.0, True)
    """
    known = SET_UPS[name]
    value = number(name, value)
    if not known.low < value < known.high:
        raise RangeError(f"{name}: {value} is not positive, or beyond {known.high:g}")
    content = experiment.content()
    _CHANGES[name](content, experiment, value)
    for search in content["searches"]:
        for data_set in search["data_sets"]:
            data_set["kind"] = "projection"
            for key in ("observed_events", "observed_in_bins"):
                data_set.pop(key, None)
    try:
        return checked(Experiment.model_validate(content))
    except ValidationError as error:
        first = mistakes_in(error, Experiment)[0]
        raise RangeError(f"{name}: {value:g} means {key_path(first.path)}: {first}") from None


def mean_leakage(search: "Search") -> float:
    """Return the mean energy in GeV that leaves the rear of the target, not-a-number for muons.

    Of the first experiment, when the mediator takes the least energy that is accepted, so that
    the shower has the most. No efficiency knows of it: where the leakage reaches the threshold of
    a veto, the limit is too strong.
    """
    from scotopic.detector.calorimeter import ShowerModel  # noqa: PLC0415 - scipy

    part = search.parts[0]
    target, energy = part.experiment.target, part.experiment.beam.energy_GeV
    accepted = part.signature.energies(part.experiment, part.question.selection)
    if part.experiment.beam.lepton == "muon":
        return math.nan
    least = 0.0 if accepted is None else accepted[0]
    shower = ShowerModel.of(target.material).mean(energy - least)
    return float(shower.beyond(target.thickness_X0))
