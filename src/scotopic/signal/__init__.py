"""From one particle on target to the events that an experiment's selection keeps."""

from scotopic.signal.dump import PROCESSES, Calculation, Dump, Process
from scotopic.signal.missing_energy import MissingEnergy
from scotopic.signal.spectrum import spectra
from scotopic.signal.yields import AcceptedYields, accepted_yields, dump_of

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
