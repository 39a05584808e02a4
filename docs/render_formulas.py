"""Turns the formulas of the pages into MathML: a hook of mkdocs.

Browsers draw MathML themselves, so that the site needs no script and no network.
"""

import html
import logging
import re
from typing import TYPE_CHECKING

from latex2mathml.converter import convert

if TYPE_CHECKING:
    from mkdocs.structure.pages import Page
    from mkdocs.structure.toc import AnchorLink

# a formula as the extension `arithmatex` marks it in its generic mode
_FORMULA = re.compile(
    r'<(?P<tag>span|div) class="arithmatex">\s*\\[(\[](?P<latex>.*?)\\[)\]]\s*</(?P=tag)>',
    re.DOTALL,
)
_IN_TITLE = re.compile(r"\\\((.+?)\\\)")
# a prime is a raised sign already; raised once more it vanishes where no font for formulas is
_PRIME = re.compile(r"<msup>(<mi>[^<]+</mi>)<mi>(&#x02032;)</mi></msup>")
# what the converter does not know it passes on as text
_NOT_CONVERTED = re.compile(r">(\\[a-zA-Z]*|&)<")

_log = logging.getLogger("mkdocs.hooks.render_formulas")


def on_page_content(content: str, page: "Page", **_: object) -> str:
    """Replace the formulas of a page (called by mkdocs)."""
    for entry in page.toc:
        _in_headings(entry)

    def replacement(match: re.Match[str]) -> str:
        latex, tag = html.unescape(match["latex"]).strip(), match["tag"]
        try:
            formula = mathml(latex, display=tag == "div")
        except ValueError as error:
            _log.warning("%s: %s", page, error)
            return match[0]
        return f'<{tag} class="formula">{formula}</{tag}>'

    return _FORMULA.sub(replacement, content)


def _in_headings(entry: "AnchorLink") -> None:
    """Replace the formulas of an entry of the table of contents and of those below it."""
    entry.title = _IN_TITLE.sub(lambda match: mathml(match[1], display=False), entry.title)
    for below in entry.children:
        _in_headings(below)


def mathml(latex: str, *, display: bool) -> str:
    """Return a formula as MathML.

    Raises
    ------
    ValueError
        If the converter does not know all of it.
    """
    bare = latex.replace(r"\{", "").replace(r"\}", "")
    if bare.count("{") != bare.count("}"):
        raise ValueError(f"unbalanced braces in {latex!r}")
    known = latex.replace("{aligned}", "{align*}")
    try:
        converted = convert(known, display="block" if display else "inline")
    except Exception as error:  # the converter's exceptions have no base class of their own
        raise ValueError(f"{type(error).__name__} in {latex!r}") from error
    unknown = _NOT_CONVERTED.search(converted)
    if unknown:
        raise ValueError(f"{unknown[1]} is not known in {latex!r}")
    return _PRIME.sub(r'<mrow>\1<mo lspace="0em" rspace="0em">\2</mo></mrow>', converted)
