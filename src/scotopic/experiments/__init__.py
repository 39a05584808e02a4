"""Experiments as data: cards that say with what and how long it was looked for.

A card is a TOML file; a new experiment is a new card. The cards that come with the package are
read by name, a user's own by path.
"""

from scotopic.experiments.apparatus import Beam, Detector, EnergyResolution, TargetCard
from scotopic.experiments.data_sets import BackgroundSource, DataSet, Systematic
from scotopic.experiments.loader import experiment_names, read_experiment
from scotopic.experiments.schema import Experiment
from scotopic.experiments.searches import SearchCard

__all__ = [
    "BackgroundSource",
    "Beam",
    "DataSet",
    "Detector",
    "EnergyResolution",
    "Experiment",
    "SearchCard",
    "Systematic",
    "TargetCard",
    "experiment_names",
    "read_experiment",
]
