"""What nuclei make of a meson, against scipy's integrals and the limits of thin and black ones."""

import numpy as np
import pytest
from scipy.integrate import quad, quad_vec

from scotopic.errors import RangeError
from scotopic.materials import element
from scotopic.production.shadowing import (
    FERMI,
    MILLIBARN,
    Nucleus,
    classical,
    glauber,
    incoherent,
    shadowing,
)
from scotopic.words import NuclearModel

LEAD, CARBON = Nucleus.of(element("Pb")), Nucleus.of(element("C"))
SIGMA = 24 * MILLIBARN


def absorbed(nucleus: Nucleus, b: float, z: float) -> float:
    """Return Int_z n by scipy, in GeV^2."""
    value, _ = quad(
        lambda at: float(nucleus.density(np.hypot(b, at))), z, nucleus.reach, epsrel=1e-7
    )
    return float(value)


@pytest.mark.parametrize(("nucleus", "transfer"), [(LEAD, 0.07), (CARBON, 0.1)])
def test_glauber_is_the_integral(nucleus: Nucleus, transfer: float) -> None:
    def squared(b: float) -> float:
        def inner(z: float) -> complex:
            lost = np.exp(-SIGMA / 2 * absorbed(nucleus, b, z))
            return complex(nucleus.density(np.hypot(b, z)) * np.exp(1j * transfer * z) * lost)

        amplitude, _ = quad_vec(inner, -nucleus.reach, nucleus.reach, epsrel=1e-5)
        return 2 * np.pi * b * abs(amplitude) ** 2

    expected, _ = quad_vec(squared, 0, nucleus.reach, epsrel=1e-4)
    found = glauber(nucleus, np.array([SIGMA]), np.array([transfer]))[0, 0]
    assert found == pytest.approx(4 * np.pi * expected, rel=2e-3, abs=0)


def test_incoherent_is_the_integral() -> None:
    """On a coarse grid of Gauss nodes in depth, with the earlier step by scipy."""
    transfer, lost = 0.05, 20 * MILLIBARN
    x, w = np.polynomial.legendre.leggauss(40)
    total = 0.0
    for b, wb in zip(LEAD.reach * (x + 1) / 2, LEAD.reach * w / 2, strict=True):
        z = LEAD.reach * x
        behind = np.array([absorbed(LEAD, b, one) for one in z])
        for at, wz, after in zip(z, LEAD.reach * w, behind, strict=True):
            u = -LEAD.reach + (at + LEAD.reach) * (x + 1) / 2
            wu = (at + LEAD.reach) / 2 * w
            between = np.interp(u, z, behind) - after
            step = LEAD.density(np.hypot(b, u)) * np.exp(1j * transfer * (u - at))
            earlier = wu @ (step * np.exp(-SIGMA / 2 * between))
            here = LEAD.density(np.hypot(b, at)) * np.exp(-lost * after)
            total += 2 * np.pi * b * wb * wz * here * abs(1 - SIGMA / 2 * earlier) ** 2
    found = incoherent(LEAD, np.array([SIGMA]), np.array([lost]), np.array([transfer]))[0, 0]
    assert found == pytest.approx(total, rel=1e-2, abs=0)  # interpolated shadows


def test_classical_is_the_integral() -> None:
    def shadow(b: float) -> float:
        return float(2 * np.pi * b * -np.expm1(-SIGMA * absorbed(LEAD, b, -LEAD.reach)))

    area, _ = quad(shadow, 0, LEAD.reach, epsrel=1e-6)
    transfer = 0.06

    def spectrum(q: float) -> float:
        def wave(r: float) -> float:
            shell = 4 * np.pi * r**2 * np.sinc(q * r / np.pi)
            return float(shell * LEAD.density(r) / LEAD.nucleons)

        return float(2 * q * quad(wave, 0, LEAD.reach, epsrel=1e-8, limit=200)[0] ** 2)

    slopes, _ = quad(spectrum, transfer, 0.6, epsrel=1e-5, limit=200)
    found = classical(LEAD, np.array([SIGMA]), np.array([transfer]))[0, 0]
    assert found == pytest.approx((area / SIGMA) ** 2 * slopes, rel=2e-3, abs=0)


@pytest.mark.parametrize("nucleus", [LEAD, CARBON])
def test_thin_nuclei_add_up(nucleus: Nucleus) -> None:
    """Without absorption: A^2 Int |F|^2 dt, in both models, and A nucleons."""
    transparent, rest = np.array([1e-6 * MILLIBARN]), np.array([0.0])

    def spectrum(q: float) -> float:
        return float(2 * q * nucleus.form_factor(q) ** 2)

    expected = nucleus.nucleons**2 * quad(spectrum, 0, 1.0, epsrel=1e-6, limit=200)[0]
    for model in (glauber, classical):
        found = model(nucleus, transparent, rest)[0, 0]
        assert found == pytest.approx(expected, rel=2e-3, abs=0), model.__name__
    nucleons = incoherent(nucleus, transparent, transparent, rest)[0, 0]
    assert nucleons == pytest.approx(nucleus.nucleons, rel=1e-3, abs=0)


def test_thin_nuclei_see_the_transfer_as_a_form_factor() -> None:
    """4 pi Int d2b |Int dz n e^(iqz)|^2 = A^2 Int_{q^2} |F|^2 dt: Parseval's theorem."""
    transparent, transfer = np.array([1e-6 * MILLIBARN]), np.array([0.05, 0.2])
    one, other = (f(LEAD, transparent, transfer) for f in (glauber, classical))
    np.testing.assert_allclose(one, other, rtol=5e-3)


def test_black_disks() -> None:
    """(sigma/2)^2 C/(4 pi) and sigma_A are the disk's area; nothing is left inside of it."""
    disk = Nucleus(200.0, 7 * FERMI, 0.05 * FERMI)
    black, rest = np.array([300 * MILLIBARN]), np.array([0.0])
    area = np.pi * disk.radius**2
    found = glauber(disk, black, rest)[0, 0] * (black[0] / 2) ** 2 / (4 * np.pi)
    assert found == pytest.approx(area, rel=0.1, abs=0)  # what the skin adds
    q = np.linspace(0, 1, 5000)
    mean_square = np.trapezoid(2 * q * disk.form_factor(q) ** 2, q)
    sigma_A = np.sqrt(classical(disk, black, rest)[0, 0] / mean_square) * black[0]
    assert sigma_A == pytest.approx(area, rel=0.1, abs=0)


@pytest.mark.parametrize("model", ["classical", "glauber"])
def test_tables_are_the_integrals(model: NuclearModel) -> None:
    found = shadowing(element("Pb"), model)
    direct = glauber if model == "glauber" else classical
    sigma = np.array([1.3, 12.5, 24.0]) * MILLIBARN
    for transfer in (0.0043, 0.0685, 0.15):
        q = np.full(3, transfer)
        expected = direct(LEAD, sigma, np.array([transfer]))[:, 0]
        np.testing.assert_allclose(found.coherent_at(sigma, q), expected, rtol=3e-3)
        lost = sigma * (1 - sigma / (16 * np.pi * 10))
        nucleons = incoherent(LEAD, sigma, lost, np.array([transfer]))[:, 0]
        np.testing.assert_allclose(found.incoherent_at(sigma, q), nucleons, rtol=1e-2)


def test_sizes() -> None:
    """Root-mean-square radii of the charge in fm: Angeli and Marinova, ADNDT 99 (2013) 69."""
    for symbol, measured, error in (
        ("Pb", 5.501, 0.02),
        ("W", 5.367, 0.02),
        ("Al", 3.061, 0.02),
        ("C", 2.470, 0.10),
    ):
        nucleus = Nucleus.of(element(symbol))
        moments = [
            quad(lambda r, n=n, d=nucleus: float(r**n * d.density(r)), 0, nucleus.reach)[0]
            for n in (2, 4)
        ]
        found = np.sqrt(moments[1] / moments[0]) / FERMI
        assert found == pytest.approx(measured, rel=error, abs=0), symbol
        whole = 4 * np.pi * moments[0]
        assert whole == pytest.approx(element(symbol).atomic_mass, rel=1e-6, abs=0)


def test_unknown_models_are_refused() -> None:
    with pytest.raises(RangeError, match="nuclear_model: 'glaube' is not one of"):
        shadowing(element("Pb"), "glaube")
