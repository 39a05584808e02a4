"""Widths of the dark axion portal against tensors summed number by number."""

from itertools import permutations

import numpy as np
import numpy.typing as npt
import pytest

from scotopic.decays.axion_portal import axion_to_vectors_width, vector_to_axion_width
from scotopic.decays.kinematics import two_body_momentum
from scotopic.errors import RangeError
from scotopic.units import ALPHA

Array = npt.NDArray[np.float64]

METRIC = np.diag([1.0, -1.0, -1.0, -1.0])
G = 0.7  # GeV^-1


def levi_civita() -> Array:
    """eps^{mu nu rho sigma} with eps^{0123} = 1."""
    tensor = np.zeros((4, 4, 4, 4))
    for order in permutations(range(4)):
        matrix = np.eye(4)[list(order)]
        tensor[order] = np.linalg.det(matrix)
    return tensor


EPSILON = levi_civita()


def field(k: Array, e: Array) -> Array:
    """F_{mu nu} of a plane wave, without i: k_mu e_nu - k_nu e_mu."""
    low_k, low_e = METRIC @ k, METRIC @ e
    return np.outer(low_k, low_e) - np.outer(low_e, low_k)


def amplitude(k: Array, e: Array, k2: Array, e2: Array) -> float:
    """(g/2) F_{mu nu} Ftilde'^{mu nu}, Ftilde' = eps F'/2, as the Lagrangian has it."""
    dual = np.einsum("mnrs,rs->mn", EPSILON, field(k2, e2)) / 2
    return float(G / 2 * np.sum(field(k, e) * dual))


def polarisations(k: Array, mass: float) -> list[Array]:
    """Three of a massive vector; the two across of a photon."""
    direction = k[1:] / np.linalg.norm(k[1:]) if k[1:].any() else np.array([0.0, 0.0, 1.0])
    first = np.cross(direction, [0.31, 0.2, -0.7])
    first /= np.linalg.norm(first)
    across = [np.array([0, *first]), np.array([0, *np.cross(direction, first)])]
    if mass == 0:
        return across
    size = np.linalg.norm(k[1:])
    return [*across, np.array([size, *(k[0] * direction)]) / mass]


def two_bodies(m: float, a: float, b: float) -> tuple[Array, Array, float]:
    """Momenta of a decay at rest, and p/(8 pi m^2)."""
    p = float(two_body_momentum(m, a, b))
    along = p * np.array([0.36, 0.48, 0.8])
    first, second = np.array([np.hypot(a, p), *along]), np.array([np.hypot(b, p), *-along])
    return first, second, p / (8 * np.pi * m**2)


@pytest.mark.parametrize(
    ("m", "a", "b"), [(1.0, 0.0, 0.4), (1.0, 0.3, 0.4), (0.1, 0.02, 0.0), (3.0, 1.2, 1.7)]
)
def test_vector_to_axion(m: float, a: float, b: float) -> None:
    at_rest = np.array([m, 0, 0, 0])
    _, k2, phase_space = two_bodies(m, a, b)
    squared = sum(
        amplitude(at_rest, e, k2, e2) ** 2
        for e in polarisations(at_rest, m)
        for e2 in polarisations(k2, b)
    )
    expected = squared / 3 * phase_space
    assert float(vector_to_axion_width(m, G, a, b)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("b", [0.0, 0.2, 0.7])
def test_axion_to_vectors(b: float) -> None:
    k, k2, phase_space = two_bodies(1.0, 0.0, b)
    squared = sum(
        amplitude(k, e, k2, e2) ** 2 for e in polarisations(k, 0) for e2 in polarisations(k2, b)
    )
    assert axion_to_vectors_width(1.0, G, b) == pytest.approx(squared * phase_space, rel=1e-12)


def test_pairs_of_all_directions_are_a_vector_at_rest() -> None:
    # What lets one fold: summed over directions the tensor of the pair is Gamma (k^mu k^nu -
    # k^2 g^{mu nu})/k^2. Six directions along the axes integrate it exactly.
    m, a, b = 1.0, 0.3, 0.4
    p = float(two_body_momentum(m, a, b))
    at_rest, tensor = np.array([m, 0, 0, 0]), np.zeros((4, 4))
    for axis in np.vstack([np.eye(3), -np.eye(3)]):
        k2 = np.array([np.hypot(b, p), *(p * axis)])
        for e2 in polarisations(k2, b):
            current = np.array([amplitude(at_rest, e, k2, e2) for e in np.eye(4)])
            tensor += np.outer(current, current) / 6
    width = float(vector_to_axion_width(m, G, a, b)) / (p / (8 * np.pi * m**2))
    assert tensor == pytest.approx(np.diag([0, 1, 1, 1]) * width, rel=1e-12, abs=1e-12)


def test_closed_decays_have_no_width() -> None:
    assert vector_to_axion_width([0.2, 0.69, 0.71], G, 0.3, 0.4)[:2].tolist() == [0, 0]
    assert axion_to_vectors_width(0.1, G, 0.1) == 0


def test_branching_ratio_of_a_meson() -> None:
    # Through a photon of the meson's mass, beside e+ e-: for massless ones g^2 M^2/(32 pi alpha).
    M = 3.0969
    ratio = float(vector_to_axion_width(M, 1e-3, 0.0, 0.0)) / (ALPHA * M / 3)
    assert ratio == pytest.approx(1e-6 * M**2 / (32 * np.pi * ALPHA), rel=1e-12)


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_senseless_values_are_refused(bad: float) -> None:
    with pytest.raises(RangeError):
        vector_to_axion_width(1.0, bad, 0.0)
    with pytest.raises(RangeError):
        vector_to_axion_width(1.0, G, bad)
    with pytest.raises(RangeError):
        axion_to_vectors_width(bad, G, 0.0)
