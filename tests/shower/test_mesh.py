import numpy as np
import pytest

from scotopic.errors import RangeError
from scotopic.shower.mesh import END_WEIGHTS, Mesh, interpolate

MESH = Mesh.between(1.0, 100.0, None)


def test_ends_and_inverse() -> None:
    assert MESH.energies[0] == 100
    assert MESH.energies[MESH.last] == 1
    at = np.linspace(0.3, MESH.last, 50)
    np.testing.assert_allclose(MESH.position(MESH.energy(at)), at, rtol=1e-9)


def test_jacobian_is_the_slope() -> None:
    at = np.linspace(1, MESH.last, 40)
    slope = (MESH.energy(at - 1e-4) - MESH.energy(at + 1e-4)) / 2e-4
    # central differences next to 100 GeV lose digits: 1e-16 x 100/(1e-4 x 1e-3)
    np.testing.assert_allclose(MESH.jacobian(at), slope, rtol=1e-5)


def test_cubics_are_exact() -> None:
    nodes = np.arange(MESH.size, dtype=float)
    at = np.linspace(0, MESH.size - 1, 97)
    values = 1 + nodes - 0.3 * nodes**2 + 1e-3 * nodes**3
    expected = 1 + at - 0.3 * at**2 + 1e-3 * at**3
    np.testing.assert_allclose(interpolate(values, at), expected, atol=1e-8)
    np.testing.assert_allclose(MESH.interpolation(at) @ values, expected, atol=1e-8)
    slope = (1 - 0.6 * nodes + 3e-3 * nodes**2) / -MESH.jacobian(nodes)
    np.testing.assert_allclose((MESH.derivative() @ values)[:-2], slope[:-2], rtol=1e-9)


def test_end_weights_integrate_cubics() -> None:
    # from minus infinity the weights are one; compare two ends
    x = np.arange(12.0)
    f = x**3 - 4 * x**2 + 7
    weights = np.ones(12)
    weights[-4:] = END_WEIGHTS
    weights[:4] = END_WEIGHTS[::-1]
    assert weights @ f == pytest.approx(11**4 / 4 - 4 / 3 * 11**3 + 77)


def test_too_few_nodes_are_refused() -> None:
    with pytest.raises(RangeError, match="nodes: 3 is not a whole number from 16"):
        Mesh.between(1.0, 100.0, 3)
