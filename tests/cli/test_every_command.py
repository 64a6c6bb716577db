"""What every command owes to a console, a script and a disk."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from a9.commands.template import KINDS
from a9.main import COMMANDS

from .test_exits import command, environment
from .test_transcripts import Step, perform

pytestmark = pytest.mark.usefixtures("read_once")

ROOT = Path(__file__).resolve().parent.parent.parent
AS_OF = "--as-of 2026-11-22"
#: Commands that print a result in every format.
RESULTS = (
    f"check fixtures/annees/psychiatrie.xlsx {AS_OF}",
    f"forfait simulate fixtures/practices/cabinet_2022.toml --what-if {AS_OF}",
    f"forfait simulate fixtures/practices/cabinet_2022.toml --compare 2021,2022 {AS_OF}",
    f"forfait simulate fixtures/practices/cabinet_2022.toml --compare 2025,2026 {AS_OF}",
    "code TE2 --at 2026-02-01",
    "measures list --on 2022-09-30",
    "measures show snp",
    f"measures simulate fixtures/annee_mesures.xlsx {AS_OF}",
    "reconcile fixtures/encaissements/actes_2023.csv --year 2023 --payments fixtures/encaissements/banque.csv "
    f"{AS_OF}",
    f"threshold show fixtures/psychiatre_2022.xlsx {AS_OF}",
    f"threshold request fixtures/psychiatre_2022.xlsx {AS_OF}",
    f"claim fixtures/claims/cabinet_indus.xlsx fixtures/claims/cabinet_actes.csv {AS_OF}",
    f"find fixtures/claims/caisse_actes.csv --amount 39,52 {AS_OF}",
)
COMMANDS_SHOWN = (
    *RESULTS,
    f"check fixtures/annees/psychiatrie.xlsx {AS_OF} --profile fiscal",
    f"check fixtures/dirty/dates_melees.xlsx {AS_OF}",
    f"explain fixtures/annees/psychiatrie.xlsx --at 141 {AS_OF}",
    "columns fixtures/dirty/secteur_ambigu.csv",
    "forfait explain taux_dmp --year 2022",
    "forfait explain fmt --year 2026",
    "rules list",
    "rules list --code VL --at 2023-02-14",
    "code VL --at 2023-02-14",
    "code XYZ",
    "rules show frequence/te2-annuelle",
    "rules show tarif/conventionnel",
    *(f"template {kind}" for kind in ("forfait", "derogations", "waivers", "mapping")),  # the others are CSV: UTF-8
    *(f"completion {shell}" for shell in ("bash", "zsh", "fish", "powershell")),
    "--help",
    "--version",
    *(f"{name} --help" for name in COMMANDS),
    "check absent.xlsx",
    "check fixtures/dirty/html_nomme.xls",
    "rules show frequence/té2",
)


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_every_command_is_shown() -> None:
    assert {words.split()[0] for words in COMMANDS_SHOWN if not words.startswith("-")} >= set(COMMANDS) - {"report"}


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "ascii"])
@pytest.mark.parametrize("words", COMMANDS_SHOWN)
def test_redirected_to_an_old_console(words: str, encoding: str) -> None:
    """Nothing crashes, and no accent and no euro becomes a question mark."""
    whole, old = in_utf8(words), perform(f"PYTHONIOENCODING={encoding} a9 {words}")
    assert old.code == whole.code != 4
    for expected, found in ((whole.stdout, old.stdout), (whole.stderr, old.stderr)):
        assert found.count("?") <= expected.count("?")  # « EUR » is wider: a column may give way
        if encoding != "ascii":
            assert accents(found) == accents(expected)
            assert ("€" in found or "EUR" in found) is ("€" in expected or "EUR" in expected)


@cache
def in_utf8(words: str) -> Step:
    """What a command prints where any letter may be: looked at by several tests."""
    return perform(f"a9 {words}")


def accents(text: str) -> Counter[str]:
    """The letters that need an encoding, however lines are cut; old consoles write œ as oe."""
    return Counter(letter for letter in text if letter.isalpha() and not letter.isascii() and letter not in "œŒ")


@pytest.mark.parametrize("words", RESULTS)
def test_quiet_is_quiet(words: str, tmp_path: Path) -> None:
    for form in ("table", "csv", "json", "html", "xlsx"):
        step = perform(f"a9 {words} --quiet --format {form} -o {tmp_path / 'out'}")
        assert (step.stdout, step.stderr) == ("", "")
        assert (tmp_path / "out").stat().st_size > 100


@pytest.mark.parametrize("words", RESULTS)
def test_no_progress_where_it_is_piped(words: str) -> None:
    step = in_utf8(words)
    assert "\r" not in step.stderr
    assert "…" not in step.stderr


@pytest.mark.parametrize("words", RESULTS)
def test_a_workbook_does_not_go_to_standard_output(words: str) -> None:
    step = perform(f"a9 {words} --format xlsx")
    assert (step.code, step.stdout) == (2, "")
    assert step.stderr.splitlines()[-1].endswith(
        "--format xlsx : un classeur ne va pas sur la sortie standard ; donnez -o FICHIER.xlsx."
    )


@pytest.mark.parametrize("words", [*RESULTS, "template acts", "report --schema"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_device(words: str) -> None:
    step = perform(f"a9 {words} -o /dev/full")
    assert (step.code, step.stdout) == (3, "")
    assert "Erreur : /dev/full : le disque est plein ; libérez de la place, ou écrivez ailleurs.\n" in step.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("form", ["table", "csv", "json", "html", "xlsx"])
def test_a_named_pipe_is_written_through(tmp_path: Path, form: str) -> None:
    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()), daemon=True)
    reader.start()
    assert perform(f"a9 {RESULTS[0]} --quiet --format {form} -o {pipe}").code == 1
    reader.join(10)
    file = tmp_path / "file"
    perform(f"a9 {RESULTS[0]} --quiet --format {form} -o {file}")
    assert len(got[0]) > 1000
    assert form == "xlsx" or got[0] == file.read_bytes()
    assert pipe.is_fifo()


def unwritable(folder: Path) -> bool:
    try:
        (folder / "essai").touch()
    except OSError:
        return True
    (folder / "essai").unlink()
    return False


@pytest.mark.parametrize("words", RESULTS)
def test_a_folder_that_cannot_be_written(words: str, tmp_path: Path) -> None:
    folder = tmp_path / "lecture seule"
    folder.mkdir()
    folder.chmod(0o500)
    if not unwritable(folder):
        pytest.skip("the superuser writes everywhere")
    step = perform(f"a9 {words} --quiet --format csv -o '{folder}/resultat.csv'")
    assert step.code == 3
    assert step.stderr == (
        f"Erreur : {folder}/resultat.csv : écriture refusée ; fermez le fichier s'il est ouvert ailleurs, ou "
        "vérifiez vos droits.\n"
    )


@pytest.mark.parametrize("words", RESULTS)
def test_an_output_whose_folder_is_missing_is_said_at_once(words: str, tmp_path: Path) -> None:
    step = perform(f"a9 {words} -o {tmp_path}/absent/resultat.html")
    assert step.code == 3
    assert step.stderr == (
        f"Erreur : {tmp_path}/absent/resultat.html : le dossier n'existe pas ; créez-le, ou "
        "choisissez un autre nom.\n"
    )


@pytest.mark.skipif(os.name == "nt", reason="limits and signals of POSIX")
@pytest.mark.parametrize("form", ["csv", "xlsx", "html", "json"])
def test_a_disk_that_fills_up_leaves_no_partial_file(tmp_path: Path, form: str) -> None:
    """The size of files is limited in a child process: its write fails half-way, as on a full disk."""
    import resource  # not on Windows

    target = tmp_path / f"resultat.{form}"
    target.write_text("ancien", encoding="utf-8")

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    done = subprocess.run(
        command(*RESULTS[0].split(), "--quiet", "-o", str(target)),
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        check=False,
        preexec_fn=limited,
    )
    assert done.returncode == 3, done.stderr.decode()
    assert done.stderr.decode().count("\n") == 1
    assert target.read_text(encoding="utf-8") == "ancien"
    assert [file.name for file in tmp_path.iterdir()] == [target.name]


@pytest.mark.skipif(os.name == "nt", reason="a signal of POSIX")
@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT"])
def test_a_process_that_is_ended_leaves_no_partial_file(tmp_path: Path, how: str) -> None:
    """The end comes while the file is written: the place is as it was."""
    script = (
        "import os, signal, sys\n"
        "from a9 import main\n"
        f"os.fsync = lambda handle: os.kill(os.getpid(), signal.{how})\n"
        "sys.exit(main.run(sys.argv[1:]))\n"
    )
    target = tmp_path / "resultat.csv"
    target.write_text("ancien", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", script, *RESULTS[3].split(), "-o", str(target)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert done.returncode in {130, -signal.SIGTERM, 143}
    assert target.read_text(encoding="utf-8") == "ancien"
    assert [file.name for file in tmp_path.iterdir()] == [target.name]


# --- what is filled in ------------------------------------------------------------------------------------------

YEAR = "fixtures/annee_cabinet.xlsx --only seuil --fail-on never --as-of 2024-01-15 --quiet"
#: Kind -> the command that takes the file, `{}` standing for it.
TAKEN = {
    "acts": "check {} --as-of 2024-01-15 --quiet",
    "forfait": "forfait simulate {} --as-of 2024-01-15 --quiet",
    "shifts": "measures simulate {} --as-of 2024-01-15 --quiet",
    "protocols": "measures simulate {} --as-of 2024-01-15 --quiet",
    "derogations": f"check {YEAR} --derogations {{}}",
    "waivers": f"check {YEAR} --waivers {{}}",
    "mapping": "check fixtures/cabinet_conforme.csv --map {} --as-of 2024-01-15 --quiet",
    "key": "check fixtures/cabinet_conforme.csv --pseudonym-key {} --as-of 2024-01-15 --quiet",
}


@pytest.mark.parametrize("ending", ["csv", "toml", "txt", "xlsx"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_template_with_its_examples_is_accepted(kind: str, ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"{kind}.{ending}"
    made = perform(f"a9 template {kind} --example -o {file}")
    if made.code == 2:
        assert f"« {kind} » s'écrit en ." in made.stderr
        assert not file.exists()
        return
    step = perform(f"a9 {TAKEN[kind].format(file)}")
    assert (step.code, step.stderr) == (0, "")


# --- a folder of clients ----------------------------------------------------------------------------------------

LOOP = """
for f in clients/*.xlsx; do
    nom=$(basename "$f" .xlsx)
    a9 check "$f" --as-of 2024-01-15 --quiet -o "rapports/$nom.html" 2>> rapports/erreurs.txt
    echo "$nom $?"
done
a9 check clients/*.xlsx --as-of 2024-01-15 --quiet --format json -o tous.json 2> /dev/null || echo "tous $?"
"""


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX")
def test_a_folder_of_clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each client has a report under its name, spaces and accents included, and an exit code that a script reads."""
    clients, binaries = tmp_path / "clients", tmp_path / "bin"
    for folder in (clients, binaries, tmp_path / "rapports"):
        folder.mkdir()
    fixtures = ROOT / "fixtures"
    (clients / "Cabinet de l'Été.xlsx").write_bytes((fixtures / "annees" / "pediatrie.xlsx").read_bytes())
    (clients / "conforme.xlsx").write_bytes((fixtures / "cabinet_conforme.csv").read_bytes())  # a CSV under this name
    (clients / "protégé.xlsx").write_bytes((fixtures / "dirty" / "protege.xlsx").read_bytes())
    a9 = binaries / "a9"
    words = shlex.join(command())
    a9.write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
    a9.chmod(0o755)
    env = environment()
    env["PATH"] = f"{binaries}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(["sh", "-c", LOOP], cwd=tmp_path, env=env, capture_output=True, check=True)
    assert sorted(done.stdout.decode().splitlines()) == ["Cabinet de l'Été 1", "conforme 0", "protégé 3", "tous 3"]
    assert sorted(file.name for file in (tmp_path / "rapports").iterdir()) == [
        "Cabinet de l'Été.html",
        "conforme.html",
        "erreurs.txt",
    ]
    assert (tmp_path / "rapports" / "erreurs.txt").read_text(encoding="utf-8").count("\n") == 1
    assert (tmp_path / "tous.json").read_bytes().startswith(b'{"format": "a9-check/1"')
