"""Integrals of annihilation over the energies of a shower's positrons and of moving electrons."""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from scotopic.processes.base import Window
from scotopic.processes.dump import Dump
from scotopic.quadrature import gauss_legendre
from scotopic.units import ELECTRON_MASS

if TYPE_CHECKING:
    from scotopic.models.portal import Portal
    from scotopic.processes.moving_electrons import MovingElectrons

Array = npt.NDArray[np.float64]

RESOLVED: Final = 0.9997
"""Share of the beam energy above which track lengths of positrons are known on average only."""

# In a bin of energy not wider than this share of the beam's, the track length of positrons is
# constant to 2e-3; annihilation in wider ones is added up from several.
_NARROW = 1 / 2000

_PANELS = 128  # even ones of the positron's energy
_STEEP = 0.2  # of the ends of the shower's energies, next to which moving electrons see an edge
_STEEP_PANEL, _FLAT_PANEL = 0.015, 0.1  # of the logarithm of the energy that they see


def annihilation_in_bins(
    dump: Dump,
    models: Sequence["Portal"],
    edges: Array,
    *,
    bound_electrons: bool = True,
) -> Array:
    """Return the mediators from annihilation of the shower's positrons in bins of energy.

    Parameters
    ----------
    dump : Dump
        Beam and target.
    models : sequence of Portal
        One row of the result each.
    edges : ndarray, shape (bins + 1,)
        Edges of the bins of the positron's energy in GeV, ascending; the mediator has m_e more.
    bound_electrons : bool
        Whether electrons move as in their atoms, or are at rest.

    Returns
    -------
    ndarray, shape (models, bins)
        Per particle on target and per unit of the squared coupling.
    """
    from scotopic.production.annihilation import integrated_cross_section  # noqa: PLC0415

    parts = np.maximum(np.ceil(np.diff(edges) / (_NARROW * dump.energy)), 1).astype(int)
    fine = np.interp(np.arange(parts.sum() + 1), np.append(0, np.cumsum(parts)), edges)
    density = dump.track_lengths(float(edges[0])).differential("e+", fine)
    density *= dump.material.electrons_per_cm2_per_X0
    first = np.cumsum(parts) - parts
    if bound_electrons:
        found = _integrated_over_momenta(dump, models, fine)
    else:
        found = [integrated_cross_section(fine, model) for model in models]
    made = [density * one for one in found]
    return np.array([np.add.reduceat(each, first) for each in made])


def accepted_annihilation(
    dump: Dump,
    models: Sequence["Portal"],
    window: Window,
    *,
    bound_electrons: bool = True,
) -> Array:
    """Return the mediators from annihilation of the shower's positrons that a window accepts.

    The integral over the positron's energy of track length, cross section and acceptance is cut
    into panels on which all three are smooth: those of `production.annihilation.quadrature`,
    which follow each model's resonance whatever its width; one for each of the window's
    thresholds, which follow its smeared edges; 1/128 of the range elsewhere; and ever smaller
    ones towards the beam energy, where the track length of a beam of positrons rises. Eight Gauss
    points on each leave 1e-5 of the integral for any mass and width, and 1e-4 where a second
    channel of dark decays opens inside of the range.

    Parameters
    ----------
    dump : Dump
        Beam and target.
    models : sequence of Portal
        One entry of the result each.
    window : Window
        What is accepted, of the energies of mediators.
    bound_electrons : bool
        Whether electrons move as in their atoms, or are at rest.

    Returns
    -------
    ndarray, shape (models,)
        Per particle on target and per unit of the squared coupling.
    """
    from scotopic.production.annihilation import quadrature  # noqa: PLC0415 - not when warm

    edges, density = _accepted_tracks(dump, window)
    if bound_electrons:
        edges, density = _seen_by_moving(dump, edges, density)
    rules = [quadrature(edges, model) for model in models]
    energies, weights = (np.concatenate(every) for every in zip(*rules, strict=True))
    made = weights * density(energies)
    number = np.repeat(np.arange(len(models)), [len(at) for at, _ in rules])
    total = np.bincount(number, made, minlength=len(models))
    return np.asarray(total * dump.material.electrons_per_cm2_per_X0)


def _accepted_tracks(dump: Dump, window: Window) -> tuple[Array, Callable[[Array], Array]]:
    """Return track length times acceptance over the positron's energy, and edges of panels."""
    thresholds, _ = window.thresholds()
    softest, line = float(thresholds.min()), RESOLVED * dump.energy
    tracks = dump.track_lengths(softest)
    even = np.linspace(softest, line, _PANELS + 1)
    rising = dump.energy - np.geomspace(dump.energy - line, dump.energy - even[-2], 8)
    inside = (thresholds - ELECTRON_MASS).clip(softest, line)
    edges = np.unique(np.concatenate([even, rising.clip(softest, line), inside, [dump.energy]]))
    mean_in_line = tracks.differential("e+", [line, dump.energy])[0]

    def density(energies: Array) -> Array:
        lengths = tracks.density("e+", np.minimum(energies, line))
        lengths[energies > line] = mean_in_line
        return np.asarray(lengths * window.acceptance(energies + ELECTRON_MASS))

    return edges, density


def _seen_by_moving(
    dump: Dump, edges: Array, density: Callable[[Array], Array]
) -> tuple[Array, Callable[[Array], Array]]:
    """Return what moving electrons see of a density, which is smooth between edges, and edges."""
    moving = _moving_electrons(dump, float(edges[0]))
    nodes, weights = gauss_legendre(8)
    breadth = np.diff(edges)[:, None]
    energies = (edges[:-1, None] + breadth * nodes).ravel()
    lengths = (breadth * weights).ravel() * density(energies)
    flux = moving.flux(energies + ELECTRON_MASS, lengths)
    return _panels_seen(moving), lambda seen: flux(seen + ELECTRON_MASS)


def _integrated_over_momenta(dump: Dump, models: Sequence["Portal"], edges: Array) -> list[Array]:
    """Return the integrals over bins of energy of the cross section of moving electrons."""
    from scotopic.production.annihilation import quadrature  # noqa: PLC0415 - not when warm

    moving = _moving_electrons(dump, float(edges[0]))
    rules = [quadrature(_panels_seen(moving), model) for model in models]
    found = [moving.below(seen + ELECTRON_MASS, weights) for seen, weights in rules]
    return [np.diff(below(edges + ELECTRON_MASS)) for below in found]


def sampled_seen(
    dump: Dump,
    model: "Portal",
    minimum_energy: float,
    positron_energy: Array,
    uniforms: Array,
) -> Array:
    """Return s/(2 m_e) in GeV of annihilations with moving electrons, drawn with uniform numbers.

    Parameters
    ----------
    minimum_energy : float
        Least energy of the positrons in GeV.
    positron_energy, uniforms : ndarray, shape (n,)
        Energies in GeV, and numbers in [0, 1).
    """
    from scotopic.production.annihilation import quadrature  # noqa: PLC0415 - not when warm

    moving = _moving_electrons(dump, minimum_energy)
    seen, weights = quadrature(_panels_seen(moving), model)
    energy = positron_energy + ELECTRON_MASS
    return moving.sampled(energy, seen + ELECTRON_MASS, weights, uniforms)


@lru_cache(maxsize=8)
def _moving_electrons(dump: Dump, softest: float) -> "MovingElectrons":
    """Return the electrons that positrons above an energy in GeV meet."""
    from scotopic.processes.moving_electrons import (  # noqa: PLC0415 - not when warm
        MovingElectrons,
    )
    from scotopic.production.electron_momenta import ElectronMomenta  # noqa: PLC0415

    lowest, highest = softest + ELECTRON_MASS, dump.energy + ELECTRON_MASS
    return MovingElectrons(ElectronMomenta.of(dump.material), lowest, highest)


def _panels_seen(moving: "MovingElectrons") -> Array:
    """Return edges of panels of the energy that electrons see, on which what they see is smooth."""
    low, high = moving.seen
    steep, flat = moving.lowest * (1 - _STEEP), moving.highest * (1 + _STEEP)
    parts = [
        np.geomspace(first, last, math.ceil(math.log(last / first) / step) + 1)
        for first, last, step in (
            (low, steep, _FLAT_PANEL),
            (steep, flat, _STEEP_PANEL),
            (flat, high, _FLAT_PANEL),
        )
    ]
    return np.unique(np.concatenate(parts)) - ELECTRON_MASS
