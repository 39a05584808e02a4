"""Make src/scotopic/decays/data/hadronic_ratio.csv, the ratio R(s) of hadrons to muon pairs.

Run it by hand, in an environment of its own (`pip install hazma numpy scipy`); it takes about ten
minutes on one core. The package needs the table only, neither this script nor hazma.

Up to `END_OF_CHANNELS` R is the sum over exclusive channels of hazma's vector form factors
(Coogan, Morrison, Profumo, arXiv:1907.11846 and 2207.07634; the fits are those of Plehn, Reimitz
and Richardson, arXiv:1911.11147). From `START_OF_QCD` on it is perturbative QCD. Between them it
is a straight line in sqrt(s).
"""

import importlib.metadata
import platform
import sys
from collections.abc import Callable
from pathlib import Path

import hazma.form_factors.vector as hazma
import numpy as np
from hazma.phase_space import Rambo
from scipy.integrate import solve_ivp
from scipy.interpolate import PchipInterpolator

TABLE = Path(__file__).parents[1] / "src" / "scotopic" / "decays" / "data" / "hadronic_ratio.csv"
TWO_PIONS = 2 * 0.13957039
END_OF_CHANNELS = 1.7
START_OF_QCD = 2.0
OPEN_CHARM = 2 * 1.86484
END = 10.0

TOLERANCE = 1e-3
"""Largest error of linear interpolation in the table, relative to R + 0.02."""

CHARGES = hazma.VectorFormFactorCouplings(2 / 3, -1 / 3, -1 / 3)
OMEGA_TO_PION_PHOTON = 0.0835
SAMPLES = 1 << 16
SEED = 20_250_101

Channel = Callable[[float], float]


# --- exclusive channels ----------------------------------------------------------------------


def from_width(name: str, factor: float = 1.0, **options: object) -> Channel:
    """R of one of hazma's channels.

    A vector of mass q coupled with the quarks' charges has the width R q/(12 pi). Each energy is
    a call of its own: given an array, hazma 2.2.0 applies the correction eta_phi of the neutral
    kaons to the first energy instead of the first resonance, and misses 11 % of phi -> K0 K0.
    """
    form_factor = getattr(hazma, f"VectorFormFactor{name}")()

    def ratio(q: float) -> float:
        width = form_factor.width(1e3 * q, couplings=CHARGES, **options)
        return factor * 12 * np.pi * float(width) / (1e3 * q)

    return ratio


def four_pions(name: str) -> Channel:
    """R of a four-pion channel, with the same random numbers at every energy."""
    form_factor = getattr(hazma, f"VectorFormFactor{name}")()
    masses = [m * 1e-3 for m in form_factor.fsp_masses]

    def ratio(q: float) -> float:
        if q <= sum(masses):
            return 0.0
        momenta, weights = Rambo(q, masses).generate(SAMPLES, seed=SEED)
        squared = form_factor._msqrd(momenta, gvuu=CHARGES.gvuu, gvdd=CHARGES.gvdd)  # noqa: SLF001 - no public way to fix the seed
        return 6 * np.pi * float(np.nanmean(weights * squared))

    return ratio


FAST: dict[str, Channel] = {
    "pi+ pi-": from_width("PiPi"),
    "K+ K-": from_width("KK"),
    "K0 K0": from_width("K0K0"),
    "pi0 gamma": from_width("Pi0Gamma"),
    "eta gamma": from_width("EtaGamma"),
    # omega -> 3 pi is already in the four pions
    "omega pi0, omega -> pi0 gamma": from_width("Pi0Omega", OMEGA_TO_PION_PHOTON),
    "phi pi0": from_width("Pi0Phi"),
    "omega eta": from_width("EtaOmega"),
    "phi eta": from_width("EtaPhi"),
    "eta pi pi": from_width("PiPiEta"),
    "eta' pi pi": from_width("PiPiEtaPrime"),
    "omega pi+ pi-": from_width("PiPiOmega"),
    "omega pi0 pi0": from_width("Pi0Pi0Omega"),
}
"""Channels that are computed on the whole fine grid."""

SMOOTH: dict[str, Channel] = {
    "K0 K0 pi0": from_width("Pi0K0K0", method="quad", epsrel=1e-3),
    "K+ K- pi0": from_width("Pi0KpKm", method="quad", epsrel=1e-3),
    # Isospin: K* -> K pi+- is twice K* -> K pi0, and there are two charge states; hazma's
    # channel has neither factor.
    "K0 K+- pi-+": from_width("PiKK0", 4.0, method="quad", epsrel=1e-3),
    "pi+ pi- 2pi0": four_pions("PiPiPi0Pi0"),
    "2pi+ 2pi-": four_pions("PiPiPiPi"),
}
"""Channels without narrow structure: computed every 25 MeV."""


def three_pion_nodes() -> np.ndarray:
    """Energies at which pi+ pi- pi0 is computed: dense at the omega and the phi."""
    pieces = [(0.425, 0.74, 0.015), (0.74, 0.77, 2e-3), (0.77, 0.795, 5e-4), (0.795, 0.84, 2e-3)]
    pieces += [(0.84, 1.0, 8e-3), (1.0, 1.01, 1e-3), (1.01, 1.03, 2.5e-4), (1.03, 1.08, 1.5e-3)]
    pieces += [(1.08, 1.74, 0.02)]
    return np.concatenate([np.arange(a, b - 1e-9, step) for a, b, step in pieces])


def interpolated(channel: Channel, nodes: np.ndarray, energies: np.ndarray) -> np.ndarray:
    """Compute a channel at the nodes and carry it to all energies (monotone cubics in log R)."""
    values = np.array([channel(q) for q in nodes])
    open_ = values > 0
    curve = PchipInterpolator(nodes[open_], np.log(values[open_]), extrapolate=False)
    return np.nan_to_num(np.exp(curve(energies)), nan=0.0)


def exclusive(energies: np.ndarray) -> np.ndarray:
    """R as the sum of the channels."""
    total = np.zeros_like(energies)
    for name, channel in FAST.items():
        total += np.array([channel(q) for q in energies])
        say(name)
    nodes = three_pion_nodes()
    total += interpolated(from_width("PiPiPi0", method="quad", epsrel=1e-4), nodes, energies)
    say("pi+ pi- pi0")
    for name, channel in SMOOTH.items():
        nodes = np.arange(0.6, END_OF_CHANNELS + 0.05, 0.025)
        total += interpolated(channel, nodes, energies)
        say(name)
    return total


# --- perturbative QCD ------------------------------------------------------------------------

ALPHA_S_AT_Z, Z_MASS = 0.1180, 91.1876
CHARM_MASS, BOTTOM_MASS = 1.273, 4.183
"""MS-bar masses at their own scale, where the number of flavours changes."""
CHARM_POLE_MASS = 1.67


def beta(a: float, flavours: int) -> float:
    """Four-loop d a/d ln(mu^2) for a = alpha_s/pi."""
    n = flavours
    b0 = (11 - 2 * n / 3) / 4
    b1 = (102 - 38 * n / 3) / 16
    b2 = (2857 / 2 - 5033 * n / 18 + 325 * n**2 / 54) / 64
    b3 = (29242.964 - 6946.2896 * n + 405.08904 * n**2 + 1.4993141 * n**3) / 256
    return -(a**2) * (b0 + b1 * a + b2 * a**2 + b3 * a**3)


def run(a: float, start: float, stop: float, flavours: int) -> float:
    """Carry a = alpha_s/pi from one scale to another."""
    span = (2 * np.log(start), 2 * np.log(stop))
    solution = solve_ivp(lambda _, y: [beta(y[0], flavours)], span, [a], rtol=1e-10, atol=0)
    return float(solution.y[0, -1])


def strong_coupling(scale: float) -> float:
    """alpha_s/pi with three flavours below and four above the open-charm threshold."""
    five = run(ALPHA_S_AT_Z / np.pi, Z_MASS, BOTTOM_MASS, 5)
    four = five * (1 + 11 / 72 * five**2)
    if scale >= OPEN_CHARM:
        return run(four, BOTTOM_MASS, scale, 4)
    at_charm = run(four, BOTTOM_MASS, CHARM_MASS, 4)
    return run(at_charm * (1 + 11 / 72 * at_charm**2), CHARM_MASS, scale, 3)


def perturbative(scale: float) -> float:
    """R at O(alpha_s^3) for massless quarks; charm with its mass at O(alpha_s).

    Gorishny, Kataev, Larin, Phys. Lett. B259 (1991) 144; Surguladze and Samuel, Phys. Rev. Lett.
    66 (1991) 560; Schwinger's interpolation for the massive quark. Narrow charmonium is left out,
    and the resonances above the open-charm threshold are there in the mean only.
    """
    a = strong_coupling(scale)
    flavours = 4 if scale >= OPEN_CHARM else 3
    beyond = (1.98571 - 0.115295 * flavours) * a**2
    beyond += (-6.63694 - 1.20013 * flavours - 0.00518 * flavours**2) * a**3
    ratio = 2 * (1 + a + beyond)
    if flavours == 3:
        return ratio
    v = np.sqrt(1 - (2 * CHARM_POLE_MASS / scale) ** 2)
    exchange = np.pi / (2 * v) - (3 + v) / 4 * (np.pi / 2 - 3 / (4 * np.pi))
    charm = 4 / 3 * v * (3 - v**2) / 2 * (1 + 4 / 3 * np.pi * a * exchange + beyond)
    singlet = -1.23954 * (2 / 3) ** 2 * a**3
    return ratio + charm + singlet


# --- the table -------------------------------------------------------------------------------


def thinned(energies: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """Take as few nodes as keep linear interpolation in tolerance, greedily."""
    kept = [0]
    while kept[-1] < len(energies) - 1:
        first = kept[-1]
        last = first + 1
        while last + 1 < len(energies):
            part = slice(first, last + 2)
            ends = [first, last + 1]
            line = np.interp(energies[part], energies[ends], ratio[ends])
            if np.any(np.abs(line - ratio[part]) > TOLERANCE * (ratio[part] + 0.02)):
                break
            last += 1
        kept.append(last)
    return np.array(kept)


def fine_grid() -> np.ndarray:
    """Energies below the joint: 1 MeV apart, 0.1 MeV at the omega, 0.05 MeV at the phi."""
    grid = [TWO_PIONS + np.linspace(0, 0.01, 41)[:-1], np.arange(0.29, 1.7, 1e-3)]
    grid += [np.arange(0.76, 0.805, 1e-4), np.arange(0.98, 1.06, 2e-4)]
    grid += [np.arange(1.01, 1.03, 5e-5), [END_OF_CHANNELS]]
    return np.unique(np.round(np.concatenate(grid), 8))


def say(text: str) -> None:
    """Report progress."""
    sys.stderr.write(text + "\n")


def main() -> None:
    """Compute the ratio and write the table."""
    low = fine_grid()
    below = exclusive(low)
    high = np.union1d(np.arange(START_OF_QCD, END + 1e-9, 0.005), [OPEN_CHARM - 1e-6, OPEN_CHARM])
    above = np.array([perturbative(q) for q in high])
    energies, ratio = np.concatenate([low, high]), np.concatenate([below, above])
    kept = thinned(energies, ratio)
    versions = ", ".join(
        f"{p} {importlib.metadata.version(p)}" for p in ("hazma", "numpy", "scipy")
    )
    header = [
        "R(s) = sigma(e+ e- -> hadrons)/(4 pi alpha^2/(3 s)), made by make_hadronic_ratio.py",
        f"with {versions} on Python {platform.python_version()}.",
        f"{TWO_PIONS:.5f} to {END_OF_CHANNELS} GeV: exclusive channels by form factors of hazma",
        "(arXiv:1907.11846, 2207.07634; fits of arXiv:1911.11147). Not included: 2K 2pi, 6 pi.",
        f"{END_OF_CHANNELS} to {START_OF_QCD} GeV: a straight line.",
        f"{START_OF_QCD} to {END} GeV: QCD at O(alpha_s^3) with alpha_s(m_Z) = {ALPHA_S_AT_Z};",
        "J/psi, psi(2S) and Upsilon are left out, charm resonances above 3.73 GeV are averaged.",
        f"To be interpolated linearly in sqrt(s): error below {TOLERANCE} (R + 0.02).",
        "sqrt_s_GeV,R",
    ]
    lines = [f"# {line}" for line in header]
    lines += [f"{q:.8g},{r:.6g}" for q, r in zip(energies[kept], ratio[kept], strict=True)]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    say(f"{len(kept)} nodes of {len(energies)}")


if __name__ == "__main__":
    main()
