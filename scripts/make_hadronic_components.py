"""Make src/scotopic/decays/data/hadronic_components.csv: R(s) as a quadratic form in the charges.

Run it by hand in the environment of `make_hadronic_ratio.py`, whose channels it evaluates with six
choices of the charges of u, d and s (twenty minutes on one core); that script's table must be
there. Channels that couple to one isospin alone are evaluated once: even numbers of pions with
(q_u - q_d)^2, omega and two pions with (q_u + q_d)^2.
"""

import sys
from pathlib import Path

import hazma.form_factors.vector as hazma
import make_hadronic_ratio as ratio
import numpy as np
from scipy.interpolate import PchipInterpolator

TABLE = Path(ratio.TABLE).with_name("hadronic_components.csv")
NAMES = ("uu", "dd", "ss", "ud", "us", "ds")
Parts = dict[str, np.ndarray]

ISOVECTOR = ("eta pi pi", "eta' pi pi", "pi+ pi- 2pi0", "2pi+ 2pi-")
ISOSCALAR = ("omega pi+ pi-", "omega pi0 pi0")
KAONS_AND_PION = ("K0 K0 pi0", "K+ K- pi0", "K0 K+- pi-+")
ALL_CHARGES = {
    "uu": (1, 0, 0),
    "dd": (0, 1, 0),
    "ss": (0, 0, 1),
    "ud": (1, 1, 0),
    "us": (1, 0, 1),
    "ds": (0, 1, 1),
}
RHO_OMEGA = (0.6, 0.95)
"""Where rho and omega interfere, in GeV."""


def values(channel: ratio.Channel, charges: tuple[int, int, int], at: np.ndarray) -> np.ndarray:
    """R of a channel at some energies; `make_hadronic_ratio` reads the charges when called."""
    ratio.CHARGES = hazma.VectorFormFactorCouplings(*map(float, charges))
    return np.array([channel(q) for q in at])


def form(v: Parts) -> Parts:
    """Turn the values at `ALL_CHARGES` into the coefficients of the quadratic form."""
    mixed = {pair: v[pair] - v[2 * pair[0]] - v[2 * pair[1]] for pair in ("ud", "us", "ds")}
    return {name: mixed.get(name, v[name]) for name in NAMES}


def logarithmic(nodes: np.ndarray, at_nodes: np.ndarray, energies: np.ndarray) -> np.ndarray:
    """Carry a positive function from nodes to energies."""
    open_ = at_nodes > 0
    curve = PchipInterpolator(nodes[open_], np.log(at_nodes[open_]), extrapolate=False)
    return np.nan_to_num(np.exp(curve(energies)), nan=0.0)


def three_pions(energies: np.ndarray) -> Parts:
    """Three pions by (q_u + q_d)/2 = n and q_s; the isovector part is 6e-5 of it."""
    nodes = ratio.three_pion_nodes()
    channel = ratio.from_width("PiPiPi0", method="quad", epsrel=1e-4)
    nn, ss, both = (
        logarithmic(nodes, values(channel, charges, nodes), energies)
        for charges in ((1, 1, 0), (0, 0, 1), (1, 1, 1))
    )
    ns = both - nn - ss
    return {"uu": nn / 4, "dd": nn / 4, "ud": nn / 2, "ss": ss, "us": ns / 2, "ds": ns / 2}


def kaons_and_pion(name: str, energies: np.ndarray) -> Parts:
    """Return a channel without narrow structure, computed every 50 MeV from 1.15 GeV."""
    nodes = np.arange(1.15, 1.76, 0.05)
    clipped = np.clip(energies, nodes[0], nodes[-1])
    channel = ratio.SMOOTH[name]
    found = {
        key: np.where(
            energies > nodes[0],
            PchipInterpolator(nodes, values(channel, charges, nodes))(clipped),
            0.0,
        )
        for key, charges in ALL_CHARGES.items()
    }
    return form(found)


def channels(energies: np.ndarray) -> Parts:
    """Sum over the channels."""
    total = {name: np.zeros_like(energies) for name in NAMES}

    def add(parts: Parts) -> None:
        for name, part in parts.items():
            total[name] += np.nan_to_num(part)

    for name, channel in ratio.FAST.items():
        if name not in (*ISOVECTOR, *ISOSCALAR):
            add(form({k: values(channel, c, energies) for k, c in ALL_CHARGES.items()}))
    for names, sign in ((ISOVECTOR, -1), (ISOSCALAR, 1)):
        for name in names:
            if name in ratio.FAST:
                one = values(ratio.FAST[name], (1, 0, 0), energies)
            else:
                nodes = np.arange(0.6, ratio.END_OF_CHANNELS + 0.05, 0.025)
                one = logarithmic(nodes, values(ratio.SMOOTH[name], (1, 0, 0), nodes), energies)
            add({"uu": one, "dd": one, "ud": 2 * sign * one})
    add(three_pions(energies))
    for name in KAONS_AND_PION:
        add(kaons_and_pion(name, energies))
    return total


def electromagnetic(parts: Parts) -> np.ndarray:
    """R of the photon's current."""
    return (4 * parts["uu"] + parts["dd"] + parts["ss"]) / 9 + (
        -2 * parts["ud"] - 2 * parts["us"] + parts["ds"]
    ) / 9


def fitted(parts: Parts, energies: np.ndarray, expected: np.ndarray) -> tuple[Parts, float]:
    """Make the parts give the table of R, by their interference or by scaling all of them."""
    missing = expected - electromagnetic(parts)
    between = (energies > RHO_OMEGA[0]) & (energies < RHO_OMEGA[1])
    shift = np.where(between, 3 * missing, 0.0)  # q_u^2 - q_d^2 = 1/3
    scale = np.where(between, 1.0, 1 + missing / electromagnetic(parts))
    moved = parts | {"uu": parts["uu"] + shift, "dd": parts["dd"] - shift}
    return {name: part * scale for name, part in moved.items()}, float(np.abs(scale - 1).max())


def quarks(energies: np.ndarray, expected: np.ndarray) -> Parts:
    """Perturbative QCD; charm and the singlet term, 3e-4, go to the charge of u."""
    light = []
    for q in energies:
        a = ratio.strong_coupling(q)
        flavours = 4 if q >= ratio.OPEN_CHARM else 3
        beyond = (1.98571 - 0.115295 * flavours) * a**2
        beyond += (-6.63694 - 1.20013 * flavours - 0.00518 * flavours**2) * a**3
        light.append(3 * (1 + a + beyond))
    one, none = np.array(light), np.zeros_like(energies)
    up = one + (expected - 2 / 3 * one) * 9 / 4
    return {"uu": up, "dd": one, "ss": one, "ud": none, "us": none, "ds": none}


def main() -> None:
    """Compute the parts and write the table."""
    lines = ratio.TABLE.read_text(encoding="utf-8").splitlines()
    rows = [line.split(",") for line in lines if line[0] not in "#s"]
    nodes, total = np.array(rows, dtype=float).T
    low = nodes <= ratio.END_OF_CHANNELS
    below, scaled = fitted(channels(nodes[low]), nodes[low], total[low])
    above = quarks(nodes[~low], total[~low])
    parts = [np.concatenate([below[name], above[name]]) for name in NAMES]
    header = [
        "R(s) of a vector with charges q_u, q_d, q_s, in the normalisation of hadronic_ratio.csv:",
        "R = q_u^2 uu + q_d^2 dd + q_s^2 ss + q_u q_d ud + q_u q_s us + q_d q_s ds, made by",
        "make_hadronic_components.py with hazma. For q = 2/3, -1/3, -1/3 it is hadronic_ratio.csv:",
        "from 0.6 to 0.95 GeV the difference, 2.5 % at most, is given to (q_u^2 - q_d^2), which is",
        "the interference of rho and omega in three pions; elsewhere all columns are scaled, by",
        f"{100 * scaled:.1f} % at most. Charm couples like u. Interpolate linearly in sqrt(s).",
        "sqrt_s_GeV," + ",".join(NAMES),
    ]
    text = [f"# {line}" for line in header]
    text += [
        f"{q:.8g}," + ",".join(f"{value:.6g}" for value in row)
        for q, row in zip(nodes, zip(*parts, strict=True), strict=True)
    ]
    TABLE.write_text("\n".join(text) + "\n", encoding="utf-8")
    sys.stderr.write(f"scaled by {100 * scaled:.2f} % at most\n")


if __name__ == "__main__":
    main()
