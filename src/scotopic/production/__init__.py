"""How a mediator is made from one particle: cross sections and their tables."""

from scotopic.production.phase_space import Process, differential_cross_section, total_cross_section
from scotopic.production.tables import CrossSectionTable, bremsstrahlung_table
from scotopic.words import FormFactor, Lepton, Method

__all__ = [
    "CrossSectionTable",
    "FormFactor",
    "Lepton",
    "Method",
    "Process",
    "bremsstrahlung_table",
    "differential_cross_section",
    "total_cross_section",
]
