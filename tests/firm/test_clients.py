"""Which files of a folder are which client."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from avenant9.errors import InputError
from avenant9.firm.clients import Client, clients, is_result

ACTS = "Date de soins;Code acte\n02/01/2023;G\n"


def folder(tmp_path: Path, *names: str) -> Path:
    """A folder that holds files of these names; one that ends in / is an empty folder."""
    for name in names:
        path = tmp_path / "cabinet" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir()
        else:
            path.write_text(ACTS, encoding="utf-8")
    return tmp_path / "cabinet"


def shown(found: tuple[Client, ...]) -> dict[str, list[str]]:
    """Name -> its files, by what follows the folder of the firm."""
    return {one.name: [os.path.relpath(file, one.root).replace(os.sep, "/") for file in one.files] for one in found}


def test_each_file_and_each_subfolder_is_a_client(tmp_path: Path) -> None:
    place = folder(tmp_path, "zoé.csv", "Éluard.xlsx", "martin/mars.csv", "martin/2022/avril.csv", "abel.ods")
    assert shown(clients([str(place)])) == {
        "abel": ["abel.ods"],
        "Éluard": ["Éluard.xlsx"],
        "martin": ["martin/2022/avril.csv", "martin/mars.csv"],
        "zoé": ["zoé.csv"],
    }


@pytest.mark.parametrize(
    "name",
    [
        "a9.toml",
        "derogations.toml",
        ".cache.csv",
        ".DS_Store",
        "~$martin.xlsx",
        ".~lock.martin.ods#",
        "desktop.ini",
        "Thumbs.db",
        "__MACOSX/martin.csv",
        ".git/config.csv",
    ],
)
def test_what_is_no_client(name: str, tmp_path: Path) -> None:
    assert shown(clients([str(folder(tmp_path, "martin.csv", name))])) == {"martin": ["martin.csv"]}


def test_a_toml_is_a_practice_of_the_forfait(tmp_path: Path) -> None:
    place = folder(tmp_path, "martin.toml", "a9.toml")
    assert shown(clients([str(place)], toml=True)) == {"martin": ["martin.toml"]}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("janvier.json", '{"format": "a9-check/1",\n'),
        ("cabinet.json", '{\n "format": "a9-firm/1",\n'),
        ("anomalies.csv", "\ufeffRègle;Verdict;Fichier;Feuille\r\n"),
        ("clients.csv", "\ufeffClient;Praticien;Spécialité\r\n"),
        ("bilan.html", '<!doctype html>\n<meta name="generator" content="a9">\n'),
    ],
)
def test_a_result_is_no_client(name: str, content: str, tmp_path: Path) -> None:
    place = folder(tmp_path, "martin.csv")
    (place / name).write_text(content, encoding="utf-8")
    assert is_result(str(place / name))
    assert [*shown(clients([str(place)]))] == ["martin"]


def test_a_folder_of_results_is_no_client_and_an_empty_one_is_said(tmp_path: Path) -> None:
    place = folder(tmp_path, "martin.csv", "dupont/", "rapports/", "durand/a9.toml")
    (place / "rapports" / "martin.json").write_text('{"format": "a9-check/1"}', encoding="utf-8")
    found = clients([str(place)])
    assert {one.name: one.refused and one.refused.problem for one in found} == {
        "martin": None,
        "dupont": "dossier vide",
        "durand": "dossier vide",
    }


def test_what_stands_apart_is_no_client(tmp_path: Path) -> None:
    place = folder(tmp_path, "martin.csv", "acceptations.xlsx", "rapports/martin.txt")
    apart = [str(place / "acceptations.xlsx"), str(place / "rapports")]
    assert [*shown(clients([str(place)], apart))] == ["martin"]


@pytest.mark.parametrize("names", [(), ("a9.toml",), (".cache.csv", "~$martin.xlsx")])
def test_a_folder_without_clients_is_refused(names: tuple[str, ...], tmp_path: Path) -> None:
    place = folder(tmp_path, *names, "x/")
    (place / "x").rmdir()
    with pytest.raises(InputError, match="aucun client dans ce dossier"):
        clients([str(place)])


def test_two_clients_of_one_name_are_told_apart(tmp_path: Path) -> None:
    place = folder(tmp_path, "martin.csv", "Martin.xlsx", "martin/mars.csv", "durand.csv")
    found = clients([str(place)])
    assert {one.name: one.remark for one in found} == {
        "durand": "",
        "martin": "Plusieurs clients s'appellent « martin » ; celui-ci est ce dossier.",
        "martin.csv": "Plusieurs clients s'appellent « martin » ; celui-ci est ce fichier.",
        "Martin.xlsx": "Plusieurs clients s'appellent « Martin » ; celui-ci est ce fichier.",
    }


def test_the_same_name_in_two_folders(tmp_path: Path) -> None:
    places = [folder(tmp_path / year, "martin/mars.csv") for year in ("2022", "2023")]
    renamed = [place.rename(place.parent / f"cabinet {place.parent.name}") for place in places]
    assert [*shown(clients([*map(str, renamed)]))] == ["cabinet 2022/martin", "cabinet 2023/martin"]


@pytest.mark.skipif(not hasattr(os, "symlink") or os.name == "nt", reason="links need a right there")
def test_links(tmp_path: Path) -> None:
    """A link to a file is the file; one that leads nowhere is a client that cannot be read; none leads round."""
    place = folder(tmp_path, "martin.csv", "durand/mars.csv")
    (place / "lien.csv").symlink_to(place / "martin.csv")
    (place / "perdu.csv").symlink_to(place / "absent.csv")
    (place / "durand" / "retour").symlink_to(place)
    assert shown(clients([str(place)])) == {
        "durand": ["durand/mars.csv"],
        "lien": ["lien.csv"],
        "martin": ["martin.csv"],
        "perdu": ["perdu.csv"],
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_waited_for_by_nobody(tmp_path: Path) -> None:
    place = folder(tmp_path, "martin.csv")
    os.mkfifo(place / "tuyau.csv")
    assert [*shown(clients([str(place)]))] == ["martin"]


def test_sentences_without_the_folders(tmp_path: Path) -> None:
    file = os.path.join("clients", "martin.csv")
    alone = Client("martin", (file,), root="clients")
    assert alone.failed_by(InputError(file, "vide", "exportez")) == "vide ; exportez."
    assert alone.failed_by(InputError(f"{file}, a", "vide", "exportez")) == "martin.csv, a : vide ; exportez."
    inside = os.path.join("clients", "martin", "mars.csv")
    client = Client("martin", (inside,), folder=os.path.join("clients", "martin"), root="clients")
    assert client.below(inside) == "mars.csv"
    assert client.failed_by(InputError("a9.toml", "vide", "remplissez")) == "a9.toml : vide ; remplissez."
