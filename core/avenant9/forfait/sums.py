"""The lump sums beside the points: their lines, and their bounds where a text or an answer leaves several."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from msgspec import Struct

from avenant9.errors import SettingError
from avenant9.forfait.answers import Patients
from avenant9.forfait.judge import holds
from avenant9.forfait.majorations import Majoration, majorations
from avenant9.results.base import Source
from avenant9.results.forfait import Payment, Sum, SumLine
from avenant9.rulebook.conditions import leaves
from avenant9.rulebook.sums import ConditionSum, PatientSum
from avenant9.wording import capital, counted, integer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from avenant9.forfait.answers import Answer, Practice
    from avenant9.rulebook import sums as rules
    from avenant9.rulebook.scales import Key, Scale


def sums(practice: Practice, scale: Scale, keys: Mapping[str, Key]) -> tuple[Sum, ...]:
    """What is due to a practice beside the points of a year, in the order of the scale.

    Args:
        practice: its answers; those that a sum does not read are ignored.
        scale: of the year.
        keys: what a practice is asked, by id.

    Raises:
        SettingError: more patients of a sort than there are patients, prevention told twice.
    """
    due = (one for one in scale.sums if not one.only_if_told or any(key in practice.answers for key in one.keys))
    return tuple(
        _on_condition(one, practice.answers, keys)
        if isinstance(one, ConditionSum)
        else _by_patient(one, practice, scale.year, keys)
        for one in due
    )


# --- whole, on a condition --------------------------------------------------------------------------------


def _on_condition(one: ConditionSum, answers: Mapping[str, Answer], keys: Mapping[str, Key]) -> Sum:
    met = holds(one.condition, answers)
    whole = one.euros * 100
    silent = [keys[leaf.key].label for leaf in leaves(one.condition) if leaf.key not in answers]
    return Sum(
        id=one.id,
        label=one.label,
        euros={True: whole, False: 0, None: None}[met],
        low=whole if met else 0,
        high=0 if met is False else whole,
        lines=(SumLine(id=one.id, label=one.label, euros=whole),) if met else (),
        missing=tuple(silent) if met is None else (),
        left_out=one.left_out,
        notes=(one.note,) if one.note else (),
        source=_source(one),
    )


def _source(one: rules.PatientSum | ConditionSum) -> Source:
    return Source(title=one.source.title, article=one.source.article, url=one.source.url)


# --- by patient -------------------------------------------------------------------------------------------


class _Patients(Struct, frozen=True):
    """The list of a practice: the classes that were told, and the euros of all of them together."""

    told: Sequence[tuple[rules.PatientClass, Patients]]
    missing: tuple[str, ...]

    @property
    def total(self) -> int:
        """All patients of the classes told."""
        return sum(own.total for _, own in self.told)

    @property
    def not_seen(self) -> int:
        """Those not seen for two years."""
        return sum(own.not_seen for _, own in self.told)

    @property
    def euros(self) -> int:
        """What they bring as counted."""
        return sum(_seen_euros(one, own) + own.not_seen * one.unseen[0] for one, own in self.told)

    @property
    def kindest(self) -> int:
        """What they bring in the kindest reading."""
        return sum(_seen_euros(one, own) + own.not_seen * one.unseen[1] for one, own in self.told)


def _seen_euros(one: rules.PatientClass, own: Patients) -> int:
    return (own.total - own.not_seen) * one.euros


def _by_patient(one: PatientSum, practice: Practice, year: int, keys: Mapping[str, Key]) -> Sum:
    answers = practice.answers
    patients = _patients(one, answers, keys)
    _check(one, practice, patients)
    found = majorations(one, answers, year)
    whole = not patients.missing
    least, most = _supplement_bounds(one, answers, patients)
    prevention = _prevention(one, answers) or 0
    fixed = _supplement(one, answers) + prevention
    euros = _cents(patients.euros * _factor(one.cumulation[0], [own.counted for own in found]) + fixed)
    factors = [_factor(way, chosen) for way in one.cumulation for chosen in product(*(own.possible for own in found))]
    return Sum(
        id=one.id,
        label=one.label,
        euros=euros if whole else None,
        low=_cents(patients.euros * min(factors) + least + prevention),
        high=_cents(patients.kindest * max(factors) + most + prevention) if whole else None,
        lines=tuple(_lines(one, answers, patients, found, keys)),
        payments=tuple(_payments(one, year, euros - prevention * 100)) if whole else (),
        missing=(*patients.missing, *_silent(one, answers, keys)),
        left_out=one.left_out,
        notes=tuple(_notes(one, answers, patients, found)),
        source=_source(one),
    )


def _patients(one: PatientSum, answers: Mapping[str, Answer], keys: Mapping[str, Key]) -> _Patients:
    told, missing = [], []
    for part in one.class_:
        own = answers.get(part.key)
        if isinstance(own, Patients):
            told.append((part, own))
        else:
            missing.append(keys[part.key].label)
    return _Patients(told, tuple(missing))


def _number(answers: Mapping[str, Answer], key: str) -> int:
    """A number that was answered; nothing is counted for one that was not."""
    found = answers.get(key)
    return found if isinstance(found, int) else 0


def _supplement(one: PatientSum, answers: Mapping[str, Answer]) -> int:
    return _number(answers, one.supplement.key) * one.supplement.euros if one.supplement else 0


def _supplement_bounds(one: PatientSum, answers: Mapping[str, Answer], patients: _Patients) -> tuple[int, int]:
    """At least none of those not seen brings it, where that is disputed; at most every patient, while nobody says."""
    if one.supplement is None:
        return 0, 0
    own = _supplement(one, answers)
    if one.supplement.key not in answers:
        return 0, patients.total * one.supplement.euros
    unseen = min(_number(answers, one.supplement.key), patients.not_seen) if one.supplement.unseen_doubt else 0
    return own - unseen * one.supplement.euros, own


def _prevention(one: PatientSum, answers: Mapping[str, Answer]) -> int | None:
    """Its euros, or None where nothing was told of it."""
    if one.prevention is None or not any(key in answers for key in (*one.prevention.keys, one.prevention.total)):
        return None
    told = sum(_number(answers, key) for key in (*one.prevention.keys, one.prevention.total))
    return told * one.prevention.euros


def _factor(cumulation: rules.Cumulation, percents: Sequence[int]) -> Fraction:
    """What the base is multiplied by."""
    if cumulation == "added":
        return 1 + Fraction(sum(percents), 100)
    return Fraction(prod(100 + own for own in percents), 100 ** len(percents))


def _cents(euros: Fraction | int) -> int:
    """Cents, half up."""
    return int((euros * 100 + Fraction(1, 2)) // 1)


def _payments(one: PatientSum, year: int, payable: int) -> Iterator[Payment]:
    """The equal parts; the last one takes the cents that do not divide."""
    parts = len(one.instalments)
    for rank, month in enumerate(one.instalments, 1):
        own = payable // parts if rank < parts else payable - payable // parts * (parts - 1)
        yield Payment(month=date(year, month, 1), euros=own)


# --- lines ------------------------------------------------------------------------------------------------


def _lines(
    one: PatientSum,
    answers: Mapping[str, Answer],
    patients: _Patients,
    found: Sequence[Majoration],
    keys: Mapping[str, Key],
) -> Iterator[SumLine]:
    """What makes the sum as counted: the classes, the majorations of their total, what stands beside them."""
    for part, own in patients.told:
        apart = own.not_seen if part.unseen[0] != part.euros else 0
        yield _line(part.key, keys[part.key].label, own.total - apart, part.euros)
        if apart:
            label = f"{keys[part.key].label}, non vus depuis deux ans"
            yield _line(f"{part.key}.non_vus", label, apart, part.unseen[0])
    base = patients.euros
    for majoration in found:
        if majoration.counted and patients.told:
            more = Fraction(base * majoration.counted, 100)
            yield SumLine(id=majoration.id, label=majoration.told, euros=_cents(more))
    if one.supplement and one.supplement.key in answers:
        number = _number(answers, one.supplement.key)
        yield _line(one.supplement.key, one.supplement.label, number, one.supplement.euros)
    if one.prevention:
        for key in (*one.prevention.keys, one.prevention.total):
            if key in answers:
                yield _line(key, keys[key].label, _number(answers, key), one.prevention.euros)


def _line(name: str, label: str, patients: int, euros: int) -> SumLine:
    return SumLine(id=name, label=label, patients=patients, amount=euros * 100, euros=patients * euros * 100)


# --- what is missing, disputed or impossible --------------------------------------------------------------


def _silent(one: PatientSum, answers: Mapping[str, Answer], keys: Mapping[str, Key]) -> Iterator[str]:
    """What was not answered beside the classes, and could change the sum."""
    asked = [*([one.supplement.key] if one.supplement else []), *(own.key for own in one.majoration)]
    yield from (keys[key].label for key in asked if key not in answers)
    if one.prevention and _prevention(one, answers) is None:
        yield one.prevention.label


def _notes(
    one: PatientSum, answers: Mapping[str, Answer], patients: _Patients, found: Sequence[Majoration]
) -> Iterator[str]:
    if one.note:
        yield one.note
    if patients.euros != patients.kindest and one.unseen_doubt:
        yield _sentence(one.unseen_doubt)
    if one.supplement and _supplement_bounds(one, answers, patients)[0] < _supplement(one, answers):
        yield _sentence(one.supplement.unseen_doubt)
    for own in found:
        if any(own.possible):
            yield from own.notes
    if len(one.cumulation) > 1 and sum(any(own.possible) for own in found) > 1:
        yield _sentence(one.cumulation_doubt)
    if one.prevention and _prevention(one, answers) is not None and one.prevention.note:
        yield one.prevention.note


def _sentence(words: str) -> str:
    return f"{capital(words)}."


def _check(one: PatientSum, practice: Practice, patients: _Patients) -> None:
    """No more patients of a sort than there are, once the whole list is known; prevention is told once."""
    answers, prevention = practice.answers, one.prevention
    told = [key for key in prevention.keys if key in answers] if prevention else []
    if prevention and told and prevention.total in answers:
        raise _error(
            practice, prevention.total, "le total et le détail sont donnés tous les deux", "donnez l'un ou l'autre"
        )
    if patients.missing:
        return
    if one.supplement:
        _check_most(practice, one.supplement.key, patients.total, patients.total)
    for key in told:
        _check_most(practice, key, patients.total, patients.total)
    if prevention:
        _check_most(practice, prevention.total, len(prevention.keys) * patients.total, patients.total)


def _check_most(practice: Practice, key: str, most: int, patients: int) -> None:
    given = _number(practice.answers, key)
    if given > most:
        problem = f"{integer(given)} pour une patientèle de {counted(patients, 'patient')}"
        raise _error(practice, key, problem, f"donnez au plus {integer(most)}, ou corrigez les effectifs des classes")


def _error(practice: Practice, key: str, problem: str, remedy: str) -> SettingError:
    return SettingError(f"{practice.place} : {key}" if practice.place else key, problem, remedy)
