r"""Vectors given by their charges: L_mu - L_tau, B - L, B - 3 L_e, and any other.

    g Z'_mu sum_f q_f fbar gamma^mu f  +  g_D Z'_mu J_D^mu

Neutrinos are left-handed. A charged lepton or quark with charge zero couples through the mixing
of Z' with the photon that the charged leptons make at one loop,

    epsilon(q^2) = (e g/(2 pi^2)) sum_l q_l Int_0^1 dx x (1-x) ln(m_l^2 - x (1-x) q^2),

finite if the charges of e, mu and tau add to zero; (e g/(12 pi^2)) ln(m_tau^2/m_mu^2) = g/69 for
L_mu - L_tau at q^2 = 0 (He, Joshi, Lew and Volkas, Phys. Rev. D43 (1991) 22; Escudero et al.,
JHEP 03 (2019) 071, eq. 2.4). Where there is a charge the mixing, a correction of 1 %, is left out.
"""

import math
from dataclasses import dataclass, field, fields
from typing import Annotated, ClassVar, Final

import numpy as np
import numpy.typing as npt

from scotopic.checked import make_floats, within
from scotopic.decays.hadrons import hadronic_ratio_of_charges
from scotopic.decays.widths import fermion_width, hadron_width, virtual_mass
from scotopic.errors import RangeError
from scotopic.models.dark_matter import VectorCoupledDarkMatter
from scotopic.models.mediator import Array
from scotopic.models.metadata import Parameter
from scotopic.units import ALPHA, ELECTRON_MASS, ELEMENTARY_CHARGE, MUON_MASS, TAU_MASS
from scotopic.words import VECTOR_MESONS, DarkMatter, SpinParity

_LEPTONS: Final = {"e": ELECTRON_MASS, "mu": MUON_MASS, "tau": TAU_MASS}
_CHARGES: Final = (1e-30, 1e30)
_SMALL: Final = 1e-2  # q^2/m^2 below which the closed form of the loop loses digits


def _charge(of: str) -> Parameter:
    return Parameter(label=f"q_{{{of}}}", long_name="charge", role="charge")


@dataclass(frozen=True, kw_only=True)
class ChargedVector(VectorCoupledDarkMatter):
    """A vector that couples to fermions with charges of one's own.

    Attributes
    ----------
    mediator_mass : float
        Mass in GeV.
    gauge_coupling : float
        g.
    alpha_D : float
        Coupling to dark matter g_D^2/(4 pi), independent of g; or zero, and g_D = g q_chi.
    mass_ratio : float
        Mass over that of the (lighter) dark matter particle.
    dark_matter, splitting
        As in `VectorCoupledDarkMatter`.
    q_e, q_mu, q_tau, q_nu_e, q_nu_mu, q_nu_tau, q_u, q_d, q_s : float
        Charges of the fermions. Charm has that of u.
    q_chi : float
        Charge of the dark matter, if `alpha_D` is zero.

    Raises
    ------
    RangeError
        If a value is out of range, a coupling is not perturbative (g^2 > 4 pi), all charges are
        zero, or both `alpha_D` and `q_chi` are given.

    Examples
    --------
    The charges of the photon make a dark photon of it:

    >>> photon = {"q_e": -1, "q_mu": -1, "q_tau": -1, "q_u": 2/3, "q_d": -1/3, "q_s": -1/3}
    >>> model = ChargedVector(mediator_mass=0.8, gauge_coupling=3.0282e-4, **photon)
    >>> round(model.lepton_coupling("muon"), 6)
    0.001
    """

    coupling_field: ClassVar[str] = "gauge_coupling"
    coupling_unit: ClassVar[float] = ELEMENTARY_CHARGE
    symbol: ClassVar[str] = "Z'"

    mediator_mass: float
    gauge_coupling: Annotated[float, Parameter(label="g", long_name="gauge coupling")]
    alpha_D: float = 0.0
    mass_ratio: float = 3.0
    dark_matter: DarkMatter = "complex_scalar"
    q_e: Annotated[float, _charge("e")] = 0.0
    q_mu: Annotated[float, _charge(r"\mu")] = 0.0
    q_tau: Annotated[float, _charge(r"\tau")] = 0.0
    q_nu_e: Annotated[float, _charge(r"\nu_e")] = 0.0
    q_nu_mu: Annotated[float, _charge(r"\nu_\mu")] = 0.0
    q_nu_tau: Annotated[float, _charge(r"\nu_\tau")] = 0.0
    q_u: Annotated[float, _charge("u")] = 0.0
    q_d: Annotated[float, _charge("d")] = 0.0
    q_s: Annotated[float, _charge("s")] = 0.0
    q_chi: Annotated[float, _charge("<chi>")] = 0.0

    def __post_init__(self) -> None:
        """Refuse what the formulas do not describe."""
        names = [f.name for f in fields(self) if f.name.startswith("q_")]
        make_floats(self, *names)
        charges = {name: getattr(self, name) for name in names}
        for name, charge in charges.items():
            if not (charge == 0 or _CHARGES[0] <= abs(charge) <= _CHARGES[1]):
                raise RangeError(
                    f"{name}: {charge} is neither zero nor of a size between"
                    f" {_CHARGES[0]:g} and {_CHARGES[1]:g}"
                )
        super().__post_init__()
        if not any(charge for name, charge in charges.items() if name != "q_chi"):
            raise RangeError("q_e, q_mu, ...: all charges are zero; give at least one")
        if self.q_chi != 0 and self.alpha_D > 0:
            raise RangeError(f"q_chi: {self.q_chi:g} does not go together with alpha_D above 0")

    @property
    def spin_parity(self) -> SpinParity:
        """Kind of coupling to leptons, by which production chooses the matrix element."""
        return "vector"

    @property
    def coupling_strength(self) -> float:
        """Strength (g q)^2/(4 pi) of the largest charge q."""
        charges = (getattr(self, f.name) for f in fields(self) if f.name.startswith("q_"))
        strongest = float(self.gauge_coupling * max(abs(q) for q in charges))
        return strongest * strongest / (4 * math.pi)  # infinite, where a power is an error

    @property
    def dark_strength(self) -> float:
        """Strength g_D^2/(4 pi) of the coupling to dark matter."""
        return self.alpha_D + (self.gauge_coupling * self.q_chi) ** 2 / (4 * math.pi)

    @property
    def scaling_invisible_width(self) -> float:
        """The part of `invisible_width` that goes as the square of the gauge coupling, in GeV."""
        return self.invisible_width if self.alpha_D == 0 else super().scaling_invisible_width

    @property
    def invisible_threshold(self) -> float:
        """Smallest virtual mass in GeV with an invisible decay: none with neutrinos."""
        neutral = self.q_nu_e, self.q_nu_mu, self.q_nu_tau
        return 0.0 if any(neutral) else self.dark_threshold

    def loop_mixing(self, mass: npt.ArrayLike) -> npt.NDArray[np.complex128]:
        """Kinetic mixing with the photon that the charged leptons make at one loop.

        Parameters
        ----------
        mass : array_like
            Virtual masses sqrt(q^2) in GeV, any shape.

        Returns
        -------
        ndarray of complex
            epsilon; imaginary parts where pairs of leptons can be real.

        Raises
        ------
        RangeError
            If the loop diverges: the leptons' charges do not add to zero, or quarks have some.

        Examples
        --------
        >>> model = LMuMinusLTau(mediator_mass=0.1, gauge_coupling=1.0)
        >>> round(1 / abs(complex(model.loop_mixing(0.0))), 1)
        69.3
        """
        charges = dict(zip(_LEPTONS, (self.q_e, self.q_mu, self.q_tau), strict=True))
        if self._loop_diverges:
            raise RangeError(
                "q_e: the loop that mixes Z' with the photon is infinite unless"
                " q_e + q_mu + q_tau = 0 and q_u = q_d = q_s = 0"
            )
        m = within("mass", mass, 0.0, 1e15, "GeV")
        total = sum(q * _loop(m, _LEPTONS[name]) for name, q in charges.items())
        return np.asarray(ELEMENTARY_CHARGE * self.gauge_coupling / (12 * math.pi**2) * total)

    def lepton_coupling(self, lepton: str) -> float:
        """Coupling in units of e: g q/e, or |epsilon(m^2)| where the charge is zero.

        It is zero where the charge is zero and the loop diverges: the mixing is then a free
        parameter, taken to be none.

        Parameters
        ----------
        lepton : {"electron", "muon"}
            Which.
        """
        charge = {"electron": self.q_e, "muon": self.q_mu}[lepton]
        if charge:
            return abs(self.gauge_coupling * charge) / ELEMENTARY_CHARGE
        return 0.0 if self._loop_diverges else float(np.abs(self.loop_mixing(self.mediator_mass)))

    @property
    def meson_couplings(self) -> dict[str, float]:
        """Coupling to each vector meson, relative to that of the photon.

        Mesons are pure uu - dd (rho), uu + dd (omega), ss (phi) and cc (J/psi), so that rho couples
        as q_u - q_d, omega as q_u + q_d, phi as q_s and J/psi as q_c = q_u (Ilten, Soreq, Williams
        and Xue, JHEP 06 (2018) 004, section 2.2); without charges of quarks as the loop mixes.

        Examples
        --------
        >>> found = BMinusL(mediator_mass=0.1, gauge_coupling=0.302822).meson_couplings
        >>> {name: round(coupling, 3) for name, coupling in found.items()}
        {'rho': 0.0, 'omega': 2.0, 'phi': -1.0, 'J/psi': 0.5}
        """
        if self.q_u or self.q_d or self.q_s:
            unit = self.gauge_coupling / ELEMENTARY_CHARGE
            return {
                "rho": unit * (self.q_u - self.q_d),
                "omega": unit * 3 * (self.q_u + self.q_d),
                "phi": unit * -3 * self.q_s,
                "J/psi": unit * 1.5 * self.q_u,
            }
        if self._loop_diverges:
            return {}
        mixing = float(np.abs(self.loop_mixing(self.mediator_mass)))
        return dict.fromkeys(VECTOR_MESONS, mixing)

    def visible_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of every visible channel in GeV at virtual masses in GeV.

        Parameters
        ----------
        mass : array_like
            Virtual masses in GeV, any shape, up to 10 GeV.

        Returns
        -------
        dict of str to ndarray
            The channels `e+e-`, `mu+mu-`, `tau+tau-` and `hadrons`.

        Raises
        ------
        RangeError
            Beyond the table of the hadronic ratio.
        """
        m = virtual_mass(mass)
        strength = self.gauge_coupling**2 / (4 * math.pi)
        loop = np.zeros(m.shape) if self._loop_diverges else np.abs(self.loop_mixing(m)) ** 2
        found: dict[str, Array] = {}
        for name, charge in zip(_LEPTONS, (self.q_e, self.q_mu, self.q_tau), strict=True):
            squared = strength * charge**2 if charge else ALPHA * loop
            unit = fermion_width("vector", m, 1.0, _LEPTONS[name])
            found[f"{name}+{name}-"] = np.asarray(squared * unit)
        if self.q_u or self.q_d or self.q_s:
            ratio = hadronic_ratio_of_charges(m, self.q_u, self.q_d, self.q_s)
            found["hadrons"] = np.asarray(ratio * strength * m / 3)
        else:
            found["hadrons"] = np.asarray(loop * hadron_width(m, ALPHA))
        return found

    @property
    def _loop_diverges(self) -> bool:
        leptons = self.q_e + self.q_mu + self.q_tau
        return bool(self.q_u or self.q_d or self.q_s or abs(leptons) > 1e-12)

    def neutrino_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of every kind of neutrino in GeV at virtual masses in GeV: g^2 q^2 m/(24 pi)."""
        m = virtual_mass(mass)
        charges = {"nu_e": self.q_nu_e, "nu_mu": self.q_nu_mu, "nu_tau": self.q_nu_tau}
        strength = self.gauge_coupling**2 / (24 * math.pi)
        return {name: np.asarray(strength * q**2 * m) for name, q in charges.items()}


def _loop(mass: Array, lepton_mass: float) -> npt.NDArray[np.complex128]:
    """6 Int_0^1 dx x (1-x) ln(m_l^2 - x (1-x) q^2), by its closed form or its series."""
    r = np.asarray((mass / lepton_mass) ** 2, dtype=complex)
    small = np.abs(r) < _SMALL
    safe = np.where(small, 1.0, r)
    root = np.sqrt(1 - 4 / safe)
    # q^2 + i0: the logarithm's argument is below the negative axis where pairs are real
    logarithm = np.log((root + 1) / (1 - root)) - 1j * math.pi
    closed = -5 / 3 - 4 / safe + (1 + 2 / safe) * root * logarithm
    series = -r / 5 - 3 * r**2 / 140 - r**3 / 315 - r**4 / 1848
    return np.asarray(2 * math.log(lepton_mass) + np.where(small, series, closed))


@dataclass(frozen=True, kw_only=True)
class LMuMinusLTau(ChargedVector):
    """The gauge boson of L_mu - L_tau; fields of `ChargedVector`, charges fixed.

    Review eq. 29, and eq. 43 with complex scalar dark matter.

    Examples
    --------
    >>> model = LMuMinusLTau(mediator_mass=0.1, gauge_coupling=5e-4)
    >>> f"{model.invisible_width:.3g} GeV, {model.branching_ratio('e+e-'):.1e}"
    '6.63e-10 GeV, 2.0e-05'
    """

    q_mu: float = field(default=1.0, init=False)
    q_tau: float = field(default=-1.0, init=False)
    q_nu_mu: float = field(default=1.0, init=False)
    q_nu_tau: float = field(default=-1.0, init=False)


@dataclass(frozen=True, kw_only=True)
class BMinusL(ChargedVector):
    """The gauge boson of B - L, with left-handed neutrinos only; charges fixed.

    Examples
    --------
    >>> model = BMinusL(mediator_mass=0.1, gauge_coupling=1e-4)
    >>> round(model.branching_ratio("e+e-"), 3)
    0.4
    """

    q_e: float = field(default=-1.0, init=False)
    q_mu: float = field(default=-1.0, init=False)
    q_tau: float = field(default=-1.0, init=False)
    q_nu_e: float = field(default=-1.0, init=False)
    q_nu_mu: float = field(default=-1.0, init=False)
    q_nu_tau: float = field(default=-1.0, init=False)
    q_u: float = field(default=1 / 3, init=False)
    q_d: float = field(default=1 / 3, init=False)
    q_s: float = field(default=1 / 3, init=False)


@dataclass(frozen=True, kw_only=True)
class BMinus3LE(ChargedVector):
    """The gauge boson of B - 3 L_e, with left-handed neutrinos only; charges fixed.

    Examples
    --------
    >>> model = BMinus3LE(mediator_mass=0.1, gauge_coupling=1e-4)
    >>> round(model.branching_ratio("nu_e"), 3)
    0.333
    """

    q_e: float = field(default=-3.0, init=False)
    q_nu_e: float = field(default=-3.0, init=False)
    q_u: float = field(default=1 / 3, init=False)
    q_d: float = field(default=1 / 3, init=False)
    q_s: float = field(default=1 / 3, init=False)
