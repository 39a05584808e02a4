"""Likelihoods as pyhf workspaces: JSON in the HistFactory format, version 1.0.0.

A shift up^theta, down^-theta is the format's `normsys`. pyhf itself interpolates it by default
with a polynomial for |theta| < 1 ("code4"); with interpolation "code1" its model is exactly ours.
pyhf is not needed to read or write.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from scotopic.errors import CardError, RangeError, not_one_of
from scotopic.reading import read_json
from scotopic.statistics.likelihood import Bin, Component, Likelihood, Shift
from scotopic.words import LARGEST_RELATIVE_UNCERTAINTY, NEGLIGIBLE_EVENTS, is_too_wide

_VERSION = "1.0.0"
_POI = "mu"
PROJECTION = "projection"
"""Name of the measurement of a projection."""

_REASONS = {
    "histosys": "shapes that change with a nuisance parameter",
    "lumi": "a Gaussian luminosity; write it as normsys",
    "shapefactor": "free shapes",
    "shapesys": "independent Poisson uncertainties of bins",
    "staterror": "statistical uncertainties of samples",
}

Workspace = dict[str, Any]


def to_workspace(likelihood: Likelihood) -> Workspace:
    """Return a likelihood as a pyhf workspace.

    Parameters
    ----------
    likelihood : Likelihood
        Every bin becomes a channel. A projection is written with its median background as
        observation, which need not be a whole number, and its measurement is called "projection".

    Returns
    -------
    dict
        For `json.dump`, or `pyhf.Workspace`.

    Examples
    --------
    >>> bins = (Bin("S1", 0, (Component("signal", 1.0),), (Component("K0", 0.19),)),)
    >>> workspace = to_workspace(Likelihood(bins))
    >>> workspace["channels"][0]["samples"][1]
    {'name': 'K0', 'data': [0.19], 'modifiers': []}
    """
    channels = [{"name": b.name, "samples": _samples(b)} for b in likelihood.bins]
    observations = [
        {"name": b.name, "data": [float(b.background if b.observed is None else b.observed)]}
        for b in likelihood.bins
    ]
    name = PROJECTION if likelihood.observed is None else "limit"
    measurement = {"name": name, "config": {"poi": _POI, "parameters": []}}
    return {
        "channels": channels,
        "observations": observations,
        "measurements": [measurement],
        "version": _VERSION,
    }


def _samples(one: Bin) -> list[Workspace]:
    strength: Workspace = {"name": _POI, "type": "normfactor", "data": None}
    found: list[Workspace] = []
    groups: tuple[tuple[tuple[Component, ...], list[Workspace]], ...] = (
        (one.signals, [strength]),
        (one.backgrounds, []),
    )
    for parts, modifiers in groups:
        for part in parts:
            shifts: list[Workspace] = [
                {"name": s.nuisance, "type": "normsys", "data": {"hi": s.up, "lo": s.down}}
                for s in part.shifts
            ]
            found.append(
                {"name": part.name, "data": [part.events], "modifiers": modifiers + shifts}
            )
    return found


def from_workspace(
    workspace: Mapping[str, Any], *, confidence_level: float = 0.90, label: str = "workspace"
) -> Likelihood:
    """Return the likelihood of a pyhf workspace.

    Parameters
    ----------
    workspace : mapping
        Parsed JSON. Its only measurement names the strength; every bin of a channel becomes a
        bin, called "channel[i]" if there are several. Modifiers are the strength (`normfactor`)
        and `normsys`; all others are refused.
    confidence_level : float
        Of the limits; the format has none.
    label : str
        What messages call the workspace.

    Raises
    ------
    CardError
        If it is no workspace, contradicts itself, or has a modifier that a `Likelihood` cannot
        express.

    Examples
    --------
    >>> bins = (Bin("S1", 0, (Component("signal", 1.0),), (Component("K0", 0.19),)),)
    >>> from_workspace(to_workspace(Likelihood(bins))) == Likelihood(bins)
    True
    """
    try:
        _check_keys(workspace, ("channels", "observations", "measurements", "version"), label)
        if workspace["version"] != _VERSION:
            raise CardError(f"{label}: version: {workspace['version']!r} is not {_VERSION!r}")
        measurement = _only_measurement(workspace["measurements"], label)
        config, is_projection = measurement["config"], measurement["name"] == PROJECTION
        _check_parameters(config, label)
        seen = _observations(workspace, label)
        bins = [
            one
            for channel in workspace["channels"]
            for one in _channel(
                channel, _counts(seen, channel["name"], label, is_projection), config["poi"], label
            )
        ]
        if is_projection:
            bins = [replace(one, observed=None) for one in bins]
        _require_meaningful_widths(bins, label)
        return Likelihood(tuple(bins), confidence_level)
    except RangeError as error:
        raise CardError(f"{label}: {error}") from None
    except KeyError as error:
        raise CardError(f"{label}: missing: {error.args[0]!r}; a pyhf workspace needs it") from None
    except (TypeError, IndexError, AttributeError):
        raise CardError(f"{label}: not a pyhf workspace: a list or a table is missing") from None


def _require_meaningful_widths(bins: Sequence[Bin], label: str) -> None:
    """Refuse backgrounds so uncertain that a log-normal tail is all that they are.

    What moves another bin too is measured there: its width says little.
    """
    moved = Counter(name for one in bins for name in one.nuisances)
    for one in bins:
        for part in one.backgrounds:
            own = [s for s in part.shifts if moved[s.nuisance] == 1]
            factor = math.exp(math.hypot(*(math.log(max(s.up, 1.0)) for s in own)))
            if is_too_wide(part.events, factor):
                raise CardError(
                    f"{label}: {one.name}.{part.name}: {part.events:g} events with normsys up to a"
                    f" factor of {factor:.3g} are {part.events * factor**2:.3g} at two standard"
                    f" deviations; above a factor of {1 + LARGEST_RELATIVE_UNCERTAINTY:g} only"
                    f" {NEGLIGIBLE_EVENTS:g} events there are allowed"
                )


def _check_keys(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    """Refuse keys that the format does not have."""
    for key in table:
        if key not in known:
            raise CardError(f"{where}: {key!r}: unknown key; allowed: {', '.join(known)}")


def _only_measurement(measurements: list[Mapping[str, Any]], label: str) -> Mapping[str, Any]:
    """Return the measurement, if there is one."""
    if len(measurements) > 1:
        names = ", ".join(repr(one["name"]) for one in measurements)
        raise CardError(f"{label}: measurements: {names}: only one is allowed")
    measurement = measurements[0]
    _check_keys(measurement, ("name", "config"), f"{label}: measurements[{measurement['name']}]")
    return measurement


def _observations(workspace: Mapping[str, Any], label: str) -> dict[str, list[Any]]:
    """Return what was observed in each channel: one list for each, and no others."""
    channels = [channel["name"] for channel in workspace["channels"]]
    seen: dict[str, list[Any]] = {}
    for one in workspace["observations"]:
        where = f"{label}: observations[{one['name']}]"
        _check_keys(one, ("name", "data"), where)
        if one["name"] in seen:
            raise CardError(f"{where}: is there twice; a channel has one observation")
        if one["name"] not in channels:
            raise CardError(f"{where}: no such channel; there are {', '.join(channels)}")
        seen[one["name"]] = list(one["data"])
    return seen


def _check_parameters(config: Mapping[str, Any], label: str) -> None:
    """Refuse what a measurement says about parameters beyond bounds and starting points."""
    for parameter in config.get("parameters", []):
        for key in ("fixed", "auxdata", "sigmas"):
            if parameter.get(key):
                raise CardError(
                    f"{label}: parameters[{parameter['name']}].{key}: {parameter[key]} is not "
                    "supported; nuisance parameters are standard normal"
                )


def _counts(seen: dict[str, list[Any]], name: str, label: str, is_projection: bool) -> list[int]:
    """Return the observed events of a channel; zeros for a projection."""
    if is_projection:
        return [0] * len(seen[name])
    return [_whole(value, f"{label}: observations[{name}]") for value in seen[name]]


def _channel(channel: Mapping[str, Any], seen: list[int], poi: str, label: str) -> list[Bin]:
    """Return the bins of a channel."""
    size = len(seen)
    _check_keys(channel, ("name", "samples"), f"{label}: {channel['name']}")
    parts: list[tuple[bool, list[Component]]] = []
    for sample in channel["samples"]:
        where = f"{label}: {channel['name']}.{sample['name']}"
        _check_keys(sample, ("name", "data", "modifiers"), where)
        if len(sample["data"]) != size:
            raise CardError(f"{where}.data: {len(sample['data'])} bins, {size} observed")
        is_signal, shifts = _modifiers(sample["modifiers"], poi, where)
        each = [Component(sample["name"], _number(v, where), shifts) for v in sample["data"]]
        parts.append((is_signal, each))
    names = [channel["name"] if size == 1 else f"{channel['name']}[{i}]" for i in range(size)]
    return [
        Bin(
            name,
            seen[i],
            tuple(each[i] for is_signal, each in parts if is_signal),
            tuple(each[i] for is_signal, each in parts if not is_signal),
        )
        for i, name in enumerate(names)
    ]


def _modifiers(
    modifiers: list[Mapping[str, Any]], poi: str, where: str
) -> tuple[bool, tuple[Shift, ...]]:
    """Return whether the strength is among the modifiers, and the others as shifts."""
    is_signal, shifts = False, []
    for modifier in modifiers:
        kind, name = modifier["type"], modifier["name"]
        _check_keys(modifier, ("name", "type", "data"), f"{where}.{name}")
        if kind == "normfactor" and name == poi:
            is_signal = True
        elif kind == "normsys":
            data = modifier["data"]
            _check_keys(data, ("hi", "lo"), f"{where}.{name}.data")
            up, down = (_number(data[key], f"{where}.{name}.{key}") for key in ("hi", "lo"))
            shifts.append(Shift(name, up, down))
        else:
            reason = _REASONS.get(kind, f"only {poi!r} is free")
            if not isinstance(kind, str) or kind not in (*_REASONS, "normfactor"):
                known = ("normsys", "normfactor", *_REASONS)
                raise CardError(f"{where}.modifiers: {name!r}: type: {_unknown(kind, known)}")
            raise CardError(
                f"{where}.modifiers: {name!r} is a {kind} ({reason}), which is not supported; "
                f"allowed: normsys, and normfactor for {poi!r}"
            )
    return is_signal, tuple(shifts)


def _unknown(kind: object, known: tuple[str, ...]) -> str:
    return not_one_of(kind, known) if isinstance(kind, str) else f"{kind!r} is not a text"


def _number(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise CardError(f"{where}: {value!r} is not a finite number")
    return float(value)


def _whole(value: object, where: str) -> int:
    number = _number(value, where)
    if number != round(number):
        raise CardError(f"{where}: {value} is not a whole number of events")
    return round(number)


def read_workspace(file: Path, confidence_level: float) -> Likelihood:
    """Read a pyhf workspace from a file.

    Parameters
    ----------
    file : Path
        JSON.
    confidence_level : float
        Of the limits.

    Raises
    ------
    CardError
        If it cannot be read, in one line.
    """
    return from_workspace(read_json(file), confidence_level=confidence_level, label=str(file))
