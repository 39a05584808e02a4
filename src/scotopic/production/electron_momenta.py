r"""Momenta of atomic electrons along a beam: Slater's shells with Fock's profile.

Slater's rules give each shell of an atom an effective charge Z_eff and an effective principal
quantum number n*, and with them the momentum p = alpha Z_eff/n* in units of m_e. Summed over a
closed sub-shell of a hydrogen-like atom, electrons have the density in momentum

    n(k) = 8 p^5/(pi^2 (k^2 + p^2)^4)

whatever n is (Fock, Z. Phys. 98 (1935) 145). Of it follows that of one component, the Compton
profile

    J(kappa) = 8 p^5/(3 pi (kappa^2 + p^2)^3),  <kappa^2> = p^2/3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from scotopic.checked import count
from scotopic.display import displayed
from scotopic.materials import Element, Material
from scotopic.units import ALPHA

Array = npt.NDArray[np.float64]

FASTEST: Final = 1.0
"""Momenta along the beam up to m_e c count: what is faster is not in a formula without relativity.

It is 3e-4 of the electrons of lead."""

_HEAVIEST = 118

# Slater, Phys. Rev. 36 (1930) 57; he gives none for n = 7, which holds two electrons at most here.
_EFFECTIVE_NUMBERS = {1: 1.0, 2: 2.0, 3: 3.0, 4: 3.7, 5: 4.0, 6: 4.2, 7: 4.3}


class Shell(NamedTuple):
    """Electrons of an atom that Slater's rules treat alike."""

    electrons: int
    effective_charge: float
    """Nuclear charge that they feel."""
    effective_number: float
    """Their principal quantum number."""

    @property
    def momentum(self) -> float:
        """Root of the mean squared momentum over m_e."""
        return ALPHA * self.effective_charge / self.effective_number


@lru_cache(maxsize=128)
def shells(atomic_number: int) -> tuple[Shell, ...]:
    """Return the shells of a neutral atom by Slater's rules, innermost first.

    Parameters
    ----------
    atomic_number : int
        From 1 to 118. Sub-shells are filled in the order of n + l, then of n; the few atoms that
        move one or two outer electrons are not told apart.

    Raises
    ------
    RangeError
        If there is no such atom.

    Notes
    -----
    Slater, Phys. Rev. 36 (1930) 57: s and p electrons of one n are a shell, d and f electrons are
    others, in the order of n, then l. Each other electron of the shell screens 0.35 (0.30 if n is
    1). Of inner shells an s or p electron is screened by 0.85 for each electron of n - 1 and 1 for
    deeper ones, d and f electrons by 1 for each.

    Examples
    --------
    >>> [(s.electrons, round(s.effective_charge / s.effective_number, 2)) for s in shells(6)]
    [(2, 5.7), (4, 1.62)]
    """
    groups = _groups(count("atomic_number", atomic_number, 1, _HEAVIEST))
    found = []
    for (n, block), electrons in groups.items():
        screened = (0.30 if n == 1 else 0.35) * (electrons - 1)
        for (inner, inner_block), number in groups.items():
            if (inner, inner_block) < (n, block):
                screened += number * (0.85 if block == 0 and inner == n - 1 else 1.0)
        found.append(Shell(electrons, atomic_number - screened, _EFFECTIVE_NUMBERS[n]))
    return tuple(found)


def _groups(atomic_number: int) -> Mapping[tuple[int, int], int]:
    """Return the electrons of each shell, by n and block (0 for s and p, else l), in order."""
    left, found = atomic_number, dict[tuple[int, int], int]()
    orbitals = [(n, orbital) for n in _EFFECTIVE_NUMBERS for orbital in range(min(n, 4))]
    for n, orbital in sorted(orbitals, key=lambda one: (sum(one), one[0])):
        here = min(left, 2 * (2 * orbital + 1))
        left -= here
        if here:
            group = n, orbital if orbital > 1 else 0
            found[group] = found.get(group, 0) + here
    return dict(sorted(found.items()))


@displayed
@dataclass(frozen=True, eq=False)
class ElectronMomenta:
    """The distribution of kappa, the momentum of electrons along a beam over m_e.

    It is normalised between -1 and 1; see `FASTEST`.

    Attributes
    ----------
    shares : ndarray, shape (shells,)
        Of the electrons, before what is faster is left out.
    momenta : ndarray, shape (shells,)
        Of the shells, over m_e.
    """

    shares: Array
    momenta: Array

    @classmethod
    def of(cls, given: Material | Element) -> "ElectronMomenta":
        """Return that of an element, or of a material whose atoms are those of its elements."""
        atoms = {given: 1.0} if isinstance(given, Element) else given.atoms_per_cm2_per_X0
        rows = [
            (number * shell.electrons, shell.momentum)
            for element, number in atoms.items()
            for shell in shells(element.atomic_number)
        ]
        electrons, momenta = np.array(rows).T
        return cls(electrons / electrons.sum(), momenta)

    def density(self, kappa: npt.ArrayLike) -> Array:
        """Return the Compton profile J(kappa), zero beyond 1; of the shape of kappa.

        Examples
        --------
        >>> from scotopic.materials import element
        >>> hydrogen = ElectronMomenta.of(element("H"))
        >>> round(float(hydrogen.density(0.0)) * ALPHA, 4)  # 8/(3 pi)
        0.8488
        """
        k = np.asarray(kappa, dtype=np.float64)
        p = self.momenta
        shape = 8 * p**5 / (3 * np.pi * (k[..., None] ** 2 + p**2) ** 3)
        inside = np.abs(k) < FASTEST
        return np.where(inside, shape @ self.shares / self._slower, 0.0)

    def below(self, kappa: npt.ArrayLike) -> Array:
        """Return the share of electrons below kappa, of its shape."""
        k = np.clip(np.asarray(kappa, dtype=np.float64), -FASTEST, FASTEST)
        return 1 / 2 + self._up_to(k) / self._slower

    @property
    def typical(self) -> float:
        """The median of |kappa|."""
        kappa = np.geomspace(1e-4, FASTEST, 400)
        return float(np.interp(3 / 4, self.below(kappa), kappa))

    @cached_property
    def _slower(self) -> float:
        """Share of the electrons that count."""
        return 2 * float(self._up_to(np.array(FASTEST)))

    def _up_to(self, kappa: Array) -> Array:
        """Return the integral from zero of all electrons' profile."""
        t = kappa[..., None] / self.momenta
        square = 1 + t**2
        shape = np.arctan(t) + t / square + 2 * t / (3 * square**2)
        return np.asarray(shape @ self.shares / np.pi)
