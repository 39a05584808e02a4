"""The code and data behind a number: what its module imports, found without importing anything.

From a module on, import statements are followed: those inside of functions too, and those for
types alone, because what comes in as an argument computes as well. They lead into `scotopic` and
to what lies beside the first module: the rest of its package, or the other files of a script. The
standard library and installed packages are left out. To the code of a module belongs a folder
named `data` beside it.
"""

import ast
import hashlib
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

_OWN: Final = __name__.partition(".")[0]
_INSTALLED: Final = frozenset({"site-packages", "dist-packages"})
_LARGE_BYTES: Final = 1 << 20
"""Data files above this size are known by size and time of change: a user's may have gigabytes."""

_STATEMENT: Final = re.compile(
    rb"( *)(?:from (%b[.\w]*) import (\((?:[^)#]|#.*)*\)|[^\n#(]*)|import (%b[^\n#]*))"
    % (_OWN.encode(), _OWN.encode())
)
_COMMENT: Final = re.compile(rb"#.*")

# What is wanted of a module: the name of one thing in it, or one of these.
_ON_THE_WAY: Final = ""
_ALL: Final = "."


class Import(NamedTuple):
    """One name that a module imports.

    Attributes
    ----------
    module : str
        Where from, with the dots of a relative import.
    name : str
        What is taken from it; empty for a plain `import module`.
    bound : str
        What it is called afterwards.
    deferred : bool
        Whether the statement is indented: it is in a function, or for types alone.
    """

    module: str
    name: str
    bound: str
    deferred: bool


Find = Callable[[str], Path | None]
Parse = Callable[[bytes], tuple[Import, ...]]
Step = tuple[str, str]  # to a module, and what is wanted of it


def module_names(*values: object) -> tuple[str, ...]:
    """Return the modules of classes, or of those of values, and of what these derive from.

    Examples
    --------
    >>> from scotopic.models.axion_like import AxionLikeParticle
    >>> module_names(AxionLikeParticle(mediator_mass=0.1, photon_coupling=1e-4))
    ('scotopic.models.axion_like', 'scotopic.models.mediator', 'scotopic.models.portal')
    """
    kinds = dict.fromkeys(one if isinstance(one, type) else type(one) for one in values)
    names = dict.fromkeys(base.__module__ for kind in kinds for base in kind.__mro__)
    return tuple(n for n in names if n.partition(".")[0] not in sys.stdlib_module_names)


def source_digests(modules: Iterable[str]) -> Mapping[str, str] | None:
    """Return digests of the code and data behind modules, by name of module or data file.

    Parameters
    ----------
    modules : iterable of str
        Full names; those outside of this package are loaded already.

    Returns
    -------
    mapping of str to str, or None
        None if a module has no source that can be read, as in a notebook. The package's own files
        are read once a process, a user's again if they have changed.

    Examples
    --------
    >>> found = source_digests(["scotopic.decays.widths"])
    >>> "scotopic.decays.hadrons" in found, "scotopic.decays/data/hadronic_ratio.csv" in found
    (True, True)
    """
    roots = frozenset(modules)
    try:
        return (_digests_of_own if all(map(_is_own, roots)) else _digests)(roots)
    except OSError:
        return None


def _digests(roots: frozenset[str]) -> Mapping[str, str]:
    files = _closure(roots)
    found = {name: _read(name, file).digest for name, file in files.items()}
    packages = {_package(name, file): file.parent for name, file in files.items()}
    for package, folder in packages.items():
        found |= {f"{package}/{name}": digest for name, digest in _data(folder)}
    return found


_digests_of_own = lru_cache(_digests)


def _closure(roots: frozenset[str]) -> dict[str, Path]:
    """Return the files of all modules behind some, by name."""
    loaded = dict(_loaded(root) for root in roots if not _is_own(root))
    places = [_place(root, file) for root, file in loaded.items()]

    def find(module: str) -> Path | None:
        if _is_own(module):
            return _own_files().get(module)
        elsewhere = (_beside(module, *place) for place in places)
        return loaded.get(module) or next(filter(None, elsewhere), None)

    waiting = [(root, _ALL) for root in (*filter(_is_own, roots), *loaded)]
    seen: set[Step] = set()
    files = {}
    while waiting:
        step = waiting.pop()
        if step in seen or (file := find(step[0])) is None:
            continue
        seen.add(step)
        files[step[0]] = file
        waiting += _own_steps(*step) if _is_own(step[0]) else _steps(*step, find)
    return files


@lru_cache(maxsize=1)
def _own_files() -> Mapping[str, Path]:
    """Return the files of this package by name of the module."""
    home = Path(__file__).resolve().parent
    found = {}
    for path, folders, names in os.walk(home):
        folders[:] = [name for name in folders if name != "__pycache__"]
        package = ".".join([_OWN, *Path(path).relative_to(home).parts])
        for name in names:
            if name.endswith(".py"):
                module = package if name == "__init__.py" else f"{package}.{name[:-3]}"
                found[module] = Path(path, name)
    return found


def _steps(module: str, part: str, find: Find) -> tuple[Step, ...]:
    """Return where it goes on from a module of which a part is wanted."""
    file = find(module)
    assert file is not None  # noqa: S101 - it was found on the way here
    package = _package(module, file)
    onward = [(parent, _ON_THE_WAY) for parent in _parents(module)]
    for one in _followed(_read(module, file).imports, part):
        onward += _targets(one, package, find)
    return tuple(onward)


@cache
def _own_steps(module: str, part: str) -> tuple[Step, ...]:
    return _steps(module, part, _own_files().get)


def _followed(found: tuple[Import, ...], part: str) -> Iterable[Import]:
    """Leave out what a package imports late, unless it is the part of it that is asked for."""
    at_once = [one for one in found if not one.deferred]
    if part == _ON_THE_WAY:
        return at_once
    named = [one for one in found if one.bound == part]
    return [*at_once, *named] if named else found


def _targets(one: Import, package: str, find: Find) -> Iterator[Step]:
    """Name the modules that an import statement leads to, and what is wanted of each."""
    module = one.module.lstrip(".")
    if level := len(one.module) - len(module):
        above = package.split(".")
        module = ".".join(filter(None, [*above[: len(above) + 1 - level], module]))
    if not one.name:
        yield from ((name, _ALL) for name in (module, *_parents(module)))
    elif find(inner := f"{module}.{one.name}".lstrip(".")) is not None:
        yield inner, _ALL
    elif (file := find(module)) is not None:
        whole = file.name != "__init__.py" or one.name == "*"
        yield module, _ALL if whole else one.name


def _parents(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:k]) for k in range(1, len(parts))]


def _package(module: str, file: Path) -> str:
    """Return the package to which a module belongs; its own name if it is one."""
    return module if file.name == "__init__.py" else module.rpartition(".")[0]


def _is_own(module: str) -> bool:
    return module.partition(".")[0] == _OWN


def _loaded(module: str) -> tuple[str, Path]:
    """Return the name of a loaded module, also of one that is run as a script, and its file."""
    found = sys.modules.get(module)
    file = getattr(found, "__file__", None)
    if file is None:
        raise FileNotFoundError(f"no source for {module}")
    return getattr(getattr(found, "__spec__", None), "name", module), Path(file).resolve()


def _place(root: str, file: Path) -> tuple[Path, str | None]:
    """Return the folder around a user's module, and the package alone that counts if any."""
    parts = root.split(".")
    own = file.parent if file.name == "__init__.py" else file.with_suffix("")
    named_alike = own.parts[-len(parts) :] == tuple(parts)
    folder = own.parents[len(parts) - 1] if named_alike else file.parent
    return folder, parts[0] if _INSTALLED & set(folder.parts) else None


def _beside(module: str, folder: Path, package: str | None) -> Path | None:
    """Return the file of a module in a folder."""
    if not module or package not in (None, module.partition(".")[0]):
        return None
    path = folder.joinpath(*module.split("."))
    candidates = (path.with_name(f"{path.name}.py"), path / "__init__.py")
    return next((file for file in candidates if file.is_file()), None)


class _Module(NamedTuple):
    digest: str
    imports: tuple[Import, ...]


def _read(module: str, file: Path) -> _Module:
    status = file.stat()
    parse = formatted_imports if _is_own(module) else imports
    return _parsed(file, parse, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=2048)
def _parsed(file: Path, parse: Parse, _changed_ns: int, _size: int) -> _Module:
    source = file.read_bytes()
    return _Module(hashlib.sha256(source).hexdigest(), parse(source))


def _data(folder: Path) -> Iterator[tuple[str, str]]:
    """Digest the files in the folder of data beside the modules of a folder."""
    for path, _, names in os.walk(folder / "data"):
        for file in (Path(path, name) for name in sorted(names)):
            status = file.stat()
            if status.st_size > _LARGE_BYTES:
                digest = f"{status.st_size} bytes of {status.st_mtime_ns}"
            else:
                digest = hashlib.sha256(file.read_bytes()).hexdigest()
            yield file.relative_to(folder).as_posix(), digest


def imports(source: bytes) -> tuple[Import, ...]:
    """Return what Python code of any style imports; nothing if it is no Python.

    Examples
    --------
    >>> [(one.module, one.name) for one in imports(b"from .a import b; import c.d")]
    [('.a', 'b'), ('c.d', '')]
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return ()
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module, late = "." * node.level + (node.module or ""), node.col_offset > 0
            found += [Import(module, one.name, one.asname or one.name, late) for one in node.names]
        elif isinstance(node, ast.Import):
            late = node.col_offset > 0
            found += [Import(one.name, "", one.asname or one.name, late) for one in node.names]
    return tuple(found)


def formatted_imports(source: bytes) -> tuple[Import, ...]:
    """Return what this package's code imports of itself: quickly, as its format is known.

    A line of text that reads like a statement counts as one.
    """
    found = []
    for indent, package, listed, plain in _statements(source):
        for entry in _COMMENT.sub(b"", listed or plain).strip(b" \t()").decode().split(","):
            name, _, renamed = (word.strip() for word in entry.partition(" as "))
            if name:
                module, taken = (package.decode(), name) if package else (name, "")
                found.append(Import(module, taken, renamed or name, bool(indent)))
    return tuple(found)


def _statements(source: bytes) -> Iterator[tuple[bytes, ...]]:
    """Yield the groups of `_STATEMENT`: only lines are looked at that name this package."""
    at = source.find(_OWN.encode())
    while at >= 0:
        match = _STATEMENT.match(source, source.rfind(b"\n", 0, at) + 1)
        if match:
            yield match.groups(default=b"")
        at = source.find(_OWN.encode(), max(at + 1, match.end() if match else 0))
