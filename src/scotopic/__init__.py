"""What fixed-target missing-energy experiments say about light dark matter.

The names below are the public interface; each is imported when it is first used, so that
`import scotopic` costs nothing.
"""

import importlib
from typing import TYPE_CHECKING, Any

from scotopic._version import __version__

if TYPE_CHECKING:
    from scotopic.errors import CardError, RangeError, ScotopicError
    from scotopic.experiments import Experiment, experiment_names, load_experiment
    from scotopic.figures import draw_limit, draw_plane, save
    from scotopic.materials import Layer, Material, Target, element, material
    from scotopic.models.dark_photon import DarkPhoton
    from scotopic.models.inelastic import InelasticDarkMatter, InelasticDiracDarkMatter
    from scotopic.precision.bands import mixing_band
    from scotopic.precision.magnetic_moments import magnetic_moment
    from scotopic.production import (
        CrossSectionTable,
        bremsstrahlung_table,
        differential_cross_section,
        total_cross_section,
    )
    from scotopic.scan import ExclusionCurve, default_masses, exclusion_curve
    from scotopic.scan.output import write_curve
    from scotopic.scan.plane import Axis, Plane, exclusion_plane
    from scotopic.scan.run import run
    from scotopic.scan.run_card import load_run_card
    from scotopic.shower import TrackLengths, track_lengths
    from scotopic.signal import AcceptedYields, Calculation, MissingEnergy, accepted_yields
    from scotopic.statistics import CountingModel, expected_limits, upper_limit

_HOMES = {
    "AcceptedYields": "scotopic.signal",
    "Axis": "scotopic.scan.plane",
    "Calculation": "scotopic.signal",
    "CardError": "scotopic.errors",
    "CountingModel": "scotopic.statistics",
    "CrossSectionTable": "scotopic.production",
    "DarkPhoton": "scotopic.models.dark_photon",
    "ExclusionCurve": "scotopic.scan",
    "Experiment": "scotopic.experiments",
    "InelasticDarkMatter": "scotopic.models.inelastic",
    "InelasticDiracDarkMatter": "scotopic.models.inelastic",
    "Layer": "scotopic.materials",
    "Material": "scotopic.materials",
    "MissingEnergy": "scotopic.signal",
    "Plane": "scotopic.scan.plane",
    "RangeError": "scotopic.errors",
    "ScotopicError": "scotopic.errors",
    "Target": "scotopic.materials",
    "TrackLengths": "scotopic.shower",
    "accepted_yields": "scotopic.signal",
    "bremsstrahlung_table": "scotopic.production",
    "default_masses": "scotopic.scan",
    "differential_cross_section": "scotopic.production",
    "draw_limit": "scotopic.figures",
    "draw_plane": "scotopic.figures",
    "element": "scotopic.materials",
    "exclusion_curve": "scotopic.scan",
    "exclusion_plane": "scotopic.scan.plane",
    "expected_limits": "scotopic.statistics",
    "experiment_names": "scotopic.experiments",
    "load_experiment": "scotopic.experiments",
    "load_run_card": "scotopic.scan.run_card",
    "magnetic_moment": "scotopic.precision.magnetic_moments",
    "material": "scotopic.materials",
    "mixing_band": "scotopic.precision.bands",
    "run": "scotopic.scan.run",
    "save": "scotopic.figures",
    "total_cross_section": "scotopic.production",
    "track_lengths": "scotopic.shower",
    "upper_limit": "scotopic.statistics",
    "write_curve": "scotopic.scan.output",
}

__all__ = [
    "AcceptedYields",
    "Axis",
    "Calculation",
    "CardError",
    "CountingModel",
    "CrossSectionTable",
    "DarkPhoton",
    "ExclusionCurve",
    "Experiment",
    "InelasticDarkMatter",
    "InelasticDiracDarkMatter",
    "Layer",
    "Material",
    "MissingEnergy",
    "Plane",
    "RangeError",
    "ScotopicError",
    "Target",
    "TrackLengths",
    "__version__",
    "accepted_yields",
    "bremsstrahlung_table",
    "default_masses",
    "differential_cross_section",
    "draw_limit",
    "draw_plane",
    "element",
    "exclusion_curve",
    "exclusion_plane",
    "expected_limits",
    "experiment_names",
    "load_experiment",
    "load_run_card",
    "magnetic_moment",
    "material",
    "mixing_band",
    "run",
    "save",
    "total_cross_section",
    "track_lengths",
    "upper_limit",
    "write_curve",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the types are those of the imports above
    """Import a public name when it is first asked for."""
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module 'scotopic' has no attribute {name!r}") from None
    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
