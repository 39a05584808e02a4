"""Columns of numbers that others wrote, in any of the usual styles; what is unclear is refused.

Commas, semicolons, tabs or blanks part the columns. Lines that begin with #, %, ! or //, and what
stands above the first numbers, are comments; the last of these with a word for each column has
their names. Blank lines, and rows with nan, part the points into islands.
"""

import csv
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from scotopic.errors import CardError, one_line
from scotopic.reading import TABLE_BYTES, read_text

_NUMBER: Final = re.compile(
    r"([+-]?(?:\d+\.?\d*|\.\d+))(?:(?:[edq]|\*\^)([+-]?\d+))?", re.ASCII | re.IGNORECASE
)
_COMMENT: Final = re.compile(r"\s*(?:[#%!]+|//)")
_BRACKETS: Final = re.compile(r"[\[({]+([^\[\](){}]*)[\])}]+,?")
_BEGINS_NUMBER: Final = re.compile(r"[\d+.\-\u2212]")
_DECIMAL_COMMAS: Final = re.compile(r"[^.]*\d,\d+[\s,;]+[+-]?\d+,\d[^.]*")
_LONGEST: Final = 60


class Row(NamedTuple):
    """The numbers of a line.

    Attributes
    ----------
    line : int
        Its number, from 1.
    values : tuple of float
        Of the columns that were asked for; none where one island ends and another begins.
    """

    line: int
    values: tuple[float, ...]


class Columns(NamedTuple):
    """Columns of a table.

    Attributes
    ----------
    names : tuple of str
        Of the columns that were asked for; empty words if the table has no header.
    rows : list of Row
        At least one with numbers; the first and last have some, and there are no two ends of
        islands in a row.
    """

    names: tuple[str, ...]
    rows: list[Row]


class _Line(NamedTuple):
    number: int
    text: str
    cells: list[str]
    empty: int
    """How many cells at the end are empty; they are not among `cells`."""


def read_columns(
    path: Path,
    columns: Sequence[int | str | None],
    *,
    decimal_comma: bool = False,
    islands: bool = True,
) -> Columns:
    """Read some columns of a table.

    Parameters
    ----------
    path : Path
        The file.
    columns : sequence of int, str or None
        Which: places from 1, or names in the table's header, in capitals or not. If all are None
        the table must have as many columns, which are taken in their order.
    decimal_comma : bool
        Whether numbers are written like 0,1; something else than commas parts the columns then.
    islands : bool
        Whether blank lines and nan part the points; otherwise blank lines are skipped, and nan is
        refused.

    Returns
    -------
    Columns
        Their names and numbers.

    Raises
    ------
    CardError
        If it cannot be read, or something in it is no finite number or stands in no column; in one
        line with the file and the line.
    """
    name = one_line(str(path))
    text = read_text(path, TABLE_BYTES, only_ascii_matters=True)
    headers, lines = _parted(text, decimal_comma=decimal_comma)
    filled = [line for line in lines if line.cells]
    if not filled:
        raise CardError(f"{name}: no line has numbers")
    width = _width(filled)
    names = next((words for words in reversed(headers) if len(words) == width), None)
    try:
        places = _places(columns, width, names)
    except ValueError as error:
        first = filled[0]
        raise CardError(f"{name}: line {first.number}: {error}{_hint(first)}") from None
    rows = []
    for line in lines:
        try:
            rows.append(Row(line.number, _values(line, width, places, islands=islands)))
        except ValueError as error:
            raise CardError(f"{name}: line {line.number}: {error}{_hint(line)}") from None
    rows = _without_needless_ends(rows, [not line.cells for line in lines])
    rows = rows if islands else [row for row in rows if row.values]
    if not rows:
        raise CardError(f"{name}: no line has numbers in all columns that are asked for")
    return Columns(tuple(names[place] if names else "" for place in places), rows)


def _width(filled: list[_Line]) -> int:
    """Return how many columns there are; the first lines of some may be empty."""
    first = len(filled[0].cells)
    longest = max(len(line.cells) for line in filled)
    return longest if longest <= first + filled[0].empty else first


def _parted(text: str, *, decimal_comma: bool) -> tuple[list[list[str]], list[_Line]]:
    """Return the words above the numbers, and all lines from the first numbers on."""
    headers: list[list[str]] = []
    lines: list[_Line] = []
    for number, line in enumerate(re.split(r"\r*\n|\r", text), start=1):
        comment = _COMMENT.match(line)
        content = (line[comment.end() :] if comment else line.partition("#")[0]).strip()
        cells = _cells(content, decimal_comma=decimal_comma)
        empty = 0
        while cells and not cells[-1]:
            cells.pop()
            empty += 1
        if comment or (not lines and cells and _is_header(content, cells)):
            headers += [cells] if not lines else []
        elif lines or cells:
            lines.append(_Line(number, line.strip(), cells, empty))
    return headers, lines


def _cells(content: str, *, decimal_comma: bool) -> list[str]:
    if bracketed := _BRACKETS.fullmatch(content):
        content = bracketed[1]
    if ";" in content or ("," in content and not decimal_comma):
        mark = ";" if ";" in content else ","
        cells = next(csv.reader([content], delimiter=mark, skipinitialspace=True))
    elif "\t\t" in content or ("\t" in content and None in map(_number, content.split())):
        cells = content.split("\t")  # some may be empty, or have blanks
    else:
        cells = content.split()
    cells = [cell.strip().strip("'\"").strip() for cell in cells]
    return [cell.replace(",", ".") for cell in cells] if decimal_comma else cells


def _is_header(content: str, cells: list[str]) -> bool:
    """Whether a line above the numbers has words: one comes first, or there is no number."""
    numbers = sum(_number(cell) is not None for cell in cells)
    if _BEGINS_NUMBER.match(content):
        return numbers == 0 and any(cell[:1].isalpha() for cell in cells)
    return 2 * numbers < len(cells)


def _number(cell: str) -> float | None:
    """Return a number as people write them; None if it is none, or beyond what floats hold."""
    text = cell.replace("\N{MINUS SIGN}", "-")
    if text.lower().lstrip("+-") == "nan":
        return math.nan
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    value = float(f"{match[1]}e{match[2] or 0}")
    vanished = value == 0 and set(match[1]) & set("123456789")
    return None if vanished or math.isinf(value) else value


def _places(columns: Sequence[int | str | None], width: int, names: list[str] | None) -> list[int]:
    """Return the indices of columns.

    Raises
    ------
    ValueError
        If one is not there, or it is not clear which are meant.
    """
    called = f" ({', '.join(one_line(word)[:_LONGEST] for word in names)})" if names else ""
    if all(column is None for column in columns):
        if width != len(columns):
            raise ValueError(
                f"there {'is' if width == 1 else 'are'} {_columns(width)}{called}, not"
                f" {len(columns)}; say by their names or places which ones count"
            )
        return list(range(width))
    known = [word.casefold() for word in names or ()]
    found = []
    chosen = [column for column in columns if column is not None]
    if len(chosen) < len(columns):
        raise ValueError(f"if one column is named all {len(columns)} must be")
    for column in chosen:
        if isinstance(column, str):
            if known.count(column.strip().casefold()) != 1:
                why = "is no column" if column.strip().casefold() not in known else "is not unique"
                there = f"its {width} columns are{called}" if names else "its columns have no names"
                raise ValueError(f"{column!r} {why}; {there}")
            found.append(known.index(column.strip().casefold()))
        elif not 1 <= column <= width:
            raise ValueError(f"there is no column {column}; it has {width}{called}")
        else:
            found.append(column - 1)
    if len(set(found)) < len(found):
        raise ValueError("the same column is asked for twice")
    return found


def _columns(number: int) -> str:
    return f"{number} column{'s' * (number != 1)}"


def _hint(line: _Line) -> str:
    """Say what may be wrong with a line of numbers like 0,1."""
    if any("," in cell for cell in line.cells) or _DECIMAL_COMMAS.fullmatch(line.text):
        return "; for decimal commas say decimal_comma = true"
    return ""


def _values(line: _Line, width: int, places: list[int], *, islands: bool) -> tuple[float, ...]:
    """Return the numbers of a line; none of one that ends an island.

    Raises
    ------
    ValueError
        If there are others than these columns, or a cell is no number.
    """
    if not line.cells:
        return ()
    cells = line.cells + [""] * min(line.empty, width - len(line.cells))
    if len(cells) != width:
        text = one_line(line.text)[:_LONGEST]
        raise ValueError(f"{text!r} has {_columns(len(line.cells))}, those above have {width}")
    chosen = [cells[place] for place in places]
    if not any(chosen):
        return ()  # a shorter table that stands beside a longer one
    values = []
    for cell in chosen:
        value = _number(cell)
        if value is None or (math.isnan(value) and not islands):
            raise ValueError(f"{one_line(cell)[:_LONGEST]!r} is not a finite number")
        values.append(value)
    return () if any(map(math.isnan, values)) else tuple(values)


def _without_needless_ends(rows: list[Row], blank: list[bool]) -> list[Row]:
    """Leave out ends of islands that end none, and blank lines between all lines."""
    kept = list(_single_ends(rows))
    ends = [row for row in kept if not row.values]
    blanks = {row.line for row, is_blank in zip(rows, blank, strict=True) if is_blank}
    is_spaced = len(kept) > 1 and len(kept) == 2 * len(ends) + 1
    if is_spaced and all(row.line in blanks for row in ends):
        return [row for row in kept if row.values]
    return kept


def _single_ends(rows: list[Row]) -> Iterator[Row]:
    end: Row | None = None
    begun = False
    for row in rows:
        if row.values:
            if begun and end is not None:
                yield end
            yield row
            begun, end = True, None
        elif end is None:
            end = row
