"""A folder described for an archive: what RO-Crate 1.1 requires, nothing that leads nowhere, no file untrue."""

import json
from pathlib import Path
from typing import Any

import pytest

from stupror.experiments import batch, compare
from stupror.experiments.files.records import digest_of
from stupror.experiments.runs.crate import metadata, published
from stupror.model.inputs.errors import InputError

ADA, DAY = "Ada Ek (0000-0002-1825-0097)", "2026-11-30"
BY = published([ADA, "Bo Ek"], "CC-BY-4.0", DAY)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small comparison on disk."""
    with pytest.MonkeyPatch.context() as patch:
        from matplotlib.figure import Figure

        patch.setattr(Figure, "draw", lambda *_: None)
        found = compare(["status-quo", "municipal-fund"], municipalities="Karlshamn", years=2, seeds=1, point=True)
        return Path(found.save(tmp_path_factory.mktemp("crate") / "runs"))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small batch on disk."""
    plan = {
        "title": "A small batch",
        "model": {"municipalities": ["Karlshamn"], "years": 2, "worlds": "point"},
        "levers": {"designs": ["status-quo"]},
    }
    folder = tmp_path_factory.mktemp("crate") / "many"
    batch(plan, folder)
    return folder


def entities(folder: Path) -> dict[str, dict[str, Any]]:
    graph = metadata(folder, BY)["@graph"]
    assert len({each["@id"] for each in graph}) == len(graph)
    return {each["@id"]: each for each in graph}


def links(value: Any) -> list[str]:
    """Addresses that an entity points to."""
    if isinstance(value, dict):
        return [value["@id"]] if set(value) == {"@id"} else [at for each in value.values() for at in links(each)]
    return [at for each in value for at in links(each)] if isinstance(value, list) else []


@pytest.mark.parametrize("which", ["runs", "many"])
def test_it_has_what_the_profile_requires(which: str, request: pytest.FixtureRequest) -> None:
    """RO-Crate 1.1, "Root Data Entity": the descriptor, and six properties of the root."""
    folder = request.getfixturevalue(which)
    said = metadata(folder, BY)
    assert said["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    known = entities(folder)
    descriptor, root = known["ro-crate-metadata.json"], known["./"]
    assert descriptor["@type"] == "CreativeWork"
    assert descriptor["about"] == {"@id": "./"}
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert root["@type"] == "Dataset"
    assert root["datePublished"] == DAY
    assert all(isinstance(root[name], str) and root[name] for name in ("name", "description"))
    licence = known[root["license"]["@id"]]
    assert licence["name"]
    assert licence["description"]
    assert all("@type" in each for each in known.values())
    outside = [at for each in known.values() for at in links(each) if at not in known]
    assert outside == ["https://w3id.org/ro/crate/1.1"]  # all else that is pointed to is described


@pytest.mark.parametrize("which", ["runs", "many"])
def test_every_file_is_there_with_its_digest_and_every_column_with_its_unit(
    which: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(which)
    known = entities(folder)
    files = {at: each for at, each in known.items() if each["@type"] == "File"}
    assert {"runs.parquet", "manifest.json", "datapackage.json"} <= files.keys()
    for at, each in files.items():
        assert each["sha256"] == digest_of(folder / at)
        assert each["contentSize"] == str((folder / at).stat().st_size)
    assert {"@id": "runs.parquet"} in known["./"]["hasPart"]
    assert {"@id": "runs.parquet"} in known["#run"]["result"]
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    fields = {f"{each['path'].partition('.')[0]}.{field['name']}": field for each in package["resources"]
              for field in each["schema"]["fields"]}  # fmt: skip
    columns = {each["name"]: each for each in known.values() if each["@type"] == "PropertyValue"}
    assert columns.keys() == fields.keys()
    assert all(columns[name].get("unitText") == field.get("unit") for name, field in fields.items())
    assert [each["@id"] for each in known["./"]["variableMeasured"]] == [each["@id"] for each in columns.values()]


def test_it_says_who_made_it_of_what(runs: Path, many: Path) -> None:
    known, manifest = entities(runs), json.loads((runs / "manifest.json").read_text(encoding="utf-8"))
    assert known["https://orcid.org/0000-0002-1825-0097"]["name"] == "Ada Ek"
    assert known["#Bo-Ek"]["@type"] == "Person"
    assert known["#scenario"]["identifier"] == manifest["scenario"]["hash"]
    assert known["#design-municipal-fund"]["identifier"] == manifest["designs"][1]["hash"]
    assert known["#stupror"]["version"] == manifest["versions"]["stupror"]
    assert known["#run"]["description"] == manifest["this_run"]["command"] == "saved from Python"
    assert known["./"]["mentions"] == [{"@id": "#run"}]
    assert "endTime" in entities(many)["#run"]
    assert {"@id": "parts/"} in entities(many)["./"]["hasPart"]


def test_the_command_writes_it_and_a_file_that_is_not_what_was_written_is_refused(
    runs: Path, stupror: Any, tmp_path: Path
) -> None:
    words = ("crate", runs, "--author", ADA, "--license", "MIT", "--date", DAY)
    assert stupror(*words).code == 0
    first = (runs / "ro-crate-metadata.json").read_bytes()
    assert stupror(*words).code == 0
    assert (runs / "ro-crate-metadata.json").read_bytes() == first
    assert stupror("crate", tmp_path, "--author", ADA, "--license", "MIT").code == 2
    table = runs / "runs.csv"
    before = table.read_bytes()
    table.write_bytes(before + b"\n")
    said = stupror(*words)
    table.write_bytes(before)
    assert said.code == 2
    assert "runs.csv: is not what was written" in said.err
    (runs / "datapackage.json").rename(tmp_path / "datapackage.json")
    (runs / "datapackage.json").write_text('{"resources": [{}]}', encoding="utf-8")
    said = stupror(*words)
    (tmp_path / "datapackage.json").replace(runs / "datapackage.json")
    assert said.code == 2
    assert "is not what stupror writes there" in said.err
    (runs / "ro-crate-metadata.json").unlink()
    (runs / "ro-crate-metadata.json").mkdir()
    said = stupror(*words)
    (runs / "ro-crate-metadata.json").rmdir()
    assert (said.code, "ro-crate-metadata.json: cannot be written (" in said.err) == (1, True)
    assert "draft" not in said.err


@pytest.mark.parametrize(
    ("authors", "licence", "date", "says"),
    [
        ([], "MIT", DAY, "--author is missing"),
        (["Ada (0000-0002-1825-0098)"], "MIT", DAY, "is no ORCID"),
        (["Ada (1)"], "MIT", DAY, "is no ORCID"),
        (["(0000-0002-1825-0097)"], "MIT", DAY, "Give a name"),
        ([ADA], "CC-BY4", DAY, "Did you mean 'CC-BY-4.0'?"),
        ([ADA], "ftp://x", DAY, "is not known"),
        ([ADA], "MIT", "20261130", "Give year, month and day"),
        ([ADA], "MIT", "2026-13-30", "Give year, month and day"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(authors: list[str], licence: str, date: str, says: str) -> None:
    with pytest.raises(InputError) as said:
        published(authors, licence, date)
    assert any(says in each for each in said.value.problems), said.value.problems


def test_the_last_sign_of_an_orcid_may_be_an_x() -> None:
    assert published(["Ada Ek (0000-0002-1694-233X)"], "MIT", DAY).authors == (("Ada Ek", "0000-0002-1694-233X"),)


def test_a_licence_may_be_an_address() -> None:
    assert published([ADA], "https://example.org/terms", DAY).licence[0] == "https://example.org/terms"
