"""What a kind of mediator brings to be radiated: a squared amplitude and a map of phase space.

A new kind is one more file with a `Radiation` in it, and a case in `radiation_of`.
"""

from abc import ABC, abstractmethod
from functools import cache
from typing import TYPE_CHECKING, ClassVar, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from scotopic.errors import RangeError, not_one_of
from scotopic.production.spectrum import SpectrumVariable
from scotopic.words import SpinParity

if TYPE_CHECKING:
    from scotopic.production.phase_space import Process

Array = npt.NDArray[np.float64]


class Resolution(NamedTuple):
    """Numbers of nodes in x and in the variable beside it, and the step in ln t."""

    fractions: int
    virtualities: int
    step: float


class Radiation(ABC):
    """How mediators of one kind are radiated."""

    resolutions: ClassVar[tuple[Resolution, Resolution]]
    """Standard nodes, which tables are made with, and finer ones to compare with."""

    error: ClassVar[float] = 2e-3
    """Relative error at which nodes and tables are good enough."""

    fuses: ClassVar[bool] = False
    """Whether photons of the lepton make it too, so that its variables are those of `fusion`."""

    def check(self, process: "Process") -> None:  # noqa: B027 - most have nothing to refuse
        """Refuse what this kind of mediator does not have.

        Raises
        ------
        RangeError
            If the method is not known for it.
        """

    def variable(
        self, mediator_mass: float, energy: npt.ArrayLike, lepton_mass: float, nuclear_mass: float
    ) -> SpectrumVariable:
        """Return the variable in which spectra are smooth; parameters as `SpectrumVariable.of`."""
        return SpectrumVariable.of(mediator_mass, energy, lepton_mass, nuclear_mass)

    @abstractmethod
    def spectrum(
        self,
        process: "Process",
        mediator_mass: float,
        energy: float,
        recoil: Array,
        resolution: Resolution,
    ) -> Array:
        """Return d sigma/dx in cm^2 for unit coupling, inside the limits of `variable`.

        Parameters
        ----------
        process : Process
            What is computed.
        mediator_mass, energy : float
            In GeV.
        recoil : ndarray, shape (n,)
            1 - x.
        resolution : Resolution
            Numbers of nodes.

        Returns
        -------
        ndarray, shape (n,)
        """

    @abstractmethod
    def cells(
        self,
        process: "Process",
        mediator_mass: float,
        energy: float,
        recoil: Array,
        y: Array,
        step: float,
    ) -> Array:
        """Return d^2 sigma/dx dy in cm^2 for unit coupling and "exact", to draw events from.

        Parameters
        ----------
        process, mediator_mass, energy, recoil
            As of `spectrum`.
        y : ndarray, shape (k,)
            In [0, 1]: the variable beside x.
        step : float
            Of the integral over t, in its logarithm.

        Returns
        -------
        ndarray, shape (n, k)
        """


@cache
def radiation_of(kind: str) -> Radiation:
    """Return how a kind of mediator is radiated.

    Raises
    ------
    RangeError
        If the kind is unknown.

    Examples
    --------
    >>> type(radiation_of("vector")).__name__
    'ConstantWeights'
    """
    # statements, not names of modules: keys of tables follow the code that they lead to
    match kind:
        case "scalar" | "pseudoscalar" | "vector" | "axial_vector":
            from scotopic.production.constant_weights import ConstantWeights  # noqa: PLC0415

            return ConstantWeights()
        case "tensor" | "leptonic_tensor":
            from scotopic.production.tensor import LeptonicTensor, UniversalTensor  # noqa: PLC0415

            return UniversalTensor() if kind == "tensor" else LeptonicTensor()
    raise RangeError(f"mediator: {not_one_of(kind, get_args(SpinParity))}")
