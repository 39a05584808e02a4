"""From one particle on target to the events that an experiment's selection keeps."""

from scotopic.signal.dump import Calculation, Dump
from scotopic.signal.missing_energy import MissingEnergy
from scotopic.signal.spectrum import spectra
from scotopic.signal.yields import AcceptedYields, accepted_yields, dump_of
from scotopic.words import PROCESSES, Process

__all__ = [
    "PROCESSES",
    "AcceptedYields",
    "Calculation",
    "Dump",
    "MissingEnergy",
    "Process",
    "accepted_yields",
    "dump_of",
    "spectra",
]
