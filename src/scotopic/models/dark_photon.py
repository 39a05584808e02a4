"""The dark photon with dark matter of spin 0 or 1/2."""

from dataclasses import dataclass
from typing import Self

from scotopic.models.dark_matter import VectorCoupledDarkMatter
from scotopic.models.kinetic_mixing import KineticallyMixed, mixing_from_y
from scotopic.words import DarkMatter


@dataclass(frozen=True, kw_only=True)
class DarkPhoton(VectorCoupledDarkMatter, KineticallyMixed):
    r"""A massive vector that mixes kinetically with the photon and couples to dark matter.

    Attributes
    ----------
    mediator_mass : float
        Mass m_A' in GeV.
    kinetic_mixing : float
        epsilon: the coupling to the electromagnetic current is epsilon e. Mixing with the Z is
        neglected (m_A' << m_Z).
    alpha_D : float
        Dark coupling e_D^2/(4 pi) at the scale m_A'; zero for a dark photon that decays visibly.
    mass_ratio : float
        m_A'/m_chi, for pseudo-Dirac dark matter with m_chi1, the lighter state. At or below 2
        (pseudo-Dirac: 2 + splitting) the dark decay is closed: see `decays_to_dark_matter`.
    dark_matter : {"complex_scalar", "dirac", "majorana", "pseudo_dirac"}
        What the dark photon couples to.
    splitting : float
        (m_chi2 - m_chi1)/m_chi1, for pseudo-Dirac dark matter only.

    Raises
    ------
    RangeError
        If a value is not finite, negative or does not fit the kind of dark matter.

    Notes
    -----
    Lagrangian and widths: Gninenko, Krasnikov and Matveev, Phys. Usp. 64 (2021) 1286, eqs. 3, 8,
    11, 12 and footnote 10; Majorana and pseudo-Dirac: section 2.1 there and `decays.widths`.
    A' -> 3 gamma and A' -> neutrinos are neglected: below 2 m_e there is no visible channel.

    Examples
    --------
    >>> model = DarkPhoton(mediator_mass=0.1, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3,
    ...                    dark_matter="complex_scalar")
    >>> f"{model.y:.3g} {model.invisible_width:.3g} GeV {model.branching_ratio('e+e-'):.2g}"
    '1.23e-11 0.000345 GeV 7e-09'

    The dark photon of the Be-8 anomaly, with nothing but electrons to decay into, at 50 GeV:

    >>> x17 = DarkPhoton(mediator_mass=0.0167, kinetic_mixing=6e-4, alpha_D=0, mass_ratio=3,
    ...                  dark_matter="dirac")
    >>> float(x17.decay_length_cm(50.0).round(2))
    4.04
    """

    @property
    def s_wave_width(self) -> float:
        """Width into two slow chi1 over their velocity, in GeV: Dirac fermions have one alone."""
        return self.dark_strength * self.dark_matter_mass if self.dark_matter == "dirac" else 0.0

    @classmethod
    def from_y(
        cls,
        y: float,
        *,
        mediator_mass: float,
        alpha_D: float,
        mass_ratio: float,
        dark_matter: DarkMatter,
        splitting: float = 0.0,
    ) -> Self:
        """Make the model with a given y = epsilon^2 alpha_D (m_chi/m_A')^4.

        Parameters
        ----------
        y : float
            The combination to which freeze-out is sensitive.
        mediator_mass, alpha_D, mass_ratio, dark_matter, splitting
            As in the class; alpha_D must not be zero here.

        Raises
        ------
        RangeError
            If y or alpha_D is not positive, or the class refuses a value.

        Examples
        --------
        >>> model = DarkPhoton.from_y(1e-11, alpha_D=0.5, mass_ratio=3, mediator_mass=0.1,
        ...                           dark_matter="dirac")
        >>> round(model.y * 1e11, 12), round(model.kinetic_mixing * 1e5, 2)
        (1.0, 4.02)
        """
        return cls(
            mediator_mass=mediator_mass,
            kinetic_mixing=mixing_from_y(y, alpha_D, mass_ratio),
            alpha_D=alpha_D,
            mass_ratio=mass_ratio,
            dark_matter=dark_matter,
            splitting=splitting,
        )
