"""Submissions to HEPData: tables as YAML with all that was used to make them."""

import gzip
import io
import os
import shutil
import tarfile
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from scotopic._version import __version__
from scotopic.errors import ScotopicError
from scotopic.extras import required
from scotopic.publication.attachments import (
    Attachment,
    card_names,
    of_an_experiment,
    of_the_combination,
    of_the_result,
)
from scotopic.publication.curves import curve_tables
from scotopic.publication.names import file_name, table_name, unique
from scotopic.publication.planes import tables_of_plane
from scotopic.publication.results import Directory, read_directory
from scotopic.publication.tables import PublishedTable, Variable
from scotopic.results import whole_file

_EXACT: Final = 17
"""Digits with which a number reads back equal."""


def write_submission(directories: Sequence[Path], output: Path) -> list[Path]:
    """Write results as a HEPData submission: a directory and the archive to be uploaded.

    Parameters
    ----------
    directories : sequence of Path
        Of results; each becomes one or more tables.
    output : Path
        The directory of the submission, which must not be there or be empty. Beside it, the same
        as `.tar.gz`. They appear whole or not at all.

    Returns
    -------
    list of Path
        The directory and the archive.

    Raises
    ------
    ScotopicError
        If a directory is named twice or holds no result that can be published, nothing is excluded
        in all of them, `output` is there already, an extra is missing, or hepdata-validator has
        objections.
    """
    required("hepdata_lib", "hepdata_validator", "yaml")
    archive = output.with_name(f"{output.name}.tar.gz")
    for path in (output, archive):
        if path.exists() and not (path.is_dir() and not any(path.iterdir())):
            raise ScotopicError(f"{path}: is there already; remove it or name another --output")
    places = [os.path.realpath(directory) for directory in directories]
    for i, directory in enumerate(directories):
        if places[i] in places[:i]:
            raise ScotopicError(f"{directory}: is named twice; its tables would be there twice")
    results = [read_directory(directory) for directory in directories]
    tables = list(_named_tables(results))
    if not tables:
        raise ScotopicError(f"{directories[0]}: no table has rows; nothing is to be published")
    with _aside(output) as scratch:
        _write(tables, results, scratch)
        _validate(scratch)
        with whole_file(archive) as stream:
            stream.write(_archive(scratch))
            scratch.replace(output)
    return [output, archive]


@contextmanager
def _aside(output: Path) -> Iterator[Path]:
    """Make a directory beside the one that it will become; it is gone if that fails."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        home = Path(tempfile.mkdtemp(dir=output.parent, prefix=f".{output.name}."))
    except OSError as error:
        raise ScotopicError(f"--output {output}: {error.strerror or error}") from None
    scratch = home / "submission"
    scratch.mkdir()
    try:
        yield scratch
    finally:
        shutil.rmtree(home, ignore_errors=True)


Published = tuple[PublishedTable, list[Attachment]]


def _named_tables(results: Iterable[Directory]) -> Iterator[Published]:
    """Yield all tables under unique names, each with the files that go with it."""
    prefixes: set[str] = set()
    names: set[str] = set()
    for result in results:
        prefix = unique(file_name(result.path.resolve().name), prefixes)
        common = [*of_the_result(result, prefix), *of_the_combination(result, prefix)]
        own = {
            label: [
                file
                for card, name in zip(result.experiments[label], names_of_cards, strict=True)
                for file in of_an_experiment(card, name)
            ]
            for label, names_of_cards in card_names(result, prefix).items()
        }
        if result.is_curve:
            tables = curve_tables(result.result, prefix)
        else:
            tables = tables_of_plane(result, prefix)
        for table in tables:
            files = [file for label in table.labels for file in own[label]]
            yield replace(table, name=unique(table_name(table.name), names)), [*common, *files]


def _write(tables: Sequence[Published], results: Sequence[Directory], directory: Path) -> None:
    import yaml  # noqa: PLC0415 - comes with hepdata_lib

    library = _hepdata_lib()
    submission = library.Submission()
    header = {
        "comment": _comment(results),
        "data_license": submission.get_license(),
        "additional_resources": submission.additional_resources,
    }
    text = yaml.safe_dump(header, default_flow_style=False, explicit_start=True)
    (directory / "submission.yaml").write_text(text, "utf-8")
    for published, attachments in tables:
        table = _table(library, published)
        for file in attachments:
            (directory / file.name).write_bytes(file.content)
            table.add_additional_resource(file.description, file.name, file_type=file.file_type)
        table.write_yaml(str(directory))


def _comment(results: Sequence[Directory]) -> str:
    titles = dict.fromkeys(one.title for one in results)
    return f"{'; '.join(titles)}. Computed with scotopic {__version__}."


def _hepdata_lib() -> Any:  # noqa: ANN401 - a module without types
    """Import the library without the warnings of what it imports."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import hepdata_lib  # noqa: PLC0415 - half a second
    return hepdata_lib


def _table(library: Any, published: PublishedTable) -> Any:  # noqa: ANN401 - no types
    """Return a table of hepdata_lib."""
    table = library.Table(published.name)
    table.description = published.description
    table.location = ""
    table.keywords = dict(published.keywords)
    for one in published.independent:
        table.add_variable(_variable(library, one, is_independent=True))
    for one in published.dependent:
        variable = _variable(library, one, is_independent=False)
        for name, value, units in published.qualifiers:
            variable.add_qualifier(name, value, units)
        table.add_variable(variable)
    return table


def _variable(library: Any, one: Variable, *, is_independent: bool) -> Any:  # noqa: ANN401 - same
    variable = library.Variable(
        one.name,
        is_independent=is_independent,
        is_binned=False,
        units=one.units,
        values=list(one.values),
        zero_uncertainties_warning=False,
    )
    variable.digits = _EXACT
    for label, distances in one.errors.items():
        uncertainty = library.Uncertainty(label, is_symmetric=False)
        uncertainty.values = distances
        variable.add_uncertainty(uncertainty)
    return variable


def _validate(directory: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from hepdata_validator.full_submission_validator import (  # noqa: PLC0415 - slow
            FullSubmissionValidator,
        )

        validator = FullSubmissionValidator(autoload_remote_schemas=False)
        if validator.validate(directory=str(directory)):
            return
    messages = [one.message for found in validator.get_messages().values() for one in found]
    raise ScotopicError(f"hepdata-validator: {'; '.join(messages)}".replace("\n", " "))


def _archive(directory: Path) -> bytes:
    """Pack a directory; equal content gives equal bytes."""
    stream = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=stream, mode="wb", filename="", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as archive,
    ):
        for path in sorted(directory.iterdir()):
            content = path.read_bytes()
            entry = tarfile.TarInfo(path.name)
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()
