"""Count lines of Python: all, and those that hold code (no docstring, comment or blank line)."""

import ast
import io
import sys
import tokenize
from pathlib import Path

_NO_CODE = frozenset(
    {
        tokenize.COMMENT,
        tokenize.DEDENT,
        tokenize.ENCODING,
        tokenize.ENDMARKER,
        tokenize.INDENT,
        tokenize.NEWLINE,
        tokenize.NL,
    }
)


def code_lines(text: str) -> int:
    """Return how many lines hold code; strings that stand alone, as docstrings do, are none."""
    alone = {
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    code = {
        line
        for token in tokens
        if token.type not in _NO_CODE
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(code - alone)


def main() -> None:
    """Print a line for each folder named."""
    for folder in map(Path, sys.argv[1:] or ["src"]):
        texts = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py"))]
        every = sum(len(text.splitlines()) for text in texts)
        code = sum(map(code_lines, texts))
        print(f"{folder}: {len(texts)} files, {every} lines, {code} of code")


if __name__ == "__main__":
    main()
