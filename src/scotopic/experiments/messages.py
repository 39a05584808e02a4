"""One line for whatever is wrong with a card: the key's path, the value, what is allowed."""

import math
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Self, get_args, get_origin

from pydantic import BaseModel, ValidationError

from scotopic.errors import CardError, close_word, nearest, one_line
from scotopic.experiments.toml_text import toml_key

KeyPath = tuple[str | int, ...]

_LONGEST_VALUE = 60
_FEW = 2  # tables that a message names

TAGS = ("as a number", "as a table", "as a text")
"""How pydantic tells the forms of a value apart; no key has such a name."""

_TEXTS = {
    "float_type": "{value} is not a number",
    "int_type": "{value} is not an integer",
    "int_from_float": "{value} is not an integer",
    "string_type": "{value} is not a string",
    "bool_type": "{value} is not true or false",
    "tuple_type": "{value} is not an array",
    "model_type": "{value} is not a table",
    "dict_type": "{value} is not a table",
    "finite_number": "{value} is not a finite number",
    "not_positive": "{value} is not positive",
    "negative": "{value} is negative",
    "greater_than": "{value} is not above {gt:g}",
    "greater_than_equal": "{value} is below {ge:g}, the smallest allowed",
    "less_than": "{value} is not below {lt:g}",
    "less_than_equal": "{value} is above {le:g}, the largest allowed",
    "literal_error": "{value} is not one of {expected}",
    "missing": "missing; it has no default",
    "may_be_empty": "missing; write [] if there are none",
    "string_pattern_mismatch": "{value} is empty",
    "too_short": "{actual_length} entries; at least {min_length} are needed",
    "too_long": "{actual_length} entries; at most {max_length} are allowed",
}


class KeyedError(ValueError):
    """A value that a check refuses, at a path relative to the table that checks it.

    Attributes
    ----------
    path : tuple of str and int
        Where it is.
    all : tuple of KeyedError
        Itself, and what else the check refuses.
    """

    def __init__(self, path: KeyPath, text: str, others: "Sequence[KeyedError]" = ()) -> None:
        super().__init__(text)
        self.path = path
        self.all = (self, *others)

    @classmethod
    def of(cls, found: "Sequence[KeyedError]") -> Self:
        """Return one or more as one error."""
        return cls(found[0].path, str(found[0]), found[1:])

    def below(self, path: KeyPath) -> "list[KeyedError]":
        """Return all as those of a table that holds the checked one at a path."""
        return [KeyedError((*path, *one.path), str(one)) for one in self.all]


def card_error(label: str, found: str | Sequence[KeyedError]) -> CardError:
    """Return the error that says what is wrong with a card, in one line for each mistake."""
    texts = [found] if isinstance(found, str) else [_line(one) for one in found]
    return CardError(*(one_line(f"{label}: {text}") for text in texts))


def _line(one: KeyedError) -> str:
    return f"{key_path(one.path)}: {one}" if one.path else str(one)


def key_path(path: KeyPath) -> str:
    """Write a path the way a card's reader thinks of it.

    Examples
    --------
    >>> key_path(("target", "layers", 1, "thickness_cm"))
    'target.layers[1].thickness_cm'
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            key = toml_key(part)
            key = key if len(key) <= _LONGEST_VALUE else f"{key[: _LONGEST_VALUE - 3]}..."
            text += f".{key}" if text else key
    return text


def shown(value: object) -> str:
    """Write a value as it stands in the card, shortened if it is long.

    Examples
    --------
    >>> shown(True), shown("lead"), shown([1, 2])
    ('true', "'lead'", 'an array')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "an array"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, int) and value.bit_length() > 100:
        return "a huge integer"
    text = repr(value) if isinstance(value, str | int | float) else str(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 3] + "..."


def mistakes_in(error: ValidationError, root: type[BaseModel]) -> list[KeyedError]:
    """Return all that is wrong with a table.

    Unknown keys come first: a misspelt key is also a missing one.
    """
    errors = error.errors(include_url=False)
    # an array with a wrong entry is also reported as too short
    inner = {e["loc"][:n] for e in errors for n in range(len(e["loc"]))}
    errors = [e for e in errors if e["type"] != "too_short" or e["loc"] not in inner]
    errors.sort(key=lambda e: e["type"] != "extra_forbidden")
    return [one for e in errors for one in _explained(dict(e), root)]


def _explained(error: dict[str, Any], root: type[BaseModel]) -> list[KeyedError]:
    """Return what one of pydantic's errors says."""
    kind, context = error["type"], error.get("ctx", {})
    path: KeyPath = tuple(step for step in error["loc"] if step not in TAGS)
    cause = context.get("error")
    if isinstance(cause, KeyedError):
        return cause.below(path)
    if kind == "extra_forbidden":
        return [KeyedError(path, f"unknown key; {hint_for_key(root, path)}")]
    least = context.get("ge", math.nan)
    if context.get("gt") == 0 or (least > 0 and error["input"] <= 0):
        kind = "not_positive"
    elif least == 0:
        kind = "negative"
    elif kind == "missing" and _may_be_empty(root, path):
        kind = "may_be_empty"
    template = _TEXTS.get(kind, "{value}: " + error["msg"].replace("{", "{{").replace("}", "}}"))
    text = template.format(value=shown(error["input"]), **context)
    if kind == "literal_error" and isinstance(error["input"], str):
        known = re.findall(r"'([^']+)'", context["expected"])
        if (close := close_word(error["input"], known)) is not None:
            text += f"; did you mean '{close}'?"
    return [KeyedError(path, text)]


def tables_in(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield the models that an annotation mentions, through containers and options."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from tables_in(argument)


def hint_for_key(root: type[BaseModel], path: KeyPath, known: Collection[str] | None = None) -> str:
    """Return which key was meant, or where it belongs, or which ones there are.

    Parameters
    ----------
    root : type
        The table of the whole card.
    path : tuple
        Of the unknown key.
    known : collection of str, optional
        The keys that its table may have, if not those of the class.
    """
    key = str(path[-1])
    known = known or _table_at(root, path[:-1]).model_fields
    places = dict.fromkeys(_places_of(key, root))
    if 0 < len(places) <= _FEW:
        close = close_word(key, known)
        elsewhere = f"belongs to {' or '.join(places)}"
        return f"it {elsewhere}" if close is None else f"did you mean '{close}'? {key} {elsewhere}"
    return nearest(key, known)


def _places_of(key: str, table: type[BaseModel], path: str = "") -> Iterator[str]:
    """Yield the paths of the tables that have a key."""
    if key in table.model_fields and path:
        yield path
    for name, field in table.model_fields.items():
        array = "[]" if get_origin(field.annotation) is tuple else ""
        below = f"{path}.{name}{array}" if path else f"{name}{array}"
        for inner in tables_in(field.annotation):
            yield from _places_of(key, inner, below)


def _may_be_empty(root: type[BaseModel], path: KeyPath) -> bool:
    """Return whether a key holds an array that may have no entry."""
    if not isinstance(path[-1], str):
        return False
    field = _table_at(root, path[:-1]).model_fields[path[-1]]
    least = (getattr(constraint, "min_length", None) for constraint in field.metadata)
    return get_origin(field.annotation) is tuple and not any(least)


def _table_at(root: type[BaseModel], path: KeyPath) -> type[BaseModel]:
    model = root
    for part in path:
        if isinstance(part, str):
            model = next(tables_in(model.model_fields[part].annotation))
    return model
