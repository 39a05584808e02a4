"""Widths of tensors against explicit polarisation sums."""

from itertools import product

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.decays.test_widths import GAMMA, METRIC, bar, conjugate, particle

from scotopic.decays.tensor_widths import TensorProduct, tensor_width, unit_lepton_width
from scotopic.decays.widths import fermion_width
from scotopic.errors import RangeError
from scotopic.units import ALPHA

Array = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]

DIRECTION = np.array([0.36, 0.48, 0.8])


def polarisations(mass: float, momentum: Array) -> list[Array]:
    """Real polarisation vectors with upper indices: two, or three of a massive vector."""
    one = np.cross(momentum, [0.0, 0.0, 1.0])
    one /= np.linalg.norm(one)
    size = np.linalg.norm(momentum)
    found = [np.append(0.0, one), np.append(0.0, np.cross(momentum / size, one))]
    if mass > 0:
        energy = np.hypot(mass, size)
        found.append(np.append(size, energy * momentum / size) / mass)
    return found


def of_vectors(mass: float, p: Array) -> list[Complex]:
    """T^mn of two vectors with all their polarisations, that of both orders together."""
    found = []
    first, second = (np.append(np.hypot(mass, np.linalg.norm(p)), side * p) for side in (1, -1))
    for e1, e2 in product(polarisations(mass, p), polarisations(mass, -p)):
        f1, f2 = (np.outer(q, e) - np.outer(e, q) for q, e in ((first, e1), (second, e2)))
        mixed = -(f1 @ METRIC @ f2) + mass**2 * np.outer(e1, e2)
        found.append(mixed + mixed.T)
    return found


def of_fermions(mass: float, p: Array, *, majorana: bool) -> list[Complex]:
    """T^mn of a pair of fermions; for Majorana fermions with both contractions of (1/2) T."""

    def current(first: Complex, second: Complex, difference: Array) -> Complex:
        vector = np.array([bar(first) @ gamma @ conjugate(second) for gamma in GAMMA])
        product = np.outer(vector, difference)
        return np.asarray((product + product.T) / 4)

    found = []
    difference = np.append(0.0, 2 * p)
    for spin1, spin2 in product((0, 1), repeat=2):
        u1, u2 = particle(mass, p, spin1), particle(mass, -p, spin2)
        amplitude = current(u1, u2, difference)
        if majorana:
            amplitude = (amplitude - current(u2, u1, -difference)) / 2
        found.append(amplitude)
    return found


def explicit_width(kind: TensorProduct, m: float, k: float, mass: float) -> float:
    """Width from the amplitudes and the five polarisations of G at rest."""
    size = np.sqrt(m**2 / 4 - mass**2)
    p = size * DIRECTION
    match kind:
        case "dirac" | "majorana":
            tensors = of_fermions(mass, p, majorana=kind == "majorana")
        case "vector" | "photon":
            tensors = of_vectors(mass, p)
        case _:
            tensors = [-2 * np.outer(np.append(0.0, p), np.append(0.0, p)).astype(complex)]
    squared = 0.0
    for tensor in tensors:
        space = tensor[1:, 1:]
        squared += float(np.sum(np.abs(space) ** 2) - np.abs(np.trace(space)) ** 2 / 3)
    identical = kind in ("majorana", "real_scalar", "vector", "photon")
    return float(k**2 * squared / 5 * size / (8 * np.pi * m**2) / (2 if identical else 1))


@pytest.mark.parametrize(
    "kind", ["dirac", "majorana", "complex_scalar", "real_scalar", "vector", "photon"]
)
@given(ratio=st.floats(0.05, 0.49), mass=st.floats(1e-3, 10), k=st.floats(1e-6, 1))
def test_widths_are_those_of_explicit_polarisations(
    kind: TensorProduct, ratio: float, mass: float, k: float
) -> None:
    own = 0.0 if kind == "photon" else ratio * mass
    expected = explicit_width(kind, mass, k, own)
    assert float(tensor_width(kind, mass, k, own)) == pytest.approx(expected, rel=1e-12, abs=0)


def test_a_light_vector_is_a_photon_and_a_scalar() -> None:
    # A light vector is a photon and a scalar that is coupled minimally.
    vector, photon, scalar = (
        float(tensor_width(kind, 1.0, 1.0, 0.0)) for kind in ("vector", "photon", "real_scalar")
    )
    assert vector == pytest.approx(photon + scalar, rel=1e-14)


@pytest.mark.parametrize("kind", ["dirac", "majorana", "complex_scalar", "real_scalar", "vector"])
def test_closed_decays_have_no_width(kind: TensorProduct) -> None:
    found = tensor_width(kind, [1e-15, 0.1, 0.2, 0.2 + 1e-9], 1.0, 0.1)
    assert np.all(found[:3] == 0)
    assert found[3] > 0


def test_unit_couplings() -> None:
    assert unit_lepton_width("leptonic_tensor", 2.0, 0.1) == tensor_width("dirac", 2.0, 1.0, 0.1)
    assert unit_lepton_width("scalar", 2.0, 0.1) == fermion_width("scalar", 2.0, ALPHA, 0.1)


def test_errors() -> None:
    with pytest.raises(RangeError, match="product: 'hadron' is not one of dirac"):
        tensor_width("hadron", 1.0, 1.0, 0.1)  # type: ignore[arg-type] # what is tested
    with pytest.raises(RangeError, match="coupling: -1"):
        tensor_width("dirac", 1.0, -1.0, 0.1)
