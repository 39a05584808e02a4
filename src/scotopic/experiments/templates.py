"""Commented cards to begin with."""

from pathlib import Path
from typing import Final

from scotopic.errors import CardError, nearest, one_line

TEMPLATES: Final = Path(__file__).parent / "templates"
"""Directory of the templates; the first line of each says what it is, in a comment."""


def template_titles() -> dict[str, str]:
    """Return the templates by name, and what each is.

    Examples
    --------
    >>> template_titles()["thin-target"]
    'a thin target: missing energy behind it'
    """
    files = sorted(TEMPLATES.glob("*.toml"))
    return {file.stem: file.read_text("utf-8").partition("\n")[0].strip("# ") for file in files}


def template(name: str) -> str:
    """Return the text of a template.

    Raises
    ------
    CardError
        If there is none of this name.
    """
    known = template_titles()
    if name not in known:
        raise CardError(one_line(f"{name!r} is no template; {nearest(name, known)}"))
    return (TEMPLATES / f"{name}.toml").read_text("utf-8")
