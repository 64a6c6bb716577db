"""The observations that are drafted: what is contested and why, what is accepted, what is asked."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docx
import pytest

from avenant9.documents.claim_letter import letter, render
from avenant9.results.claim import Claim
from oracle import a9

if TYPE_CHECKING:
    from collections.abc import Iterator

CLAIMS = Path(__file__).resolve().parent.parent.parent / "fixtures" / "claims"


def answered(folder: Path, name: str, *options: str) -> Claim:
    out = folder / "reponses.json"
    files = (str(next(CLAIMS.glob(f"{name}_indus.*"))), str(CLAIMS / f"{name}_actes.csv"))
    a9.run("claim", *files, "--as-of", "2025-09-20", "-o", str(out), "--quiet", *options)
    return Claim.model_validate(json.loads(out.read_bytes()))


@pytest.fixture
def cabinet(tmp_path: Path) -> Claim:
    return answered(tmp_path, "cabinet", "--notified", "2025-09-13", "--practitioner", "10001234567")


def plain(words: str) -> str:
    return words.replace("\u00a0", " ")


def test_the_whole_letter(cabinet: Claim) -> None:
    assert [plain(words) for words in letter(cabinet).words] == [
        "Docteur [prénom et nom], [spécialité], numéro 10001234567",
        "[adresse du cabinet, téléphone, courriel]",
        "Caisse primaire d'assurance maladie de [caisse]",
        "[service et adresse qui figurent sur la notification]",
        "[Ville], le [date]",
        "Objet : observations sur la notification d'indu reçue le 13/09/2025, référence […]",
        "Madame, Monsieur,",
        "Par la notification citée en objet, vous me réclamez 177,50 € au titre de 10 lignes de facturation. Dans le "
        "délai de deux mois qu'ouvre l'article R. 133-9-1 du code de la sécurité sociale, je vous adresse mes "
        "observations, ligne par ligne, d'après mes fichiers de facturation. Le détail est en annexe.",
        "Je conteste 6 lignes, pour 112,50 € :",
        "– lignes 3, 4 et 6 (60,00 €) : mes fichiers de facturation ne montrent aucune anomalie au regard des règles "
        "de la convention et de la nomenclature en vigueur au jour des soins.",
        "– ligne 2 (25,00 €) : le paiement a plus de trois ans à la date de la notification : l'action en "
        "recouvrement est prescrite (code de la sécurité sociale, article L. 133-4).",
        "– ligne 7 (10,00 €) : le même acte est déjà réclamé à une autre ligne du tableau.",
        "– ligne 9 (17,50 €) : la somme réclamée dépasse ce qui a été facturé, ou n'a pas été payée.",
        "Je ne conteste pas 1 ligne, pour 10,00 € réclamés, sous réserve de vérification du dossier :",
        "– ligne 5 (10,00 €) : au vu de mes fichiers, et dans la limite des sommes de l'annexe, soit 10,00 €.",
        "Pour 3 lignes, soit 55,00 €, je ne peux pas me prononcer en l'état :",
        "– ligne 11 (25,00 €) : je ne retrouve aucun acte qui y corresponde.",
        "– ligne 10 (25,00 €) : plusieurs actes peuvent être visés, ou le texte invoqué laisse un doute.",
        "– ligne 8 (5,00 €) : mes fichiers ne suffisent pas à répondre.",
        "Je vous demande de me communiquer, pour ces lignes, les pièces qui identifient chaque acte et fondent le "
        "grief : facture, date et montant du versement, texte appliqué.",
        "Je vous demande en conséquence d'abandonner la réclamation pour les lignes contestées. À défaut, je me "
        "réserve d'exercer les voies de recours que votre notification indique.",
        "Je me tiens à votre disposition pour un échange contradictoire : [téléphone, courriel].",
        "Veuillez agréer, Madame, Monsieur, l'expression de mes salutations distinguées.",
        "[Signature]",
    ]


def test_each_line_stands_in_one_annex(cabinet: Claim) -> None:
    annexes = {
        section.title: [row[0] for table in section.tables for row in table.rows]
        for section in letter(cabinet).annexes
    }
    assert annexes == {
        "Annexe 1. Lignes contestées": ["2", "3", "4", "6", "7", "9"],
        "Annexe 2. Lignes non contestées": ["5"],
        "Annexe 3. Pièces demandées": ["8", "10", "11"],
    }


def test_what_the_table_does_not_say_is_asked_for(tmp_path: Path) -> None:
    told = letter(answered(tmp_path, "caisse"))
    assert any(
        "ne donne pas partout la cause, la nature (le code de l'acte) et la date du versement" in words
        for words in told.words
    )
    assert "reçue le [date]" in str(told.subject)  # nobody said when it was notified
    assert told.annexes[-1].words == (
        "La cause : toutes les lignes.",
        "La nature (le code de l'acte) : toutes les lignes.",
        "La date du versement : toutes les lignes.",
    )


def test_the_last_day_to_answer_is_for_the_doctor_alone(cabinet: Claim) -> None:
    told = letter(cabinet)
    aside = " ".join(str(words) for section in told.aside for words in section.words)
    assert "deux mois à compter de la réception de la notification, soit le 13/11/2025 au plus tard" in aside
    assert "fraude" in aside
    assert not any("fraude" in words for words in told.words)


def test_the_file_holds_the_letter(cabinet: Claim) -> None:
    book = docx.Document(io.BytesIO(render(cabinet)))
    texts = [plain(paragraph.text) for paragraph in book.paragraphs]
    missing = [words for words in letter(cabinet).words if plain(words) not in texts]
    assert missing == []
    assert [len(rows) - 1 for rows in tables(book)] == [6, 1, 3]
    assert render(cabinet) == render(cabinet)


def tables(book: Any) -> Iterator[list[Any]]:
    for table in book.tables:
        yield list(table.rows)
