"""The words that choose: what needs only them, such as the command line's help, imports no more."""

from typing import Final, Literal, get_args

Lepton = Literal["electron", "muon"]
"""What radiates mediators, or has a magnetic moment."""

SpinParity = Literal["scalar", "pseudoscalar", "vector", "axial_vector"]
"""Kinds of coupling of a mediator to leptons."""

DarkMatter = Literal["complex_scalar", "dirac", "majorana", "pseudo_dirac"]
"""Kinds of dark matter: what a vector mediator decays into if it can."""

Parity = Literal["pseudoscalar", "scalar"]
"""Kinds of axion-like particles."""

Process = Literal["bremsstrahlung", "annihilation"]
"""A way in which a shower makes mediators."""

PROCESSES: Final[tuple[Process, ...]] = get_args(Process)

Method = Literal["exact", "ww", "iww"]
"""How bremsstrahlung is computed: at tree level, or by two approximations."""

FormFactor = Literal["elastic", "elastic+inelastic"]
"""Form factors of the atom."""

MassAxis = Literal["mediator_mass", "dark_matter_mass"]
"""The mass that a curve is shown against."""

CONFIDENCE_LEVELS: Final = (0.5, 0.9999)
"""Lowest and highest confidence level of a limit that can be asked for."""

MAX_COUNTS: Final = 100_000
"""Largest number of events that is treated count by count; beyond it asymptotics are better."""
