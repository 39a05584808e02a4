"""Makes the figures and tables of the documentation's page of validation.

Reads the reference numbers (other programs' tables, of which the repository holds no copy) and
what the tests compare with, computes the package's own, and writes docs/validation. Ends with
exit code 1 if a comparison does not hold. Takes about two minutes.
"""

import argparse
import sys
from pathlib import Path

from validation import (
    cascade,
    cosmology,
    limits,
    mediators,
    mesons,
    muons,
    off_shell,
    production,
    recoil,
    response,
    semi_visible,
)
from validation.report import ROOT, Report

COMPARISONS = (
    cascade.radiation_lengths,
    cascade.approximation_a,
    cascade.energy_conservation,
    cascade.geant4,
    cascade.depth,
    production.amplitudes,
    production.bethe_heitler,
    production.dmg4,
    production.approximations,
    production.muons,
    production.yields,
    limits.statistics,
    limits.limit,
    limits.bound_electrons,
    semi_visible.correction_of_the_width,
    semi_visible.published_masses,
    semi_visible.planes,
    mediators.moments,
    mediators.muon_beam,
    muons.acceptance,
    mediators.gallery,
    recoil.recoil_electrons,
    response.response,
    mesons.per_electron,
    mesons.over_the_mass,
    off_shell.pairs,
    off_shell.millicharges,
    off_shell.dark_axions,
    off_shell.two_photons,
    off_shell.scalar_matter,
    off_shell.planes,
    cosmology.scalar_target,
    cosmology.inelastic_target,
    cosmology.estimates,
    cosmology.muon_band,
    limits.speed,
    limits.tutorial,
)


def main() -> int:
    """Run the comparisons, all of them or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--reference", type=Path, default=ROOT.parent / "shared" / "reference", metavar="PATH"
    )
    report = Report(parser.parse_args().reference)
    for comparison in COMPARISONS:
        print(comparison.__name__, flush=True)
        comparison(report)
    for _, what, found, wanted, holds in report.summary:
        if not holds:
            print(f"{what}: {found}, not {wanted}", file=sys.stderr)
    return 0 if report.write_summary() else 1


if __name__ == "__main__":
    sys.exit(main())
