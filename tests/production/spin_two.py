"""Amplitudes of l Z -> l Z G with explicit Dirac matrices, for the tests of tensors."""

import numpy as np
import numpy.typing as npt
from tests.production.test_amplitudes import GAMMA, METRIC, slash

Array = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.complex128]
Momenta = tuple[Array, Array, Array, Array, Array]


def symmetric(matrices: Matrix, vector: Array) -> Matrix:
    """gamma^m v^n + gamma^n v^m, or the same of other matrices with an index."""
    product = np.einsum("mab,n->mnab", matrices, vector)
    return np.asarray(product + product.transpose(1, 0, 2, 3))


def field(momentum: Array, potential: Matrix | Array) -> Matrix:
    """q^m A^n - q^n A^m; the potential may carry Dirac indices behind its own."""
    product = np.multiply.outer(momentum, potential)
    return np.asarray(product - product.swapaxes(0, 1))


def lepton_matrices(momenta: Momenta, ml: float, charge: Array, photon: float) -> Matrix:
    """Matrices M^mn between the lepton's spinors, for k_l = 1 and k_gamma = photon.

    The nucleus' photon has the potential `charge`, 1/q^2 and couplings taken out.
    """
    p, P_i, p_out, P_f, k = momenta
    q, r = P_i - P_f, p - p_out
    one = ml * np.eye(4)
    first, second = p - k, p_out + k
    emitted_first = np.einsum(
        "ab,bc,mncd->mnad", slash(charge), slash(first) + one, symmetric(GAMMA, p + first)
    ) / (first @ METRIC @ first - ml**2)
    emitted_last = np.einsum(
        "mnab,bc,cd->mnad", symmetric(GAMMA, p_out + second), slash(second) + one, slash(charge)
    ) / (second @ METRIC @ second - ml**2)
    found = (emitted_first + emitted_last) / 4 - symmetric(GAMMA, charge) / 2
    if photon:
        nuclear, own = field(q, charge), field(r, GAMMA)
        mixed = np.einsum("ma,ac,cnxy->mnxy", nuclear, METRIC, own)
        mixed = mixed + mixed.transpose(1, 0, 2, 3)
        product = np.einsum("ma,mc,ad,cdxy->xy", nuclear, METRIC, METRIC, own)
        trace = np.multiply.outer(METRIC, product) / 2
        found = found + photon * (mixed + trace) / (r @ METRIC @ r)
    return np.asarray(found)


def polarisation_sum(k: Array, m: float, *, longitudinal: bool) -> Array:
    """Sum over spins with lower indices; without k k/m^2 if not longitudinal."""
    e = METRIC - longitudinal * np.outer(METRIC @ k, METRIC @ k) / m**2
    crossed = np.einsum("ma,nb->mnab", e, e)
    both = crossed + crossed.transpose(0, 1, 3, 2)
    return np.asarray(both / 2 - np.einsum("mn,ab->mnab", e, e) / 3)


def spin_sum(momenta: Momenta, ml: float, matrices: Matrix, polarisations: Array) -> float:
    """|A|^2 summed over spins and averaged over the first lepton's."""
    p, _, p_out, _, _ = momenta
    conjugate = GAMMA[0] @ matrices.conj().swapaxes(-1, -2) @ GAMMA[0]
    one = ml * np.eye(4)
    lowered = np.einsum("mncd,mnab->abcd", matrices, polarisations)
    traces = np.einsum(
        "ij,abjk,kl,abli->", slash(p_out) + one, lowered, slash(p) + one, conjugate, optimize=True
    )
    return float(traces.real) / 2
