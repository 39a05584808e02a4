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
    from scotopic.detector.window import MissingEnergy
    from scotopic.errors import CardError, RangeError, ScotopicError
    from scotopic.experiments import Experiment, experiment_names, load_experiment
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
    from scotopic.models.running import landau_pole, maximum_alpha_D, running_alpha_D
    from scotopic.precision.bands import mixing_band
    from scotopic.precision.magnetic_moments import magnetic_moment
    from scotopic.processes.calculation import Calculation
    from scotopic.production import (
        CrossSectionTable,
        bremsstrahlung_table,
        differential_cross_section,
        total_cross_section,
    )
    from scotopic.scan import ExclusionCurve, default_masses, exclusion_curve
    from scotopic.scan.combination import CombinedExclusion, combined_exclusion
    from scotopic.scan.output import write_curve
    from scotopic.scan.plane import Axis, Plane, exclusion_plane
    from scotopic.scan.run import run, write_run
    from scotopic.scan.run_card import load_run_card
    from scotopic.search.likelihood import experiment_likelihood
    from scotopic.shower import TrackLengths, track_lengths
    from scotopic.signatures.photon_decays import photon_islands
    from scotopic.signatures.visible import visible_islands
    from scotopic.signatures.yields import AcceptedYields, accepted_yields
    from scotopic.statistics import (
        Likelihood,
        combine,
        from_workspace,
        strength_limits,
        to_workspace,
    )

_HOMES = {
    "AcceptedYields": "scotopic.signatures.yields",
    "AxialVectorMediator": "scotopic.models.electrophilic",
    "AxionLikeParticle": "scotopic.models.axion_like",
    "Axis": "scotopic.scan.plane",
    "BMinus3LE": "scotopic.models.charged_vector",
    "BMinusL": "scotopic.models.charged_vector",
    "Calculation": "scotopic.processes.dump",
    "CardError": "scotopic.errors",
    "ChargedVector": "scotopic.models.charged_vector",
    "CombinedExclusion": "scotopic.scan.combination",
    "CrossSectionTable": "scotopic.production",
    "DarkPhoton": "scotopic.models.dark_photon",
    "ExclusionCurve": "scotopic.scan",
    "Experiment": "scotopic.experiments",
    "InelasticDarkMatter": "scotopic.models.inelastic",
    "InelasticDiracDarkMatter": "scotopic.models.inelastic",
    "LMuMinusLTau": "scotopic.models.charged_vector",
    "Layer": "scotopic.materials",
    "Likelihood": "scotopic.statistics",
    "Material": "scotopic.materials",
    "MissingEnergy": "scotopic.detector.window",
    "MuonphilicPseudoscalar": "scotopic.models.muonphilic",
    "MuonphilicScalar": "scotopic.models.muonphilic",
    "Plane": "scotopic.scan.plane",
    "PseudoscalarMediator": "scotopic.models.electrophilic",
    "RangeError": "scotopic.errors",
    "ScalarMediator": "scotopic.models.electrophilic",
    "ScotopicError": "scotopic.errors",
    "Target": "scotopic.materials",
    "TrackLengths": "scotopic.shower",
    "accepted_yields": "scotopic.signatures.yields",
    "bremsstrahlung_table": "scotopic.production",
    "cmb_bound": "scotopic.cosmology.cmb",
    "combine": "scotopic.statistics",
    "combined_exclusion": "scotopic.scan.combination",
    "default_masses": "scotopic.scan",
    "differential_cross_section": "scotopic.production",
    "draw_limit": "scotopic.figures",
    "draw_plane": "scotopic.figures",
    "element": "scotopic.materials",
    "exclusion_curve": "scotopic.scan",
    "exclusion_plane": "scotopic.scan.plane",
    "experiment_likelihood": "scotopic.search.likelihood",
    "experiment_names": "scotopic.experiments",
    "from_workspace": "scotopic.statistics",
    "landau_pole": "scotopic.models.running",
    "load_experiment": "scotopic.experiments",
    "load_run_card": "scotopic.scan.run_card",
    "magnetic_moment": "scotopic.precision.magnetic_moments",
    "material": "scotopic.materials",
    "maximum_alpha_D": "scotopic.models.running",
    "mixing_band": "scotopic.precision.bands",
    "photon_islands": "scotopic.signatures.photon_decays",
    "relic_abundance": "scotopic.cosmology.freeze_out",
    "run": "scotopic.scan.run",
    "running_alpha_D": "scotopic.models.running",
    "save": "scotopic.figures",
    "strength_limits": "scotopic.statistics",
    "thermal_coupling": "scotopic.cosmology.freeze_out",
    "thermal_line": "scotopic.cosmology.freeze_out",
    "to_workspace": "scotopic.statistics",
    "total_cross_section": "scotopic.production",
    "track_lengths": "scotopic.shower",
    "visible_islands": "scotopic.signatures.visible",
    "write_curve": "scotopic.scan.output",
    "write_run": "scotopic.scan.run",
}

__all__ = [
    "AcceptedYields",
    "AxialVectorMediator",
    "AxionLikeParticle",
    "Axis",
    "BMinus3LE",
    "BMinusL",
    "Calculation",
    "CardError",
    "ChargedVector",
    "CombinedExclusion",
    "CrossSectionTable",
    "DarkPhoton",
    "ExclusionCurve",
    "Experiment",
    "InelasticDarkMatter",
    "InelasticDiracDarkMatter",
    "LMuMinusLTau",
    "Layer",
    "Likelihood",
    "Material",
    "MissingEnergy",
    "MuonphilicPseudoscalar",
    "MuonphilicScalar",
    "Plane",
    "PseudoscalarMediator",
    "RangeError",
    "ScalarMediator",
    "ScotopicError",
    "Target",
    "TrackLengths",
    "__version__",
    "accepted_yields",
    "bremsstrahlung_table",
    "cmb_bound",
    "combine",
    "combined_exclusion",
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
    "photon_islands",
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
    "visible_islands",
    "write_curve",
    "write_run",
]

__getattr__ = lazy_attributes(__name__, _HOMES)


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
