"""What dark particles a mediator is connected with, and how it decays into them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DarkState:
    """A dark particle, its antiparticle counted with it.

    Attributes
    ----------
    mass : float
        In GeV.
    degrees_of_freedom : int
        Of both.
    self_conjugate : bool
        Whether they are the same, as for Majorana fermions.
    """

    mass: float
    degrees_of_freedom: int
    self_conjugate: bool = False


@dataclass(frozen=True)
class DarkChannel:
    """A decay of the mediator into two dark particles, of which chi2 decays further.

    Attributes
    ----------
    name : str
        Key of `dark_widths_at`.
    masses : tuple of float
        Masses of the two particles in GeV, those of the chi2 first.
    partners : int
        How many of the two are chi2: 0, 1 or 2.
    branching_ratio : float
        Fraction of all decays of the mediator.
    """

    name: str
    masses: tuple[float, float]
    partners: int
    branching_ratio: float
