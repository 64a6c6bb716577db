"""Volet 3: the yearly ceilings of the aid for an assistant médical. Never in the points."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from avenant9.errors import SettingError
from avenant9.period import add_months
from avenant9.results.forfait import Assistant, AssistantYear
from avenant9.wording import day, listed, quoted

if TYPE_CHECKING:
    from typing import Literal

    from avenant9.forfait.answers import AssistantContract, Practice
    from avenant9.rulebook.scales import AidAmounts, AidOption, AssistantAid

    Standing = Literal["open", "closed", "unsourced", "unknown", "review"]


def assistant(practice: Practice, year: int, aid: AssistantAid, volet_1: bool | None) -> Assistant | None:
    """The contract of a practice, year by year, or None without one.

    Args:
        practice: with its contract.
        year: of the forfait: what the aid has to do with volet 1 depends on it.
        aid: volet 3 of the scales.
        volet_1: met or not, None while unknown.

    Raises:
        SettingError: an unknown option or percentile, a contract that could not be signed on its day.
    """
    contract = practice.assistant
    if contract is None:
        return None
    place = f"{practice.place} : assistant" if practice.place else "assistant"
    option = _option(contract, aid, place)
    years = tuple(_year(contract, option, number) for number in range(1, aid.contract_years + 1))
    status, why = _standing(year, aid, volet_1)
    after = f"Le contrat commence après {year}." if contract.signed_on.year > year else ""
    versions = dict.fromkeys(_version(option, _starts(contract, one.year)).note for one in years)
    return Assistant(
        etp=contract.etp,
        signed_on=contract.signed_on,
        percentile=contract.percentile,
        status=status,
        years=years,
        total=sum(one.amount for one in years),
        note=" ".join(part for part in (*why, after, *versions, aid.note) if part),
    )


def _standing(year: int, aid: AssistantAid, volet_1: bool | None) -> tuple[Standing, list[str]]:
    """Where the aid stands at the end of a year, and what is known of the whole of it."""
    own = [one for one in aid.condition if one.from_.year <= year and (one.until == "open" or year <= one.until.year)]
    needed = own[-1].needs_volet_1 if own else "unsourced"
    if needed is True:
        standing: Standing = "open" if volet_1 else "unknown" if volet_1 is None else "closed"
    else:
        standing = needed or "open"
    return standing, [one.note for one in own]


def _option(contract: AssistantContract, aid: AssistantAid, place: str) -> AidOption:
    option = next((one for one in aid.option if one.etp == contract.etp), None)
    if option is None:
        raise SettingError(
            f"{place}, etp",
            f"« {contract.etp} » n'est pas une option",
            f"écrivez {listed(quoted(one.etp for one in aid.option), 'ou')}",
        )
    percentiles = list(option.amounts[0].euros)
    if contract.percentile not in percentiles:
        raise SettingError(
            f"{place}, percentile",
            f"« {contract.percentile} » n'est pas une tranche",
            f"écrivez {listed(quoted(percentiles), 'ou')}",
        )
    if contract.signed_on < option.first_day:
        raise SettingError(
            f"{place}, signe_le",
            f"l'aide n'existe pas encore le {day(contract.signed_on)}",
            f"donnez une date à partir du {day(option.first_day)}",
        )
    if option.last_day != "open" and contract.signed_on > option.last_day:
        raise SettingError(
            f"{place}, signe_le",
            f"l'option « {contract.etp} » n'est plus ouverte aux nouveaux contrats le {day(contract.signed_on)}",
            f"donnez une date jusqu'au {day(option.last_day)}, ou une autre option",
        )
    return option


def _starts(contract: AssistantContract, number: int) -> date:
    return add_months(contract.signed_on, 12 * (number - 1))


def _version(option: AidOption, start: date) -> AidAmounts:
    """The amounts of a contract year are those in force on the day it starts: a raise waits for the anniversary."""
    return next(
        one for one in reversed(option.amounts) if one.from_ <= start and (one.until == "open" or start <= one.until)
    )


def _year(contract: AssistantContract, option: AidOption, number: int) -> AssistantYear:
    start = _starts(contract, number)
    version = _version(option, start)
    amounts = next(own for percentile, own in version.euros.items() if percentile == contract.percentile)
    rank = min(number - version.first_year, len(amounts) - 1)
    return AssistantYear(
        year=number,
        from_=start,
        amount=amounts[rank] * 100,
        raised=version is not _version(option, contract.signed_on),
    )
