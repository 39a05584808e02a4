"""What fixed-target missing-energy experiments say about light dark matter.

The names below are the public interface; each is imported when it is first used, so that
`import scotopic` costs nothing. More stands in the packages that the documentation names.
"""

from typing import TYPE_CHECKING

from scotopic._version import __version__
from scotopic.lazy import lazy_attributes

if TYPE_CHECKING:
    from scotopic.bounds import bound_names, load_bound
    from scotopic.cosmology.cmb import cmb_bound
    from scotopic.cosmology.freeze_out import relic_abundance, thermal_coupling, thermal_line
    from scotopic.errors import CardError, RangeError, ScotopicError
    from scotopic.experiments import Experiment, experiment_names
    from scotopic.figures import draw_limit, draw_plane
    from scotopic.materials import Layer, Material, Target, material
    from scotopic.models.axion_like import AxionLikeParticle
    from scotopic.models.charged_vector import BMinus3LE, BMinusL, LMuMinusLTau
    from scotopic.models.dark_photon import DarkPhoton
    from scotopic.models.electrophilic import (
        AxialVectorMediator,
        PseudoscalarMediator,
        ScalarMediator,
    )
    from scotopic.models.inelastic import InelasticDarkMatter, InelasticDiracDarkMatter
    from scotopic.models.muonphilic import MuonphilicPseudoscalar, MuonphilicScalar
    from scotopic.models.registry import model_names
    from scotopic.precision.bands import mixing_band
    from scotopic.precision.magnetic_moments import magnetic_moment
    from scotopic.processes.calculation import Calculation
    from scotopic.production import differential_cross_section, total_cross_section
    from scotopic.scan.plane import Plane, exclusion_plane
    from scotopic.scan.run import compute_run_card
    from scotopic.scan.run_card import load_run_card
    from scotopic.search import Axis, Result, Search, exclusion_curve, load_experiment
    from scotopic.search.acceptance import AcceptanceCurve, acceptance_curve
    from scotopic.search.likelihood import experiment_likelihood
    from scotopic.search.result_files import read_result
    from scotopic.shower import track_lengths
    from scotopic.statistics import Likelihood, strength_limits

__all__ = [
    "AcceptanceCurve",
    "AxialVectorMediator",
    "AxionLikeParticle",
    "Axis",
    "BMinus3LE",
    "BMinusL",
    "Calculation",
    "CardError",
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
    "__version__",
    "acceptance_curve",
    "bound_names",
    "cmb_bound",
    "compute_run_card",
    "differential_cross_section",
    "draw_limit",
    "draw_plane",
    "exclusion_curve",
    "exclusion_plane",
    "experiment_likelihood",
    "experiment_names",
    "load_bound",
    "load_experiment",
    "load_run_card",
    "magnetic_moment",
    "material",
    "mixing_band",
    "model_names",
    "read_result",
    "relic_abundance",
    "strength_limits",
    "thermal_coupling",
    "thermal_line",
    "total_cross_section",
    "track_lengths",
]

__getattr__ = lazy_attributes(__name__)


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
