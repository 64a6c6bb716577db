"""What one column says of another, where it is empty: the pathway, the codes of a visit, the rows of an invoice.

Choices made where the rulings leave one:

- a value that the file gives wins over what another column says of it;
- a visit is a practitioner, patient and day; where nobody is named, the day of an invoice of which no row names
  anybody, else the row;
- an invoice without a practitioner is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle.book import Book
    from oracle.reading import Act


def complete(acts: list[Act], book: Book) -> None:
    """Fills in what the pathway and the codes of the visit say."""
    for act in acts:
        tell_pathway(act, book)
    for act in acts:
        tell_specialty(act, acts, book)


def same_invoice(act: Act, other: Act) -> bool:
    return (
        act.practitioner is not None
        and act.invoice is not None
        and (act.practitioner, act.invoice) == (other.practitioner, other.invoice)
    )


def name_patients(acts: list[Act]) -> None:
    """The rows of one invoice are one patient: the one that it names, or somebody, if it names nobody.

    Before anything is netted: a cancellation without a name is that of the patient of its invoice.
    """
    named: dict[tuple[str, str], set[str]] = {}
    for act in acts:
        if act.practitioner is not None and act.invoice is not None:
            found = named.setdefault((act.practitioner, act.invoice), set())
            found.update([act.patient] if act.patient is not None else [])
    for act in acts:
        if act.patient is not None or act.practitioner is None or act.invoice is None:
            continue
        names = named[act.practitioner, act.invoice]
        if len(names) == 1:
            [act.patient] = names
        act.nobody_on_invoice = not names


def same_visit(act: Act, other: Act) -> bool:
    """Whether both are surely of one practitioner, patient and day; a row is with itself."""
    if act.row == other.row:
        return True
    if act.date != other.date or act.practitioner is None or act.practitioner != other.practitioner:
        return False
    if act.patient is None and other.patient is None:
        return act.nobody_on_invoice and other.nobody_on_invoice and same_invoice(act, other)
    return act.patient == other.patient


def tell_pathway(act: Act, book: Book) -> None:
    """The letter tells who the doctor is to the patient; a médecin traitant needs no letter."""
    letters = book.deductions["pathway"]
    becoming = any(act.code == one["code"] and one.get("reason") in (None, act.reason) for one in letters["becoming"])
    act.stands_in = act.pathway in letters["stands_in"]
    if act.treating_doctor is True and act.pathway is None:
        act.pathway = letters["settled_as"]
    elif act.treating_doctor is None and act.pathway in letters["treating_doctor"]:
        act.treating_doctor = True
    elif act.treating_doctor is None and act.pathway in letters["another_doctor"] and not becoming:
        act.treating_doctor = False


def tell_specialty(act: Act, acts: list[Act], book: Book) -> None:
    """Some codes are those of a specialty: where no act of the visit has one, all its acts may have it."""
    says = book.deductions["specialty"]
    visit = [other for other in acts if same_visit(act, other)]
    if any(other.code in says["codes"] for other in visit) and all(other.specialty is None for other in visit):
        act.likely_specialty = says["specialty"]
