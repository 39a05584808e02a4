"""Squared amplitudes against explicit Dirac traces and high-precision arithmetic."""

from decimal import Decimal, localcontext

import numpy as np
import numpy.typing as npt
import pytest

from scotopic.decays.leptons import LEPTON_MASSES, lepton_mass_of
from scotopic.errors import RangeError
from scotopic.production.amplitudes import (
    Harmonic,
    coupling_weights,
    mean_squared_amplitude,
    squared_amplitude,
)

Array = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.complex128]

MEDIATORS = ("vector", "axial_vector", "scalar", "pseudoscalar")
METRIC = np.diag([1.0, -1, -1, -1])


def dirac_matrices() -> tuple[Matrix, Matrix]:
    """gamma^mu and gamma^5 in the Dirac representation."""
    pauli = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
    gammas = [np.kron(np.diag([1, -1]), np.eye(2))]
    gammas += [np.kron(np.array([[0, 1], [-1, 0]]), sigma) for sigma in pauli]
    return np.array(gammas), np.kron(np.array([[0, 1], [1, 0]]), np.eye(2)).astype(complex)


GAMMA, GAMMA5 = dirac_matrices()


def slash(v: Array) -> Matrix:
    return np.asarray(np.einsum("m,mn,nab->ab", v, METRIC, GAMMA))


def two_body(mass: float, m1: float, m2: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Isotropic decay at rest."""
    p = np.sqrt((mass**2 - (m1 + m2) ** 2) * (mass**2 - (m1 - m2) ** 2)) / (2 * mass)
    direction = rng.normal(size=3)
    direction *= p / np.linalg.norm(direction)
    return (
        np.array([np.hypot(m1, p), *direction]),
        np.array([np.hypot(m2, p), *-direction]),
    )


def boosted(v: Array, frame: Array) -> Array:
    """Transform v from the rest frame of a system to where the system has momentum `frame`."""
    mass = np.sqrt(frame @ METRIC @ frame)
    energy = (frame[0] * v[0] + frame[1:] @ v[1:]) / mass
    return np.array([energy, *(v[1:] + frame[1:] * (v[0] + energy) / (mass + frame[0]))])


def random_point(
    rng: np.random.Generator, ml: float, m: float, M: float
) -> tuple[Array, Array, Array, Array, Array]:
    """p, P_i, p', P_f, k of a random event in the rest frame of the nucleus."""
    E = (m + ml) * rng.uniform(2, 8)
    p = np.array([E, 0, 0, np.sqrt(E**2 - ml**2)])
    P_i = np.array([M, 0, 0, 0])
    total = p + P_i
    W = float(np.sqrt(total @ METRIC @ total))
    pair_mass = rng.uniform(M + ml, W - m)
    k, pair = two_body(W, m, pair_mass, rng)
    p_out, P_f = two_body(pair_mass, ml, M, rng)
    pair = boosted(pair, total)
    return p, P_i, boosted(p_out, pair), boosted(P_f, pair), boosted(k, total)


def vertices(mediator: str) -> Matrix:
    """Vertex matrices Gamma^a with lower index a where the mediator has spin one."""
    lowered = np.einsum("mn,nab->mab", METRIC, GAMMA)
    return {
        "vector": np.asarray(lowered),
        "axial_vector": np.asarray(lowered @ GAMMA5),
        "scalar": np.eye(4, dtype=complex)[None],
        "pseudoscalar": np.asarray(1j * GAMMA5[None]),
    }[mediator]


def amplitude_matrices(
    mediator: str, momenta: tuple[Array, Array, Array, Array, Array], ml: float, charge: Array
) -> Matrix:
    """Sum of both diagrams between the spinors, one 4x4 matrix per polarisation index."""
    p, _, p_out, _, k = momenta
    s = (p_out + k) @ METRIC @ (p_out + k) - ml**2
    u = (p - k) @ METRIC @ (p - k) - ml**2
    vertex, field, one = vertices(mediator), slash(charge), ml * np.eye(4)
    emitted_last = vertex @ (slash(p_out + k) + one) @ field / s
    emitted_first = field @ (slash(p - k) + one) @ vertex / u
    return np.asarray(emitted_last + emitted_first)


def dirac_trace(
    mediator: str,
    momenta: tuple[Array, Array, Array, Array, Array],
    ml: float,
    m: float,
    *,
    longitudinal: bool = True,
    gauge: float = 0.0,
) -> float:
    """Spin-averaged sum of |A|^2 by explicit traces; `gauge` adds q to the nuclear current."""
    p, P_i, p_out, P_f, k = momenta
    matrices = amplitude_matrices(mediator, momenta, ml, P_i + P_f + gauge * (P_i - P_f))
    conjugate = GAMMA[0] @ matrices.conj().transpose(0, 2, 1) @ GAMMA[0]
    one = ml * np.eye(4)
    traces = np.einsum("ij,ajk,kl,bli->ab", slash(p_out) + one, matrices, slash(p) + one, conjugate)
    if len(traces) == 1:
        return float(traces[0, 0].real) / 2
    polarisations = -METRIC + longitudinal * np.outer(k, k) / m**2
    return float(np.sum(polarisations * traces).real) / 2


def package_value(
    mediator: str,
    momenta: tuple[Array, Array, Array, Array, Array],
    masses: tuple[float, float, float],
) -> float:
    p, P_i, p_out, P_f, k = momenta
    ml, m, M = masses
    q = P_i - P_f
    return float(
        squared_amplitude(
            mediator,
            lepton_mass=ml,
            mediator_mass=m,
            nuclear_mass=M,
            energy=float(p[0]),
            mediator_energy=float(k[0]),
            s=float((p_out + k) @ METRIC @ (p_out + k)) - ml**2,
            u=float((p - k) @ METRIC @ (p - k)) - ml**2,
            t=-float(q @ METRIC @ q),
        )
    )


@pytest.mark.parametrize("mediator", MEDIATORS)
@pytest.mark.parametrize("lepton", ["electron", "muon"])
def test_equals_dirac_traces(mediator: str, lepton: str) -> None:
    # Energies of a few masses and a nucleus of 20 to 60 of them, so that double precision holds
    # ten digits in the traces; the algebra does not know about the scale.
    rng = np.random.default_rng(11)
    ml = lepton_mass_of(lepton)
    for _ in range(200):
        m = ml * rng.uniform(1, 6)
        M = ml * rng.uniform(20, 60)
        momenta = random_point(rng, ml, m, M)
        expected = dirac_trace(mediator, momenta, ml, m)
        assert package_value(mediator, momenta, (ml, m, M)) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("mediator", MEDIATORS)
def test_nuclear_current_is_gauge_invariant(mediator: str) -> None:
    rng = np.random.default_rng(12)
    for _ in range(20):
        momenta = random_point(rng, 0.1, 0.3, 5.0)
        shifted = dirac_trace(mediator, momenta, 0.1, 0.3, gauge=0.7)
        value = package_value(mediator, momenta, (0.1, 0.3, 5.0))
        assert value == pytest.approx(shifted, rel=1e-9)


def test_vector_current_is_conserved_and_axial_is_not() -> None:
    rng = np.random.default_rng(13)
    momenta = random_point(rng, 0.1, 0.3, 5.0)
    for mediator, conserved in (("vector", True), ("axial_vector", False)):
        with_kk, without = (
            dirac_trace(mediator, momenta, 0.1, 0.3, longitudinal=flag) for flag in (True, False)
        )
        assert (with_kk == pytest.approx(without, rel=1e-10)) is conserved


def test_average_over_the_azimuth() -> None:
    # The closed form against a sum over 4096 azimuths, exponentially convergent for a slope of
    # 0.99 (error 1e-16 after about 300).
    phi = np.linspace(0, 2 * np.pi, 4096, endpoint=False)
    common = {
        "lepton_mass": 0.1,
        "nuclear_mass": 20.0,
        "energy": 5.0,
        "mediator_energy": 3.0,
        "virtuality": 0.2,
        "t": 0.05,
    }
    for mediator in MEDIATORS:
        for slope in (0.0, 0.3, 0.99):
            weights = coupling_weights(mediator, 0.3, 0.1)
            s, current = Harmonic(0.5, 0.5 * slope), Harmonic(-2.0, 1.5 * slope)
            mean = mean_squared_amplitude(weights, s=s, current=current, **common)
            single = mean_squared_amplitude(
                weights,
                s=Harmonic(s.constant + s.cosine * np.cos(phi), 0.0),
                current=Harmonic(current.constant + current.cosine * np.cos(phi), 0.0),
                **common,
            )
            assert float(mean) == pytest.approx(float(single.mean()), rel=1e-12)


def precise_point(
    x: float, D: float, share: float, masses: tuple[float, float, float], E: float
) -> dict[str, Decimal]:
    """Invariants of a point given by x, D and t = t_min / share, with sixty digits.

    The azimuth is ninety degrees, so that the transverse momenta are perpendicular.
    """
    ml, m, M = (Decimal(v) for v in masses)
    E0, Ek, D_ = Decimal(E), Decimal(x) * Decimal(E), Decimal(D)
    V0 = E0 - Ek
    V = (V0**2 + D_ - ml**2).sqrt()
    c = 1 + V0 / M
    a, b = c**2 - V**2 / M**2, 2 * V**2 - c * D_
    t = D_**2 / (b + (b**2 - a * D_**2).sqrt()) / Decimal(share)
    Q_along = (D_ + c * t) / (2 * V)
    p_along = (E0**2 - ml**2 - E0 * Ek + (m**2 + D_) / 2) / V
    s = -t * (1 + E0 / M) + 2 * p_along * Q_along
    u = -D_
    Pp = 2 * M * E0 - (s + t) / 2
    Pp_out = 2 * M * V0 + (u - t) / 2
    return {"s": s, "u": u, "t": t, "Pp": Pp, "Pp_out": Pp_out, "P2": 4 * M**2 + t}


def textbook(mediator: str, point: dict[str, Decimal], ml: Decimal, m: Decimal) -> Decimal:
    """The published form of |A|^2, full of cancellations."""
    s, u, t, P2 = (point[name] for name in ("s", "u", "t", "P2"))
    Pp, Pp_out = point["Pp"], point["Pp_out"]
    t2 = m**2 - s - u - t
    current = (u * Pp + s * Pp_out) / (s + u)
    B = ((s + u) / (s * u)) ** 2 * (P2 * t - 4 * current**2)
    F = (s + u) ** 2 / (s * u) * P2 - 4 * t / (s * u) * (Pp - Pp_out) ** 2
    V = 2 * (s * s + u * u) / (s * u) * P2 + 2 * (m**2 + 2 * ml**2) * B
    V -= 8 * t / (s * u) * (Pp**2 + Pp_out**2 + (t2 + m**2) / 2 * P2)
    return {
        "vector": V,
        "scalar": F + (m**2 - 4 * ml**2) * B,
        "pseudoscalar": F + m**2 * B,
        "axial_vector": V
        + ml**2 * (-16 * B + 32 * t * P2 / (s * u))
        + 4 * ml**2 / m**2 * (F + m**2 * B),
    }[mediator]


@pytest.mark.parametrize("mediator", MEDIATORS)
@pytest.mark.parametrize(("lepton", "m"), [("electron", 0.001), ("electron", 1.0), ("muon", 0.2)])
def test_no_cancellation_at_beam_energies(mediator: str, lepton: str, m: float) -> None:
    # At 100 GeV the published form loses (E/m)^2, ten digits and more; with sixty digits it is
    # exact. 1e-9 is what rounding the inputs to doubles leaves in the sums.
    ml, M, E = lepton_mass_of(lepton), 193.0, 100.0
    with localcontext() as context:
        context.prec = 60
        for x in (0.1, 0.6, 0.95):
            for D_over_min in (1.5, 20.0):
                for share in (0.1, 1e-4):
                    D = D_over_min * (m * m * (1 - x) / x + ml * ml * x)
                    point = precise_point(x, D, share, (ml, m, M), E)
                    expected = float(textbook(mediator, point, Decimal(ml), Decimal(m)))
                    value = mean_squared_amplitude(
                        coupling_weights(mediator, m, ml),
                        lepton_mass=ml,
                        nuclear_mass=M,
                        energy=E,
                        mediator_energy=x * E,
                        virtuality=D,
                        t=float(point["t"]),
                        s=Harmonic(float(point["s"]), 0.0),
                        current=Harmonic(
                            float(point["s"] * point["Pp_out"] + point["u"] * point["Pp"]), 0.0
                        ),
                    )
                    assert float(value) == pytest.approx(expected, rel=1e-9)


def test_what_is_refused() -> None:
    with pytest.raises(RangeError, match="'tensor' is not one of scalar"):
        coupling_weights("tensor", 1.0, 0.1)
    with pytest.raises(RangeError, match="not be lighter"):
        coupling_weights("axial_vector", 0.05, LEPTON_MASSES["muon"])
    with pytest.raises(RangeError, match="'tau' is not one of electron, muon"):
        lepton_mass_of("tau")
