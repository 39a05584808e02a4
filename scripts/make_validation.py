"""Makes the figures and tables of the documentation's page of validation.

Reads the reference numbers (other programs' tables, of which the repository holds no copy) and
what the tests compare with, computes the package's own, and writes docs/validation. Ends with
exit code 1 if a comparison does not hold. All of them take about a quarter of an hour; some can be
named, and the table that sums up all stays as it is then.
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
    scalar_portal,
    scalars,
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
    scalar_portal.scalar_portal,
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
    scalars.scalar_targets,
    scalars.axial_s_wave,
    scalars.scalar_planes,
    cosmology.scalar_target,
    cosmology.inelastic_target,
    cosmology.estimates,
    cosmology.muon_band,
    limits.speed,
    limits.tutorial,
)


def main() -> int:
    """Run the comparisons, all of them or those named; return the exit code."""
    known = {comparison.__name__: comparison for comparison in COMPARISONS}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}")
    parser.add_argument(
        "--reference", type=Path, default=ROOT.parent / "shared" / "reference", metavar="PATH"
    )
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(known):
        parser.error(f"no comparison is called {', '.join(sorted(unknown))}")
    report = Report(arguments.reference)
    for name in arguments.names or known:
        print(name, flush=True)
        known[name](report)
    if not arguments.names:
        report.write_summary()
    failed = [one for one in report.summary if not one[-1]]
    for _, what, found, wanted, _ in failed:
        print(f"{what}: {found}, not {wanted}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
