"""Figures of what is accepted: the numbers of the table, and what the legend calls them."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PolyCollection

from scotopic.errors import RangeError
from scotopic.figures import draw_acceptance
from scotopic.figures.sheet import figure_of
from scotopic.models.dark_photon import DarkPhoton
from scotopic.search.acceptance import AcceptanceCurve
from scotopic.search.acceptance_lines import EVERY, AcceptanceLine

PHOTON = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, dark_matter="dirac"
)
MASSES = np.geomspace(1e-3, 1.0, 5)
FLAT = np.full(5, 0.5)


def line(search: str, process: str, share: float, part: float = 1.0) -> AcceptanceLine:
    shares = np.linspace(share, 0.8 * share, 5)
    one = np.ones(5)
    return AcceptanceLine(search, process, MASSES, None, one, shares, 0.1 * one, FLAT, part * one)


def over_energy(process: str, mass: float, share: float) -> AcceptanceLine:
    energy, window = np.linspace(40.0, 100.0, 5), np.array([0.0, 0.5, 1.0, 1.0, 1.0])
    shares = np.linspace(share, 0.5 * share, 5)
    at = np.full(5, mass)
    return AcceptanceLine("A", process, at, energy, window, shares, 0.01 * np.ones(5), FLAT)


def found(*lines: AcceptanceLine) -> AcceptanceCurve:
    against = "mass" if lines[0].energy is None else "energy"
    return AcceptanceCurve("A", PHOTON, against, lines, (), ())  # type: ignore[arg-type]


def legend(one: AcceptanceCurve, **style: Any) -> list[str]:
    drawn = draw_acceptance(one, **style).axes[0].get_legend()
    return [] if drawn is None else [text.get_text() for text in drawn.get_texts()]


def test_lines_and_bands_are_the_table() -> None:
    one = line("A", "bremsstrahlung", 0.9)
    (axes,) = draw_acceptance(found(one)).axes
    drawn = [np.array(each.get_data()) for each in axes.lines]
    np.testing.assert_allclose(drawn[0], [MASSES, one.accepted])
    (band,) = (each for each in axes.collections if isinstance(each, PolyCollection))
    height = np.asarray(band.get_paths()[0].vertices, dtype=float)[:, 1]
    assert height.max() == pytest.approx(0.5 * (0.9 + 0.1))
    assert height.min() == pytest.approx(0.5 * (0.72 - 0.1))
    assert axes.get_xscale() == "log"
    assert axes.get_ylim()[0] == 0
    in_MeV = draw_acceptance(found(one), mass_unit="MeV").axes[0]
    assert in_MeV.get_xlim() == pytest.approx((1.0, 1000.0))
    assert "[MeV]" in in_MeV.get_xlabel()


def test_the_legend_says_what_differs() -> None:
    two = line("A", "bremsstrahlung", 0.9), line("A", "annihilation", 0.5, 0.3)
    every = line("A", EVERY, 0.8)
    assert legend(found(*two, every)) == ["bremsstrahlung", "annihilation", "all processes"]
    other = line("B", "bremsstrahlung", 0.2)
    assert legend(found(*two, other)) == ["A, bremsstrahlung", "A, annihilation", "B"]
    named = legend(found(*two), names={"annihilation": "e+e-"})
    assert named == ["bremsstrahlung", "$e^+e^-$"]
    with pytest.raises(RangeError, match="'annihilatoin' is no label in this figure; did you mean"):
        draw_acceptance(found(*two), colours={"annihilatoin": "red"})


def test_what_makes_next_to_nothing_is_thin() -> None:
    """Where a process makes nothing at all there is no line."""
    share = line("A", "annihilation", 0.5)
    part = np.array([0.0, 1e-4, 1e-4, 0.5, 1.0])
    weak = AcceptanceLine(*vars(share).values())
    object.__setattr__(weak, "part", part)
    thick, thin = draw_acceptance(found(weak)).axes[0].lines[:2]
    assert np.isfinite(np.asarray(thick.get_ydata(), float)).tolist() == [False, False, *[True] * 3]
    known = np.isfinite(np.asarray(thin.get_ydata(), float)).tolist()
    assert known == [False, True, True, False, False]
    assert thin.get_linewidth() < thick.get_linewidth()


def test_what_does_not_depend_on_the_mass_is_drawn_once() -> None:
    shares = {0.001: 1.0, 1.0: 0.9}
    lines = [over_energy("bremsstrahlung", mass, share) for mass, share in shares.items()]
    lines += [over_energy("annihilation", mass, 0.7) for mass in shares]
    one = found(*lines)
    labels = ["bremsstrahlung, 1 MeV", "bremsstrahlung, 1 GeV", "annihilation"]
    assert legend(one) == labels
    (axes,) = draw_acceptance(one).axes
    assert axes.get_xscale() == "linear"
    assert axes.get_xlim() == (40.0, 100.0)
    assert len(one.columns()["accepted"]) == 20


def test_it_draws_into_axes_and_into_a_notebook() -> None:
    one = found(line("A", "bremsstrahlung", 0.9))
    with plt.ioff():
        _, axes = plt.subplots()
        assert one.plot(axes) is axes
        assert figure_of(one.plot(size=(3.4, 2.6))).get_size_inches().tolist() == [3.4, 2.6]
    plt.close("all")
