"""Results as tables of HEPData: variables with units and errors, qualifiers, keywords."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from scotopic.errors import ScotopicError
from scotopic.publication.results import MISSING, Cell, CsvTable, Json, Result, Shape
from scotopic.scan.exclusion import BANDS

if TYPE_CHECKING:
    from scotopic.models.mediator import DecayingMediator

NOTHING: Final = "-"
"""What HEPData shows where there is no value."""

_UNITS: Final = (("_per_GeV", "GeV^{-1}"), ("_GeV", "GeV"), ("_cm", "cm"), ("_X0", "X0"))
_ENDS: Final = ("_from", "_to")
_PROCESSES: Final = {
    "bremsstrahlung": "{beam} NUCLEUS --> {beam} NUCLEUS {mediator}",
    "annihilation": "E+ E- --> {mediator}",
    "photon conversion": "GAMMA NUCLEUS --> {mediator} NUCLEUS",
}


@dataclass(frozen=True)
class Variable:
    """A column of a table.

    Attributes
    ----------
    name, units : str
        Its heading; no units if empty.
    values : list of float or str
        Its cells.
    errors : mapping of str to list of (float, float)
        Distances to the lower (negative) and the upper end of bands, by their labels.
    """

    name: str
    units: str
    values: Sequence[Cell]
    errors: Mapping[str, Sequence[tuple[float, float]]] = field(default_factory=dict)


@dataclass(frozen=True)
class PublishedTable:
    """A table with what describes it.

    Attributes
    ----------
    name, description : str
        The name is not yet unique.
    independent, dependent : tuple of Variable
        Its columns.
    qualifiers : tuple of (str, float or str, str)
        Names, values and units of what is the same for all rows.
    keywords : mapping of str to list of str
        Of HEPData.
    labels : tuple of str
        Which of the result's experiments are in it.
    """

    name: str
    description: str
    independent: tuple[Variable, ...]
    dependent: tuple[Variable, ...]
    qualifiers: tuple[tuple[str, Cell, str], ...]
    keywords: Mapping[str, list[str]]
    labels: tuple[str, ...]


def published_tables(result: Result, name: str) -> list[PublishedTable]:
    """Return the tables of a result; those without rows are left out.

    Parameters
    ----------
    result : Result
        From `read_result`.
    name : str
        What the names of the tables begin with.
    """
    return [
        _published(result, shape, f"{name} {shape.what} {label}".rstrip(), label, table)
        for shape, whole in result.tables.items()
        for label, table in _groups(shape, whole)
        if table.rows
    ]


def _groups(shape: Shape, table: CsvTable) -> Iterator[tuple[str, CsvTable]]:
    if not shape.group:
        yield "", table
        return
    for label in dict.fromkeys(table.columns[shape.group]):
        yield str(label), table.where(shape.group, label)


def _published(
    result: Result, shape: Shape, name: str, label: str, table: CsvTable
) -> PublishedTable:
    labels = tuple(one for one in result.experiments if not shape.group or one == label)
    cards = [card for one in labels for card in result.experiments[one]]
    variables = _variables(table, result.content, _model(result))
    independent = variables[slice(*shape.independent)]
    return PublishedTable(
        name,
        _description(table, label, cards),
        tuple(independent),
        tuple(one for one in variables if one not in independent),
        tuple(_qualifiers(result, label, cards)),
        _keywords(result, shape, cards),
        labels,
    )


def _variables(table: CsvTable, content: Json, model: str) -> list[Variable]:
    """Return the columns; limits come behind the first, those expected as one with its bands."""
    if "expected_median" not in table.columns:
        return [_variable(name, cells, model) for name, cells in table.columns.items()]
    about = content.get("limit") or content["combination"]
    side = about.get("side", "upper")
    quantity = about["quantity"]
    words = quantity.replace("_", " ")
    is_projection = about.get("is_projection", False)
    observed = "Median expected" if is_projection else "Observed"
    limits, others = [], []
    for name, cells in table.columns.items():
        if name == quantity:
            limits.append(Variable(f"{observed} {side} limit on {words}", "", _shown(cells)))
        elif name == "expected_median":
            limits.append(_expected(f"Expected {side} limit on {words}", table))
        elif name not in {f"expected_{band}" for band in BANDS}:
            others.append(_variable(name, cells, model))
    return [*others[:1], *limits, *others[1:]]


def _expected(name: str, table: CsvTable) -> Variable:
    bands = [table.columns[f"expected_{band}"] for band in BANDS]
    rows = list(zip(*bands, strict=True))
    errors = {
        f"{n} s.d.": [_distances(row[2], (row[2 - n], row[2 + n])) for row in rows] for n in (1, 2)
    }
    return Variable(name, "", _shown(bands[2]), errors)


def _distances(centre: Cell, ends: tuple[Cell, Cell]) -> tuple[float, float]:
    """Return how far the ends lie below and above; none where there is no value."""
    if isinstance(centre, str):
        return 0.0, 0.0
    away = [end - centre for end in ends if not isinstance(end, str)]
    return min([0.0, *away]), max([0.0, *away])


def _variable(column: str, cells: Sequence[Cell], model: str) -> Variable:
    """Name a column without its unit, which its name or the model tells."""
    ends = next((end for end in _ENDS if column.endswith(end)), "")
    base = column.removesuffix(ends)
    for suffix, units in _UNITS:
        if base.endswith(suffix):
            return Variable(_heading(base.removesuffix(suffix) + ends), units, _shown(cells))
    return Variable(_heading(column), _unit(base, model), _shown(cells))


def _unit(parameter: str, model: str) -> str:
    """Return the unit of a parameter of a model; none of what is none."""
    from scotopic.models.parameters import parameter as known  # noqa: PLC0415
    from scotopic.models.parameters import parameter_names  # noqa: PLC0415 - slow

    kind = _kind(model)
    if kind is None or parameter not in parameter_names(kind):
        return ""
    unit = known(kind, parameter).unit
    return "" if unit == "1" else unit.replace("^-1", "^{-1}")


def _heading(name: str) -> str:
    return name.replace("_", " ")


def _shown(cells: Sequence[Cell]) -> list[Cell]:
    return [NOTHING if cell == MISSING else cell for cell in cells]


def _description(table: CsvTable, label: str, cards: Sequence[Json]) -> str:
    sentences = [*table.comments, label]
    for card in cards:
        beam = card["beam"]
        sentences.append(
            f"{card['title']}: {beam['energy_GeV']:g} GeV {beam['particle']},"
            f" {_exposure(card):.4g} particles on target"
        )
    return ". ".join(one for one in sentences if one) + "."


def _exposure(card: Json) -> float:
    return float(sum(data["particles_on_target"] for data in card["data_sets"]))


def _qualifiers(
    result: Result, label: str, cards: Sequence[Json]
) -> Iterator[tuple[str, Cell, str]]:
    for card in cards:
        of_this = f" of {card['title']}" if len(cards) > 1 else ""
        beam = f"{card['beam']['energy_GeV']:g} GeV {card['beam']['particle']}"
        yield "Experiment", card["title"], ""
        yield f"Beam{of_this}", beam, ""
        yield f"Exposure{of_this}", _exposure(card), "particles on target"
        yield f"Confidence level{of_this}", 100 * card["confidence_level"], "%"
    for name, value in _parameters(result, label).items():
        if isinstance(value, (int, float, str)):
            shown = _variable(name, [value], _model(result))
            yield shown.name, shown.values[0], shown.units


def _model(result: Result) -> str:
    return str(_parameters(result, "")["model"])


def _parameters(result: Result, label: str) -> Mapping[str, Any]:
    """Return the model's parameters, with those that a layer of a run card changes."""
    if (card := result.run_card) is not None:
        layers = {layer["label"]: layer for layer in card["thermal_lines"]}
        layer = layers.get(label, {})
        own = {k: v for k, v in layer.items() if k == "omega_h2"}
        return {"model": card["model"], **card["fixed"], **layer.get("fixed", {}), **own}
    singles = result.content.get("singles", [result.content])
    model = dict(singles[0]["model"])
    return {"model": model.pop("class", None) or model.pop("name"), **model}


def _keywords(result: Result, shape: Shape, cards: Sequence[Json]) -> dict[str, list[str]]:
    kind = _kind(_model(result))
    mediator = "A" if kind is None else kind.symbol
    reactions = [
        _PROCESSES[process].format(beam=card["beam"]["particle"].upper(), mediator=mediator)
        for card in cards
        for process in _processes(result.content)
    ]
    beams = [f"{c['beam']['energy_GeV']:g} GeV {c['beam']['particle']} beam" for c in cards]
    found = {
        "reactions": reactions,
        "observables": [shape.observable],
        "phrases": ["Fixed target", *result.kind.phrases, *beams],
    }
    return {name: list(dict.fromkeys(values)) for name, values in found.items() if values}


def _processes(content: Json) -> Sequence[str]:
    """Return how the mediators are made."""
    if "card" in content:
        card = content["card"]
        usual = ("bremsstrahlung", "annihilation")[: 2 if card["model"] == "dark_photon" else 1]
        return [*card["simulation"]["processes"]] or usual
    if "singles" in content:
        content = content["singles"][0]
    calculation = content["calculation"]
    if content["model"].get("decays") == "two photons":
        return ["photon conversion"]
    found: list[str] = calculation.get("mediators", calculation).get(
        "processes", ["bremsstrahlung"]
    )
    return found


def _kind(model: str) -> "type[DecayingMediator] | None":
    """Return a model by its name or that of its class; None if it is not known here."""
    from scotopic.models.registry import BUILT_IN, model_class  # noqa: PLC0415 - slow

    for name, home in BUILT_IN.items():
        if model in {name, home.rpartition(":")[2]}:
            return model_class(name)
    try:
        return model_class(model)
    except ScotopicError:
        return None
