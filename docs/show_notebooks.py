"""Shows the notebooks of this folder as pages: a hook of mkdocs.

By hand, `python docs/show_notebooks.py docs/tutorial.ipynb` runs the cells anew and keeps what they
print and display.
"""

import ast
import base64
import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

HERE = Path(__file__).parent

Cell = dict[str, Any]
Output = dict[str, Any]

_FORMULA = re.compile(r"\$([^$]+)\$")


def on_files(files: "Files", config: "MkDocsConfig") -> "Files":
    """Add a page for each notebook to the site (called by mkdocs)."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - by hand it works without mkdocs

    for path in sorted(HERE.glob("*.ipynb")):
        page = f"{path.stem}.md"
        files.append(File.generated(config, page, content=as_markdown(path)))
    return files


def cells_of(path: Path) -> list[Cell]:
    """Return the cells of a notebook."""
    found: list[Cell] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


def as_markdown(path: Path) -> str:
    """Return a notebook as a page, with the outputs that it holds."""
    parts = []
    for cell in cells_of(path):
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
            continue
        parts.append(f"```python\n{source}\n```")
        parts += map(_shown, cell["outputs"])
    link = f"[The notebook]({path.name}) itself runs in Jupyter."
    return "\n\n".join([*parts, link, ""])


def _shown(output: Output) -> str:
    """Return an output as Markdown: its picture, its table, or its text."""
    if output["output_type"] == "stream":
        return f"```text\n{''.join(output['text']).rstrip()}\n```"
    data = output["data"]
    if "image/png" in data:
        return f'<img alt="figure" src="data:image/png;base64,{"".join(data["image/png"])}">'
    if "text/html" in data:
        html = _FORMULA.sub(r'<span class="arithmatex">\\(\1\\)</span>', "".join(data["text/html"]))
        return f"<div>{' '.join(html.split())}</div>"
    return f"```text\n{''.join(data['text/plain'])}\n```"


def executed(cells: list[Cell]) -> Iterator[tuple[Cell, list[Output]]]:
    """Run the cells of code one after another; yield each with its outputs."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate((c for c in cells if c["cell_type"] == "code"), 1):
        printed = io.StringIO()
        with redirect_stdout(printed):
            value = _value_of("".join(cell["source"]), names)
        outputs: list[Output] = []
        if printed.getvalue():
            text = printed.getvalue().splitlines(keepends=True)
            outputs.append({"output_type": "stream", "name": "stdout", "text": text})
        if value is not None:
            outputs.append(
                {
                    "output_type": "execute_result",
                    "execution_count": number,
                    "metadata": {},
                    "data": _displayed(value),
                }
            )
        yield cell, outputs


def _value_of(source: str, names: dict[str, Any]) -> object:
    """Run a cell; return the value of the expression at its end, if there is one."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)  # noqa: S102 - it is ours
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307


def _displayed(value: object) -> dict[str, list[str]]:
    """Return what a notebook keeps of a value: figures as pictures, others as text and tables."""
    figure = getattr(value, "figure", None)
    found = {"text/plain": repr(value).splitlines(keepends=True)}
    if figure is not None:
        picture = io.BytesIO()
        figure.savefig(picture, format="png", dpi=80, metadata={"Software": None})
        found["image/png"] = [base64.b64encode(picture.getvalue()).decode()]
    as_html: Callable[[], str] | None = getattr(value, "_repr_html_", None)
    if as_html is not None:
        found["text/html"] = as_html().splitlines(keepends=True)
    return found


def main() -> None:
    """Run notebooks anew."""
    for path in map(Path, sys.argv[1:]):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for number, (cell, outputs) in enumerate(executed(notebook["cells"]), 1):
            cell |= {"outputs": outputs, "execution_count": number}
        path.write_text(f"{json.dumps(notebook, indent=1, ensure_ascii=False)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
