"""The ratio of hadrons to muon pairs against measurements that did not enter it here."""

import numpy as np
import numpy.typing as npt
import pytest

from scotopic.decays.hadrons import (
    HIGHEST_ENERGY,
    TWO_PION_THRESHOLD,
    hadronic_ratio,
    hadronic_ratio_table,
)
from scotopic.errors import RangeError
from scotopic.units import ALPHA, MUON_MASS

Array = npt.NDArray[np.float64]


def kernel(s: Array) -> Array:
    """K(s) = Int_0^1 dx x^2 (1-x)/(x^2 + (1-x) s/m_mu^2), by Gauss-Legendre."""
    x, weight = np.polynomial.legendre.leggauss(200)
    x, weight = (x + 1) / 2, weight / 2
    integrand = x**2 * (1 - x) / (x**2 + (1 - x) * s[:, None] / MUON_MASS**2)
    return np.asarray(integrand @ weight)


def muon_anomaly(low: float, high: float) -> float:
    """Hadronic vacuum polarisation at lowest order between two energies."""
    nodes, _ = hadronic_ratio_table()
    energy = np.union1d(nodes, np.linspace(TWO_PION_THRESHOLD, 2.0, 4001))
    energy = energy[(energy >= low) & (energy <= high)]
    integrand = hadronic_ratio(energy) * kernel(energy**2) * 2 / energy
    return float(ALPHA**2 / (3 * np.pi**2) * np.trapezoid(integrand, energy))


def test_muon_anomaly_below_1_8_gev() -> None:
    """635e-10 (Davier, Hoecker, Malaescu, Zhang, Eur. Phys. J. C80 (2020) 241).

    2 % is the size of the disagreement between KLOE's and BaBar's two-pion data, and the value
    includes final-state radiation (0.7 %), the table does not.
    """
    assert muon_anomaly(TWO_PION_THRESHOLD, 1.8) * 1e10 == pytest.approx(635, abs=0, rel=0.02)


def test_phi() -> None:
    """9 B(ee)/alpha^2 in all hadronic channels, and the same times pi Gamma/2 under the peak.

    PDG 2024: m = 1019.46, Gamma = 4.249 MeV, B(ee) = 2.979e-4, B(hadrons + photon) = 0.9985.
    Tolerance: 4 % for the fit in the table, 2 % for interference with the continuum.
    """
    mass, width, height = 1.01946, 0.004249, 9 * 2.979e-4 / ALPHA**2
    energy = mass + np.linspace(-10, 10, 4001) * width
    ratio = hadronic_ratio(energy)
    assert energy[np.argmax(ratio)] == pytest.approx(mass, abs=0.0003)
    continuum = (ratio[0] + ratio[-1]) / 2
    assert ratio.max() - continuum == pytest.approx(height, abs=0, rel=0.06)
    # 2 arctan(20) of pi is within the window, less 1/(1 + 20^2) of the peak as sidebands
    inside = width / 2 * (2 * np.arctan(20.0) - 2 * 20 / 401)
    area = np.trapezoid(ratio - continuum, energy)
    assert area == pytest.approx(height * inside, abs=0, rel=0.08)


def omega_height() -> float:
    """9 B(ee) B(3 pi + pi0 gamma + eta gamma)/alpha^2, PDG 2024."""
    return 9 * 7.38e-5 * (0.892 + 0.0835 + 0.0005) / ALPHA**2


def test_omega() -> None:
    """The height above the mean of two sidebands 30 MeV away.

    Tolerance: 5 % for the fit in the table, 5 % for the change of the rho under it, which
    interferes in two pions.
    """
    centre, low, high = hadronic_ratio([0.78266, 0.78266 - 0.03, 0.78266 + 0.03])
    left = 1 / (1 + (2 * 0.03 / 0.00868) ** 2)
    assert centre - (low + high) / 2 == pytest.approx(omega_height() * (1 - left), abs=0, rel=0.10)


def test_rho() -> None:
    """The anomaly from 0.35 to 0.95 GeV^2: two pions by KLOE, the omega by its narrow peak.

    KLOE, Phys. Lett. B670 (2009) 285: (387.2 +- 3.3)e-10 from two pions. Tolerance: 2.5 %, the
    difference between KLOE and BaBar.
    """
    mass, width = 0.78266, 0.00868
    slope = ALPHA**2 / (3 * np.pi**2) * float(kernel(np.array([mass**2]))[0]) * 2 / mass
    expected = 387.2e-10 + slope * omega_height() * np.pi * width / 2
    assert muon_anomaly(np.sqrt(0.35), np.sqrt(0.95)) == pytest.approx(expected, abs=0, rel=0.025)


@pytest.mark.parametrize(
    ("energy", "measured", "error"),
    [
        # BES, Phys. Lett. B677 (2009) 239
        (2.60, 2.18, 0.08),
        (3.07, 2.13, 0.07),
        (3.65, 2.14, 0.07),
        # CLEO, Phys. Rev. D57 (1998) 1350, at 10.52 GeV, where R is 0.01 smaller than here
        (10.0, 3.56, 0.07),
    ],
)
def test_continuum(energy: float, measured: float, error: float) -> None:
    assert float(hadronic_ratio(energy)) == pytest.approx(measured, abs=error)


def test_table_reaches_from_threshold_to_the_end() -> None:
    nodes, values = hadronic_ratio_table()
    assert nodes[0] == pytest.approx(TWO_PION_THRESHOLD, abs=1e-5)
    assert nodes[-1] == HIGHEST_ENERGY
    assert np.all(np.diff(nodes) > 0)
    assert np.all(values >= 0)
    assert np.all(hadronic_ratio([0.0, 0.1, 0.279]) == 0)


def test_interpolation_error() -> None:
    """Linear interpolation from every second node errs about four times as much as the table.

    The table was thinned so that it errs by 1e-3 (R + 0.02); half as much again is for the
    uneven spacing.
    """
    nodes, values = hadronic_ratio_table()
    below_joint = nodes < 1.7
    nodes, values = nodes[below_joint], values[below_joint]
    coarse = np.interp(nodes, nodes[::2], values[::2])
    error = np.abs(coarse - values)[:-1] / (values[:-1] + 0.02)
    assert error.max() < 6e-3


@pytest.mark.parametrize("energy", [-0.1, 10.001, np.nan, np.inf])
def test_outside_of_the_table(energy: float) -> None:
    with pytest.raises(RangeError, match=r"sqrt_s: .* is not between 0 and 10 GeV"):
        hadronic_ratio([1.0, energy])
