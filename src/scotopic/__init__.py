"""What fixed-target missing-energy experiments say about light dark matter.

The names below are the public interface; each is imported when it is first used, so that
`import scotopic` costs nothing.
"""

from typing import TYPE_CHECKING

from scotopic._version import __version__
from scotopic.lazy import lazy_attributes

if TYPE_CHECKING:
    from scotopic.cosmology.cmb import cmb_bound
    from scotopic.cosmology.freeze_out import relic_abundance, thermal_coupling, thermal_line
    from scotopic.errors import CardError, RangeError, ScotopicError
    from scotopic.experiments import Experiment, experiment_names
    from scotopic.figures import draw_limit, draw_plane, save
    from scotopic.materials import Layer, Material, Target, element, material
    from scotopic.models.axion_like import AxionLikeParticle
    from scotopic.models.charged_vector import BMinus3LE, BMinusL, ChargedVector, LMuMinusLTau
    from scotopic.models.dark_photon import DarkPhoton
    from scotopic.models.electrophilic import (
        AxialVectorMediator,
        PseudoscalarMediator,
        ScalarMediator,
    )
    from scotopic.models.inelastic import InelasticDarkMatter, InelasticDiracDarkMatter
    from scotopic.models.muonphilic import MuonphilicPseudoscalar, MuonphilicScalar
    from scotopic.models.registry import model_class, model_names, register_model
    from scotopic.models.running import landau_pole, maximum_alpha_D, running_alpha_D
    from scotopic.precision.bands import mixing_band
    from scotopic.precision.magnetic_moments import magnetic_moment
    from scotopic.processes.calculation import Calculation, register_process
    from scotopic.production import (
        CrossSectionTable,
        bremsstrahlung_table,
        differential_cross_section,
        total_cross_section,
    )
    from scotopic.scan.plane import Plane, exclusion_plane
    from scotopic.scan.plane_files import write_plane
    from scotopic.scan.run import run
    from scotopic.scan.run_card import load_run_card
    from scotopic.search import (
        Axis,
        Result,
        Search,
        default_masses,
        exclusion_curve,
        load_experiment,
    )
    from scotopic.search.likelihood import experiment_likelihood
    from scotopic.search.result_files import read_result, write_curve
    from scotopic.shower import TrackLengths, track_lengths
    from scotopic.signatures.base import register_signature
    from scotopic.statistics import (
        Likelihood,
        combine,
        from_workspace,
        register_method,
        strength_limits,
        to_workspace,
    )

__all__ = [
    "AxialVectorMediator",
    "AxionLikeParticle",
    "Axis",
    "BMinus3LE",
    "BMinusL",
    "Calculation",
    "CardError",
    "ChargedVector",
    "CrossSectionTable",
    "DarkPhoton",
    "Experiment",
    "InelasticDarkMatter",
    "InelasticDiracDarkMatter",
    "LMuMinusLTau",
    "Layer",
    "Likelihood",
    "Material",
    "MuonphilicPseudoscalar",
    "MuonphilicScalar",
    "Plane",
    "PseudoscalarMediator",
    "RangeError",
    "Result",
    "ScalarMediator",
    "ScotopicError",
    "Search",
    "Target",
    "TrackLengths",
    "__version__",
    "bremsstrahlung_table",
    "cmb_bound",
    "combine",
    "default_masses",
    "differential_cross_section",
    "draw_limit",
    "draw_plane",
    "element",
    "exclusion_curve",
    "exclusion_plane",
    "experiment_likelihood",
    "experiment_names",
    "from_workspace",
    "landau_pole",
    "load_experiment",
    "load_run_card",
    "magnetic_moment",
    "material",
    "maximum_alpha_D",
    "mixing_band",
    "model_class",
    "model_names",
    "read_result",
    "register_method",
    "register_model",
    "register_process",
    "register_signature",
    "relic_abundance",
    "run",
    "running_alpha_D",
    "save",
    "strength_limits",
    "thermal_coupling",
    "thermal_line",
    "to_workspace",
    "total_cross_section",
    "track_lengths",
    "write_curve",
    "write_plane",
]

__getattr__ = lazy_attributes(__name__)


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
