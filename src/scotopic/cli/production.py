"""The commands that show single steps of the calculation: showers and cross sections."""

from pathlib import Path
from typing import Annotated

import typer

from scotopic.cli.base import (
    AsJson,
    Card,
    Output,
    app,
    name_written,
    place_for,
    print_json,
    progress,
)
from scotopic.errors import RangeError
from scotopic.results import output_directory, usable_directory, write_csv
from scotopic.words import FormFactor, Lepton, SpinParity


@app.command(short_help="Compute the track lengths in an experiment's target.")
def shower(
    card: Card,
    minimum_energy: Annotated[
        float, typer.Option(help="Lowest energy in GeV that is followed.")
    ] = 1.0,
    output: Output = None,
    plot: Annotated[bool, typer.Option("--plot", help="Draw the track lengths.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compute the track lengths of e-, e+ and photons in an experiment's target.

    Writes shower.csv into the --output directory, and with --plot the figure; --plot alone
    writes into out/shower-CARD.
    """
    from scotopic.search import load_experiment  # noqa: PLC0415 - keep the help fast
    from scotopic.signatures.base import dump_of  # noqa: PLC0415

    place = place_for("shower", card, output) if plot else output
    experiment = load_experiment(card)
    tracks = dump_of(experiment).track_lengths(minimum_energy)
    columns = {
        "energy_GeV": tracks.energies.tolist(),
        **{f"{s}_X0": tracks.weights(s).tolist() for s in ("e-", "e+", "gamma")},
    }
    if as_json:
        print_json({"error": tracks.error, **columns})
    else:
        typer.echo(f"{experiment.title}: integral track lengths in radiation lengths")
        typer.echo("   E [GeV]         e-         e+      gamma")
        energy = minimum_energy
        while energy < 0.95 * tracks.beam_energy:
            row = (float(tracks.above(s, energy)) for s in ("e-", "e+", "gamma"))
            typer.echo(f"{energy:10.4g} " + " ".join(f"{length:10.4g}" for length in row))
            energy *= 2
    if place is None:
        return
    directory = output_directory(place)
    comments = [
        f"{experiment.title}: quadrature weights of the track lengths at nodes of energy",
        f"relative numerical error {tracks.error:.1e}",
    ]
    written = [directory / "shower.csv"]
    write_csv(written[0], comments, columns)
    if plot:
        from scotopic.figures import draw_shower, save  # noqa: PLC0415 - matplotlib

        written += save(draw_shower(tracks, experiment.title), directory / "shower")
    name_written(written)


@app.command(short_help="Compute cross sections of bremsstrahlung of mediators.")
def xsec(
    masses: Annotated[
        list[float] | None, typer.Argument(help="Mediator masses in GeV; 25 by default.")
    ] = None,
    energy: Annotated[float, typer.Option(help="Beam energy in GeV.")] = 100.0,
    nucleus: Annotated[str, typer.Option("--element", help="Chemical symbol.")] = "Pb",
    mediator: Annotated[SpinParity, typer.Option(help="Kind of mediator.")] = "vector",
    lepton: Annotated[Lepton, typer.Option(help="Beam lepton.")] = "electron",
    method: Annotated[
        list[str] | None,
        typer.Option(help="exact, ww or iww; repeat it to compare. The first by default."),
    ] = None,
    form_factor: Annotated[
        FormFactor, typer.Option(help="Form factor of the atom.")
    ] = "elastic+inelastic",
    minimum_energy: Annotated[
        float, typer.Option(help="Count mediators above this energy in GeV.")
    ] = 0.0,
    output: Output = None,
    plot: Annotated[bool, typer.Option("--plot", help="Draw the cross sections.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compute total cross sections of bremsstrahlung of mediators, in cm^2 for unit coupling.

    Writes xsec.csv into the --output directory, and with --plot the figure; --plot alone
    writes into out/xsec.
    """
    from scotopic.materials import element  # noqa: PLC0415 - keep the help fast
    from scotopic.production import total_cross_section  # noqa: PLC0415
    from scotopic.search import default_masses  # noqa: PLC0415

    place = usable_directory(Path("out") / "xsec") if plot and output is None else output
    if energy > 0 and minimum_energy >= energy:
        raise RangeError(
            f"--minimum-energy {minimum_energy:g}: is not below --energy, {energy:g} GeV"
        )
    target = element(nucleus)
    at = masses or default_masses(25).tolist()
    found: dict[str, list[float]] = {}
    with progress("cross sections") as report:
        for i, one in enumerate(method or ["exact"]):
            found[one] = []
            for j, mass in enumerate(at):
                report(f"{one}, {mass:.3g} GeV", i * len(at) + j, len(at) * len(method or [one]))
                sigma = total_cross_section(
                    mediator,
                    lepton,
                    target,
                    energy,
                    mass,
                    minimum_energy=minimum_energy,
                    method=one,
                    form_factor=form_factor,
                )
                found[one].append(sigma)
    columns = {"mediator_mass_GeV": at, **{f"sigma_{k}_cm2": v for k, v in found.items()}}
    if as_json:
        print_json(columns)
    else:
        typer.echo("mass [GeV]  " + "  ".join(f"{k + ' [cm2]':>12}" for k in found))
        for row in zip(*columns.values(), strict=True):
            typer.echo(f"{row[0]:10.4g}  " + "  ".join(f"{sigma:12.5g}" for sigma in row[1:]))
    if place is None:
        return
    title = f"{mediator.replace('_', '-')} mediator, {energy:g} GeV {lepton}s on {nucleus}"
    directory = output_directory(place)
    written = [directory / "xsec.csv"]
    write_csv(written[0], [f"{title}, form factor {form_factor}, unit coupling"], columns)
    if plot:
        from scotopic.figures import draw_cross_sections, save  # noqa: PLC0415 - matplotlib

        written += save(draw_cross_sections(at, found, title), directory / "xsec")
    name_written(written)
