"""The words that choose: what needs only them, such as the command line's help, imports no more."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

Lepton = Literal["electron", "muon"]
"""What radiates mediators, or has a magnetic moment."""

SpinParity = Literal[
    "scalar", "pseudoscalar", "vector", "axial_vector", "tensor", "leptonic_tensor"
]
"""Kinds of coupling of a mediator to leptons; tensors couple to photons too, or not."""

DarkMatter = Literal["complex_scalar", "dirac", "majorana", "pseudo_dirac"]
"""Kinds of dark matter: what a vector mediator decays into if it can."""

ScalarDarkMatter = Literal[
    "dirac", "majorana", "complex_scalar", "real_scalar", "vector", "vector_dual"
]
"""Kinds of dark matter that a scalar mediator decays into."""

Parity = Literal["pseudoscalar", "scalar"]
"""Kinds of axion-like particles."""

Process = Literal["bremsstrahlung", "annihilation"]
"""A way in which a shower makes mediators."""

PROCESSES: Final[tuple[Process, ...]] = get_args(Process)

Method = Literal["exact", "ww", "iww"]
"""How bremsstrahlung is computed: at tree level, or by two approximations."""

FormFactor = Literal["elastic", "elastic+inelastic"]
"""Form factors of the atom."""

NuclearModel = Literal["classical", "glauber"]
"""How nuclei make vector mesons coherently."""

VectorMesonName = Literal["rho", "omega", "phi", "J/psi"]
"""Vector mesons that photons turn into."""

VECTOR_MESONS: Final[tuple[VectorMesonName, ...]] = get_args(VectorMesonName)

DeviationName = Literal[
    "muon-2021", "muon-2025", "muon-2006", "electron-rubidium", "electron-caesium"
]
"""Measured magnetic moments against their predictions; `scotopic.precision.bands` has them."""

ThresholdEnd = Literal["strictest", "loosest"]
"""Where in their ranges thresholds are: where the fewest or the most events pass them."""

THRESHOLD_ENDS: Final[tuple[ThresholdEnd, ...]] = get_args(ThresholdEnd)

ModelEnd = Literal["fewest", "most"]
"""Where numbers of mediators are within what models of their production are known to."""

MODEL_ENDS: Final[tuple[ModelEnd, ...]] = get_args(ModelEnd)

MassAxis = Literal["mediator_mass", "dark_matter_mass"]
"""The mass that a curve is shown against."""

NOT_PERTURBATIVE: Final = "not perturbative"
"""Why there is no model, of a coupling that is too strong at its mass: figures say it."""

CONFIDENCE_LEVELS: Final = (0.5, 0.9999)
"""Lowest and highest confidence level of a limit that can be asked for."""

LARGEST_RELATIVE_UNCERTAINTY: Final = 2.0
"""Of an expected background that is not negligible: the tail of a wider log-normal distribution
is not what is meant. `docs/physics/statistics.md` compares it with that of a gamma distribution."""

LARGEST_FACTOR: Final = 100.0
"""Of one standard deviation: beyond it expectations of six have no meaning as floating numbers."""

NEGLIGIBLE_EVENTS: Final = 0.1
"""Events of a background at two standard deviations below which it moves no expected limit however
wide its tail: the probability of an event is below 1 - Phi(2)."""


def is_too_wide(events: float, factor: float) -> bool:
    """Whether a background's log-normal distribution is none that a value and its error mean.

    Parameters
    ----------
    events : float
        Its median.
    factor : float
        Of one standard deviation: 1 + relative uncertainty.

    Examples
    --------
    >>> is_too_wide(0.53, 1 + 0.17 / 0.53), is_too_wide(1e-4, 1 + 0.17 / 1e-4)
    (False, True)
    """
    is_wide = factor > (1 + LARGEST_RELATIVE_UNCERTAINTY) * (1 + 1e-9)
    is_heavy = factor > LARGEST_FACTOR or events * factor * factor > NEGLIGIBLE_EVENTS
    return is_wide and is_heavy


MAX_COUNTS: Final = 100_000
"""Largest number of events that is treated count by count; beyond it asymptotics are better."""

OTHER_WORDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        # parameters of models
        "delta": ("splitting",),
        "mass splitting": ("splitting",),
        "epsilon": ("kinetic_mixing",),
        "eps": ("kinetic_mixing",),
        "mixing": ("kinetic_mixing",),
        "alpha": ("alpha_D",),
        "alpha dark": ("alpha_D",),
        "r": ("mass_ratio",),
        "ratio": ("mass_ratio",),
        "m a": ("mediator_mass",),
        "m x": ("mediator_mass",),
        "m v": ("mediator_mass",),
        "mass": ("mediator_mass",),
        "m chi": ("dark_matter_mass",),
        "mchi": ("dark_matter_mass",),
        "m dm": ("dark_matter_mass",),
        "mdm": ("dark_matter_mass",),
        # models and dark matter
        "a": ("dark_photon",),
        "vector": ("dark_photon",),
        "idm": ("inelastic_dark_matter",),
        "i2dm": ("inelastic_dirac_dark_matter",),
        "alp": ("axion_like_particle",),
        "axion": ("axion_like_particle",),
        "z": ("L_mu_minus_L_tau", "B_minus_L"),
        "lmu ltau": ("L_mu_minus_L_tau",),
        "b l": ("B_minus_L",),
        "fermion": ("dirac",),
        "scalar": ("complex_scalar",),
        "inelastic": ("pseudo_dirac",),
        # beams and their leptons
        "electron": ("e-",),
        "positron": ("e+",),
        "muon": ("mu-",),
        "antimuon": ("mu+",),
        "photon": ("gamma",),
        "e": ("e-", "electron"),
        "mu": ("mu-", "muon"),
        # materials by their symbol or trade name; elements by their name
        "w": ("tungsten",),
        "pb": ("lead",),
        "fe": ("iron",),
        "cu": ("copper",),
        "au": ("gold",),
        "u": ("uranium",),
        "al": ("aluminium",),
        "aluminum": ("aluminium", "Al"),
        "si": ("silicon",),
        "c": ("carbon",),
        "graphite": ("carbon", "C"),
        "be": ("beryllium",),
        "steel": ("iron", "Fe"),
        "pbwo4": ("lead tungstate",),
        "pwo": ("lead tungstate",),
        "bgo": ("bismuth germanate",),
        "bi4ge3o12": ("bismuth germanate",),
        "h2o": ("water",),
        "scintillator": ("polystyrene",),
        "plastic": ("polystyrene",),
        "pvt": ("polyvinyltoluene",),
        "tungsten": ("W",),
        "lead": ("Pb",),
        "iron": ("Fe",),
        "copper": ("Cu",),
        "gold": ("Au",),
        "uranium": ("U",),
        "aluminium": ("Al",),
        "silicon": ("Si",),
        "carbon": ("C",),
        "beryllium": ("Be",),
        "hydrogen": ("H",),
        "oxygen": ("O",),
        "nitrogen": ("N",),
        "iodine": ("I",),
        "caesium": ("Cs",),
        "cesium": ("Cs",),
        # signatures, processes, detectors
        "invisible": ("missing-energy",),
        "missing momentum": ("recoil-electron", "scattered-muon", "missing-energy"),
        "visible": ("decay-in-flight",),
        "beam dump": ("decay-in-flight",),
        "brems": ("bremsstrahlung",),
        "resonant": ("annihilation",),
        "ecal": ("electromagnetic calorimeter",),
        "hcal": ("hadronic calorimeter",),
        "veto": ("veto counter",),
        "tracker": ("magnetic spectrometer",),
        "spectrometer": ("magnetic spectrometer",),
        "observation": ("measurement",),
        "data": ("measurement",),
        "expected": ("projection",),
        # keys of cards
        "eot": ("particles_on_target",),
        "pot": ("particles_on_target",),
        "mot": ("particles_on_target",),
        "n eot": ("particles_on_target",),
        "exposure": ("particles_on_target",),
        "efficiency": ("signal_efficiency",),
        "observed": ("observed_events",),
        "n obs": ("observed_events",),
        "events": ("observed_events", "expected_events"),
        "uncertainty": ("uncertainty_events", "relative_uncertainty"),
        "cl": ("confidence_level",),
        "energy": ("energy_GeV",),
        "thickness": ("thickness_cm",),
        "length": ("length_cm",),
        "position": ("position_cm",),
        "density": ("density_g_cm3",),
    }
)
"""What else people write, in small letters without hyphens, underscores and primes, and what it is
here."""
