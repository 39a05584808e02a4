"""Widths against explicit spinors, and against limits."""

from itertools import product

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scotopic.decays.widths import (
    SPIN_STATES,
    complex_scalar_width,
    fermion_width,
    hadron_width,
    majorana_width,
)
from scotopic.errors import RangeError
from scotopic.units import ALPHA, ELECTRON_MASS, MUON_MASS
from scotopic.words import SpinParity

Complex = npt.NDArray[np.complex128]

KINDS: tuple[SpinParity, ...] = ("scalar", "pseudoscalar", "vector", "axial_vector")

# Dirac representation.
SIGMA = [
    np.array([[0, 1], [1, 0]], complex),
    np.array([[0, -1j], [1j, 0]], complex),
    np.array([[1, 0], [0, -1]], complex),
]
ONE, ZERO = np.eye(2, dtype=complex), np.zeros((2, 2), complex)
GAMMA = [np.block([[ONE, ZERO], [ZERO, -ONE]])]
GAMMA += [np.block([[ZERO, sigma], [-sigma, ZERO]]) for sigma in SIGMA]
GAMMA5 = np.block([[ZERO, ONE], [ONE, ZERO]])
CHARGE_CONJUGATION = 1j * GAMMA[2] @ GAMMA[0]
METRIC = np.diag([1.0, -1.0, -1.0, -1.0])


def particle(mass: float, p: npt.NDArray[np.float64], spin: int) -> Complex:
    """Spinor u of one of two spin states."""
    energy = np.sqrt(mass**2 + p @ p)
    chi = np.eye(2, dtype=complex)[spin]
    p_sigma = sum(p[i] * SIGMA[i] for i in range(3))
    lower = p_sigma @ chi / (energy + mass)
    return np.asarray(np.sqrt(energy + mass) * np.concatenate([chi, lower]))


def bar(spinor: Complex) -> Complex:
    return np.asarray(spinor.conj() @ GAMMA[0])


def conjugate(spinor: Complex) -> Complex:
    """The spinor v of the antiparticle with the same momentum and spin, C ubar^T."""
    return np.asarray(CHARGE_CONJUGATION @ bar(spinor))


def vertices(mediator: SpinParity) -> list[Complex]:
    """The matrices contracted with each polarisation of a mediator at rest."""
    return {
        "scalar": [np.eye(4, dtype=complex)],
        "pseudoscalar": [1j * GAMMA5],
        "vector": GAMMA[1:],
        "axial_vector": [g @ GAMMA5 for g in GAMMA[1:]],
    }[mediator]


def explicit_width(
    mediator: SpinParity, m: float, alpha: float, m1: float, m2: float, *, identical: bool = False
) -> float:
    """Width from the amplitudes themselves; with `identical`, of (g/2) X chibar Gamma chi.

    For identical Majorana particles both contractions are written out: their difference, and not
    twice one of them, is the amplitude.
    """
    momentum = np.sqrt((m**2 - (m1 + m2) ** 2) * (m**2 - (m1 - m2) ** 2)) / (2 * m)
    p = momentum * np.array([0.36, 0.48, 0.8])
    coupling = np.sqrt(4 * np.pi * alpha)
    squared = 0.0
    for spin1, spin2 in product((0, 1), repeat=2):
        u1, u2 = particle(m1, p, spin1), particle(m2, -p, spin2)
        for vertex in vertices(mediator):
            amplitude = coupling * bar(u1) @ vertex @ conjugate(u2)
            if identical:
                exchanged = coupling * bar(u2) @ vertex @ conjugate(u1)
                amplitude = (amplitude - exchanged) / 2
            squared += abs(amplitude) ** 2
    squared /= SPIN_STATES[mediator]
    # summed over polarisations, the amplitude squared does not depend on the direction
    return float(squared * momentum / (8 * np.pi * m**2) / (2 if identical else 1))


@pytest.mark.parametrize("mediator", KINDS)
@given(
    first=st.floats(0.01, 0.45),
    second=st.floats(0.01, 0.45),
    mass=st.floats(1e-3, 10),
    alpha=st.floats(1e-12, 1),
)
def test_widths_are_those_of_explicit_spinors(
    mediator: SpinParity, first: float, second: float, mass: float, alpha: float
) -> None:
    expected = explicit_width(mediator, mass, alpha, first * mass, second * mass)
    found = fermion_width(mediator, mass, alpha, first * mass, second * mass)
    # rounding only; the phase space loses a digit or two close to threshold
    assert float(found) == pytest.approx(expected, abs=0, rel=1e-11)


@pytest.mark.parametrize("mediator", ["scalar", "pseudoscalar", "axial_vector"])
def test_identical_majorana_particles(mediator: SpinParity) -> None:
    expected = explicit_width(mediator, 0.3, 0.1, 0.1, 0.1, identical=True)
    assert float(majorana_width(mediator, 0.3, 0.1, 0.1)) == pytest.approx(
        expected, abs=0, rel=1e-12
    )


def test_a_majorana_fermion_has_no_vector_current() -> None:
    assert explicit_width("vector", 0.3, 0.1, 0.1, 0.1, identical=True) == pytest.approx(
        0, abs=1e-17
    )
    with pytest.raises(RangeError, match="'vector' does not couple"):
        majorana_width("vector", 0.3, 0.1, 0.1)


def test_split_dirac_fermion_gives_the_off_diagonal_current() -> None:
    """g psibar gamma psi = (i g/2)(chi1bar gamma chi2 - (1 <-> 2)), psi = (chi1 + i chi2)/sqrt2."""
    m, alpha, m1, m2 = 0.3, 0.1, 0.08, 0.12
    momentum = np.sqrt((m**2 - (m1 + m2) ** 2) * (m**2 - (m1 - m2) ** 2)) / (2 * m)
    p = momentum * np.array([0.0, 0.6, 0.8])
    squared = 0.0
    for spin1, spin2 in product((0, 1), repeat=2):
        u1, u2 = particle(m1, p, spin1), particle(m2, -p, spin2)
        for vertex in GAMMA[1:]:
            # the second term creates chi2 from the barred field; the reordering of the two
            # fermions gives a sign
            direct = bar(u1) @ vertex @ conjugate(u2)
            crossed = -(bar(u2) @ vertex @ conjugate(u1))
            squared += abs(0.5j * np.sqrt(4 * np.pi * alpha) * (direct - crossed)) ** 2
    expected = squared / 3 * momentum / (8 * np.pi * m**2)
    assert float(fermion_width("vector", m, alpha, m1, m2)) == pytest.approx(
        expected, abs=0, rel=1e-12
    )


def test_charged_scalar_by_its_amplitude() -> None:
    m, alpha, scalar = 0.3, 0.1, 0.1
    momentum = np.sqrt(m**2 / 4 - scalar**2)
    # sum over polarisations of |g (p1 - p2).eps|^2 = 4 g^2 p^2
    expected = 4 * np.pi * alpha * 4 * momentum**2 / 3 * momentum / (8 * np.pi * m**2)
    assert float(complex_scalar_width(m, alpha, scalar)) == pytest.approx(
        expected, abs=0, rel=1e-13
    )


def test_published_forms_of_the_widths() -> None:
    """Eqs. 11 and 12 of the review as printed."""
    m = np.array([0.25, 0.5, 2.0])
    expected = 0.1 / 3 * m * (1 + 2 * 0.1**2 / m**2) * np.sqrt(1 - 4 * 0.1**2 / m**2)
    np.testing.assert_allclose(fermion_width("vector", m, 0.1, 0.1), expected, rtol=1e-13)


def test_massless_limits() -> None:
    """Scalar : Weyl : Dirac fermion = 1/4 : 1/2 : 1, as in every gauge theory."""
    dirac = float(fermion_width("vector", 1.0, 0.3, 0.0))
    assert dirac == pytest.approx(0.1)
    assert float(fermion_width("axial_vector", 1.0, 0.3, 0.0)) == pytest.approx(dirac)
    assert float(majorana_width("axial_vector", 1.0, 0.3, 0.0)) == pytest.approx(dirac / 2)
    assert float(complex_scalar_width(1.0, 0.3, 0.0)) == pytest.approx(dirac / 4)


@pytest.mark.parametrize("mediator", KINDS)
def test_closed_decays_have_no_width(mediator: SpinParity) -> None:
    masses = np.array([1e-3, 0.05, 0.1, 0.2, 0.2 + 1e-9])
    widths = fermion_width(mediator, masses, 1.0, 0.1)
    assert np.all(widths[:4] == 0)
    assert widths[4] > 0
    assert np.all(complex_scalar_width(masses[:4], 1.0, 0.1) == 0)
    # heavier than its partner by more than the mediator's mass
    assert np.all(fermion_width(mediator, 0.05, 1.0, 0.1, 0.01) == 0)


def test_unknown_mediator() -> None:
    with pytest.raises(RangeError, match="'tensor' is not one of scalar, pseudoscalar"):
        fermion_width("tensor", 1.0, 0.1, 0.1)


def test_hadrons_and_muons_far_above_threshold() -> None:
    """At 5 GeV the quarks u, d, s, c count 10/3 and QCD adds about 9 %."""
    ratio = hadron_width(5.0, ALPHA) / fermion_width("vector", 5.0, ALPHA, MUON_MASS)
    assert 10 / 3 * 1.06 < float(ratio) < 10 / 3 * 1.12
    electrons = fermion_width("vector", 5.0, ALPHA, ELECTRON_MASS)
    assert float(electrons) == pytest.approx(ALPHA * 5 / 3, abs=0, rel=1e-12)
