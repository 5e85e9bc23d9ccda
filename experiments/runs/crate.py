"""A folder of results described for an archive: `ro-crate-metadata.json`, by RO-Crate 1.1 (w3id.org/ro/crate/1.1).

Made from the manifest and the data dictionary that lie in the folder: files with their digests, what stands in each
column, which version of stupror made them out of which scenario and designs, and by which command. Who publishes, under
which licence and when is for whoever publishes to say. Read by `stupror crate`.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...model.inputs.errors import InputError, meant, shown
from ..files import places, records
from ..files.records import MANIFEST
from ..files.tables import CRATE, MEDIA, PACKAGE

__all__ = ["Published", "metadata", "published", "write"]

PROFILE = "https://w3id.org/ro/crate/1.1"
TERMS = {"sha256": "https://schema.org/sha256"}  # the one word that the context of 1.1 lacks
LICENCES = {
    "CC0-1.0": "Creative Commons Zero 1.0: no rights reserved",
    "CC-BY-4.0": "Creative Commons Attribution 4.0",
    "CC-BY-SA-4.0": "Creative Commons Attribution-ShareAlike 4.0",
    "CC-BY-NC-4.0": "Creative Commons Attribution-NonCommercial 4.0",
    "ODbL-1.0": "Open Database License 1.0",
    "MIT": "MIT License",
}
_AGAIN = "Run it again."
_MEDIA = MEDIA | {
    "json": "application/json",
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_OURS = {
    MANIFEST: "What was run, with what: scenario, designs, seeds, versions, digests",
    PACKAGE: "What stands in each column of the tables (Data Package 2.0)",
    "report.html": "The report of the runs, for people",
    "report.xlsx": "The tables and figures of the report as a workbook",
}
_FOLDERS = {"parts": "The finished runs of the batch", "tables": "Whole result tables of single runs"}
_AUTHOR = re.compile(r"(?P<name>[^()<>]*[^()<>\s])\s*(?:\((?P<orcid>[0-9X-]+)\))?")


@dataclass(frozen=True)
class Published:
    """Who publishes a folder, under which licence, and when: authors as (name, ORCID or ""), licence as (id, name)."""

    authors: tuple[tuple[str, str], ...]
    licence: tuple[str, str]
    date: str


def published(authors: Sequence[str], licence: str, date: str) -> Published:
    """Read what whoever publishes says.

    Parameters
    ----------
    authors
        Names, each with an ORCID in brackets if there is one: ``Ada Ek (0000-0002-1825-0097)``.
    licence
        One of `LICENCES`, or an address of a licence.
    date
        Year, month and day.

    Raises
    ------
    InputError
        With all that is wrong.
    """
    problems, read = [], []
    for each in authors:
        found = _AUTHOR.fullmatch(each.strip())
        if found is None:
            problems.append(f"--author is {shown(each)}. Give a name, with an ORCID in brackets if there is one.")
        elif found["orcid"] and not _is_orcid(found["orcid"]):
            problems.append(f"--author: {shown(found['orcid'])} is no ORCID. One looks like 0000-0002-1825-0097.")
        else:
            read.append((found["name"], found["orcid"] or ""))
    if not authors:
        problems.append("--author is missing. Give the name of who publishes this, once for each.")
    address = licence if re.fullmatch(r"https?://\S+", licence) else f"https://spdx.org/licenses/{licence}"
    if address != licence and licence not in LICENCES:
        known = ", ".join(LICENCES)
        near = meant(licence, LICENCES)
        problems.append(f"--license '{licence[:60]}' is not known.{near} Give {known} or an address.")
    try:
        day = datetime.date.fromisoformat(date).isoformat() == date
    except ValueError:
        day = False
    if not day:
        problems.append(f"--date is {shown(date)}. Give year, month and day, such as 2026-11-30.")
    if problems:
        raise InputError(problems)
    return Published(tuple(read), (address, LICENCES.get(licence, licence)), date)


def write(folder: Path, by: Published) -> Path:
    """Write the description into a folder of results, whole or not at all; an earlier one is replaced.

    Raises
    ------
    InputError
        If the folder holds no results, or a file is not what was written.
    stupror.experiments.files.places.WriteError
        If it cannot be written.
    """
    text = json.dumps(metadata(folder, by), indent=2, ensure_ascii=False) + "\n"
    try:
        places.write_text(folder / CRATE, text)
    except OSError as error:
        raise places.WriteError(places.cannot(folder / CRATE, error)) from error
    return folder / CRATE


def metadata(folder: Path, by: Published) -> dict[str, Any]:
    """Describe a folder of results: the content of `ro-crate-metadata.json`, the same for the same folder and `by`.

    Raises
    ------
    InputError
        If the folder holds no results, or a file is not what was written.
    """
    if not (folder / MANIFEST).is_file():
        raise InputError([f"{folder}: holds no results. Give a folder that run, compare or batch has written."])
    said = records.parsed(folder / MANIFEST)
    kind = records.BatchManifest if said.get("kind") == "batch" else records.RunManifest
    manifest = records.record(folder / MANIFEST, kind, _AGAIN)
    package = records.parsed(folder / PACKAGE)
    files = _files(folder, manifest["files"])
    within = [_folder(folder / name, words) for name, words in _FOLDERS.items() if (folder / name).is_dir()]
    people = [_person(name, orcid) for name, orcid in by.authors]
    made = _made(manifest)
    try:
        columns = _columns(package)
    except (KeyError, TypeError) as error:
        raise InputError([f"{folder / PACKAGE}: is not what stupror writes there. {_AGAIN}"]) from error
    title = str(manifest.get("title") or manifest["scenario"]["title"])
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"stupror: {title}",
        "description": _description(manifest),
        "datePublished": by.date,
        "license": {"@id": by.licence[0]},
        "author": _links(people),
        "hasPart": _links([*files, *within]),
        "variableMeasured": _links(columns),
        "mentions": _links(made[:1]),
    }
    made[0]["result"] = _links(files)
    licence = {"@id": by.licence[0], "@type": "CreativeWork", "name": by.licence[1], "description": by.licence[1]}
    descriptor = {
        "@id": CRATE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": PROFILE},
        "about": {"@id": "./"},
    }
    graph: list[dict[str, Any]] = [descriptor, root, *files, *within, *people, licence, *made, *columns]
    once = {each["@id"]: each for each in reversed(graph)}  # a licence may be that of the software, too
    return {"@context": [f"{PROFILE}/context", TERMS], "@graph": list(reversed(once.values()))}


def _is_orcid(text: str) -> bool:
    """Whether it has the form of an ORCID and its check digit (ISO 7064, mod 11-2)."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]", text) is None:
        return False
    total = 0
    for digit in text.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return text[-1] == ("X" if check == 10 else str(check))


def _links(entities: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [{"@id": each["@id"]} for each in entities]


def _files(folder: Path, digests: Mapping[str, str]) -> list[dict[str, Any]]:
    """Describe the tables, which must be what was written, and our other files that are there."""
    found, problems = [], []
    for name in sorted({*digests, *(each for each in _OURS if (folder / each).is_file())}):
        path = folder / name
        if not path.is_file():
            problems.append(f"{path}: is not there, and {MANIFEST} names it. {_AGAIN}")
            continue
        digest = records.digest_of(path)
        if digest != digests.get(name, digest):
            problems.append(f"{path}: is not what was written. {_AGAIN}")
        found.append(
            {
                "@id": name,
                "@type": "File",
                "name": name,
                "description": _OURS.get(name, f"Table {path.stem}; its columns are described in {PACKAGE}"),
                "encodingFormat": _MEDIA[path.suffix[1:]],
                "contentSize": str(path.stat().st_size),
                "sha256": digest,
            }
        )
    if problems:
        raise InputError(problems)
    return found


def _folder(path: Path, words: str) -> dict[str, Any]:
    return {"@id": f"{path.name}/", "@type": "Dataset", "name": path.name, "description": words}


def _person(name: str, orcid: str) -> dict[str, Any]:
    return {"@id": f"https://orcid.org/{orcid}" if orcid else f"#{_slug(name)}", "@type": "Person", "name": name}


def _made(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Describe how the files were made: the action first, then its software, scenario and designs."""
    versions = manifest["versions"]
    software = {
        "@id": "#stupror",
        "@type": "SoftwareApplication",
        "name": "stupror",
        "version": versions["stupror"],
        "license": {"@id": "https://spdx.org/licenses/MIT"},
        "softwareRequirements": [f"{name} {number}" for name, number in versions.items() if name != "stupror"],
    }
    mit = {"@id": "https://spdx.org/licenses/MIT", "@type": "CreativeWork", "name": LICENCES["MIT"]}
    scenario = {
        "@id": "#scenario",
        "@type": "CreativeWork",
        "name": manifest["scenario"]["title"],
        "identifier": manifest["scenario"]["hash"],
        "description": f"The scenario; all in which it differs from the built-in one stands in {MANIFEST}",
    }
    designs = [
        {
            "@id": f"#design-{_slug(each['name'])}",
            "@type": "CreativeWork",
            "name": each["title"],
            "identifier": each["hash"],
            "alternateName": each["name"],
        }
        for each in manifest["designs"]
    ]
    sessions = manifest.get("sessions") or [manifest.get("this_run", {})]
    action = {
        "@id": "#run",
        "@type": "CreateAction",
        "name": f"Runs of stupror {versions['stupror']}",
        "description": str(sessions[0].get("command") or "made from Python"),
        "instrument": {"@id": "#stupror"},
        "object": _links([scenario, *designs]),
    }
    if sessions[-1].get("ended"):
        action["endTime"] = sessions[-1]["ended"]
    return [action, software, scenario, *designs, mit]


def _columns(package: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Describe every column of every table once, with its unit, from the data dictionary."""
    found: dict[str, dict[str, Any]] = {}
    for resource in package["resources"]:
        table = Path(resource["path"]).stem
        for field in resource["schema"]["fields"]:
            at = f"#{table}.{_slug(field['name'])}"
            entity = {"@id": at, "@type": "PropertyValue", "name": f"{table}.{field['name']}"}
            entity["description"] = field["description"]
            found[at] = entity | ({"unitText": field["unit"]} if "unit" in field else {})
    return list(found.values())


def _description(manifest: Mapping[str, Any]) -> str:
    """Say in a sentence what was run."""
    names = ", ".join(each["title"] for each in manifest["designs"])
    many = f"{manifest['runs']} runs of {manifest['draws']} draws" if "runs" in manifest else ""
    many = many or f"{len(manifest['seeds'])} seed{'s' * (len(manifest['seeds']) > 1)}"
    return (
        "Result tables of an agent-based simulation of who pays and who gains when early interventions for children "
        f"are funded. Designs: {names}. {many}, {manifest['years']} years from {manifest['start_year']}."
    )


def _slug(text: str) -> str:
    """Give a text as a part of an address: letters, digits and hyphens."""
    return re.sub(r"[^A-Za-z0-9_.]+", "-", text).strip("-")
