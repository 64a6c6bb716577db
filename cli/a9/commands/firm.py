"""A folder of clients: what `a9 check` and `a9 threshold show` do with it, and what `firm_forfait` shares."""

from __future__ import annotations

import os
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import click
from msgspec import Struct

from a9 import options
from a9.exits import ExitCode, code_of, say, unforeseen, worst
from a9.kept import Kept, check_folder
from a9.output import ENDINGS, check_place, format_for
from a9.settings import given_by_hand
from a9.status import status_of, status_of_reading
from avenant9.errors import A9Error
from avenant9.records import replace
from avenant9.report.formats import FORMATS, WHOLE
from avenant9.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from a9.output import Notices
    from a9.request import CheckRequest, Request
    from avenant9.firm.clients import Client
    from avenant9.firm.run import Asked
    from avenant9.model import Unread
    from avenant9.report.formats import Format
    from avenant9.results import firm as results
    from avenant9.results.check import Report

#: Options that say something of one set of acts.
_OF_ONE = {
    "annotate": "--annotate",
    "write_waivers": "--write-waivers",
    "reason": "--reason",
    "author": "--author",
    "findings": "--findings",
    "texts": "--texts",
    "master": "--master",
}
_DIED = "le contrôle s'est interrompu (mémoire insuffisante ou contenu anormal) ; contrôlez ce client seul."


class Wanted(Struct, frozen=True):
    """What is wanted of each client besides its line.

    Attributes:
        fail_on: what makes its exit 1.
        findings: whether the result shows them.
        own: the format of its own report; None where none is wanted.
    """

    fail_on: str
    findings: bool
    own: Format | None = None


Given = TypeVar("Given", bound="results.Client | results.FollowedClient | results.SimulatedClient")


class Told(Struct, Generic[Given], frozen=True):
    """What one client gave: its part of the result; its findings and its own report where they are wanted."""

    client: Given
    report: Report | None = None
    own: bytes | None = None


class Way(Struct, Generic[Given], frozen=True):
    """What is done with each client: what is told of one that can be read, and of one that cannot."""

    tell: Callable[[Client], Told[Given]]
    fail: Callable[[Client, int, str], Given]

    def one(self, client: Client) -> Told[Given]:
        """One client; it raises nothing, for the others go on."""
        try:
            return self.tell(client)
        except A9Error as error:
            return Told(self.fail(client, code_of(error), client.failed_by(error)))
        except Exception as error:
            return Told(self.fail(client, ExitCode.INTERNAL, unforeseen(error)))


def check(given: CheckRequest) -> int:
    """The clients of the folders, side by side, in one result; the exit is the worst of theirs."""
    _refuse_of_one(given)
    output, each_to = given.output, given.each_to
    form, own = _formats(given.format_, output, each_to)
    inputs = given.beside(given.waivers, given.baseline, given.pseudonym_key)
    check_place(output, inputs)
    folders = options.distinct(given.files)[0]
    if each_to is not None:
        check_folder(each_to, folders)
    notices = given.notices

    from avenant9.documents.render import render  # noqa: PLC0415 - --help must not import polars
    from avenant9.firm.clients import clients  # noqa: PLC0415
    from avenant9.firm.part import failed  # noqa: PLC0415

    found = clients(folders, [*inputs, *filter(None, (output, each_to))])
    wanted = Wanted(given.fail_on, form in WHOLE, own)
    asked = _asked(given, notices, given.narrowed, given.waivers, given.baseline)
    _say_gone(asked, found, notices)
    with Kept(each_to, own) if each_to and own else nullcontext() as kept:
        told = _each(found, Way(partial(_told, asked, wanted), failed), notices, kept)
        result = _together(asked, [one.client for one in told])
        notices.step("Écriture du résultat…")
        reports = {one.client.client: one.report for one in told if one.report is not None}
        shown = render(form, result, given.page, reports=reports)
        notices.done()
        say_failures(result.clients)
        if kept is not None:
            notices.say(f"{each_to} : {counted(kept.write(), 'rapport écrit', 'rapports écrits')}.")
    given.deliver(shown)
    notices.say(_account(result))
    return worst_of(result.clients)


def _say_gone(asked: Asked, found: Sequence[Client], notices: Notices) -> None:
    if gone := sorted({*(asked.known or ())} - {client.name for client in found}):
        notices.say(f"Dans le résultat antérieur, et plus dans le dossier : {', '.join(gone)}.")


def worst_of(parts: Iterable[Given]) -> int:
    """The exit of all clients together."""
    return int(worst(ExitCode(part.exit) for part in parts))


def _refuse_of_one(given: CheckRequest) -> None:
    for name, option in _OF_ONE.items():
        if getattr(given, name) not in {None, False}:
            what = "ne vaut que pour les fichiers d'un seul client, et non pour un dossier"
            raise click.UsageError(f"{option} {what}.")


def _formats(chosen: str | None, output: str | None, each_to: str | None) -> tuple[Format, Format | None]:
    """The format of the result, and that of each client's own report, which `--format` then names first."""
    if each_to is None:
        return format_for(chosen, output, FORMATS), None
    named = output is not None and os.path.splitext(output)[1].lower() in ENDINGS
    on_screen = chosen == "xlsx" and output in {None, "-"}
    form = format_for(None if named or on_screen else chosen, output, FORMATS)
    return form, next((one for one in FORMATS if one == chosen), form)


def _asked(
    given: Request,
    notices: Notices,
    narrowed: Mapping[str, Any],
    waivers: str | None = None,
    baseline: str | None = None,
) -> Asked:
    """What is asked of all clients; what is wrong with it is said before any of them is read."""
    from avenant9.acts.asked import ReadOptions  # noqa: PLC0415
    from avenant9.engine import Options  # noqa: PLC0415
    from avenant9.firm.baseline import read_baselines  # noqa: PLC0415
    from avenant9.firm.run import Asked, rulebook_of  # noqa: PLC0415

    if given.config is not None:
        notices.say(f"Réglages : {given.config.place}.")
    by_hand = frozenset(filter(given_by_hand, (*click.get_current_context().params, "no_config")))
    rulebook = rulebook_of(given.rules)
    chosen = Options(as_of=given.day, **narrowed)
    rulebook.select(chosen.only, chosen.skip)
    for rule in rulebook.replaced:
        notices.say(f"{rule} : règle fournie remplacée par celle de {given.rules}.")
    asked = Asked(
        options=chosen,
        zone=given.zone,
        profile=given.profile,
        read=ReadOptions(
            sheets=given.sheets,
            all_sheets=given.all_sheets,
            encoding=given.encoding,
            practitioner=given.practitioner,
        ),
        derogations=given.derogations,
        waivers=waivers,
        rules=given.rules,
        map_=given.map_,
        by_hand=by_hand,
        settings=given.config,
        own=by_hand.isdisjoint({"config", "no_config"}),
        known=None if baseline is None else read_baselines(Path(baseline)),
    )
    asked.verify()
    return asked


def follow(given: Request, until: date | None) -> int:
    """The ceiling of each client of the folders, side by side, in one result; the exit is the worst of theirs.

    Args:
        given: what was typed of `a9 threshold show`.
        until: the last day of care that counts.
    """
    form = format_for(given.format_, given.output, FORMATS)
    inputs = given.beside()
    check_place(given.output, inputs)
    notices = given.notices

    from avenant9.documents.render import render  # noqa: PLC0415 - --help must not import polars
    from avenant9.firm.clients import clients  # noqa: PLC0415
    from avenant9.results.firm import FollowedFirm, followed_totals  # noqa: PLC0415

    found = clients(given.files, [*inputs, *filter(None, (given.output,))])
    asked = _asked(given, notices, {"until": until})
    parts = [one.client for one in _each(found, Way(partial(_followed, asked), _not_followed), notices, None)]
    result = FollowedFirm(as_of=asked.options.as_of, clients=tuple(parts), totals=followed_totals(parts))
    say_failures(parts)
    given.deliver(render(form, result, given.page))
    years = counted(result.totals.practitioners, "année de praticien", "années de praticien")
    notices.say(f"a9 : {counted_clients(result.totals)}, {years}.")
    return worst_of(parts)


# --- one client, in a process of its own ----------------------------------------------------------------------


def _each(found: Sequence[Client], way: Way[Given], notices: Notices, kept: Kept | None) -> list[Told[Given]]:
    """What each client gave, in their order; their own reports go to those that are kept."""
    from avenant9.firm.processes import each  # noqa: PLC0415
    from avenant9.firm.run import processes  # noqa: PLC0415

    told: dict[int, Told[Given]] = {}
    notices.step(f"Contrôle de {len(found)} clients…")
    for place, one in each(way.one, found, processes()):
        told[place] = one or Told(way.fail(found[place], ExitCode.INTERNAL, _DIED))
        if kept is not None and (report := told[place].own) is not None:
            kept.add(found[place].name, report)
            told[place] = replace(told[place], own=None)
        notices.step(f"{len(told)}/{len(found)} : {found[place].name}…")
    notices.done()
    return [told[place] for place in range(len(found))]


def _followed(asked: Asked, client: Client) -> Told[results.FollowedClient]:
    """What is told of the ceiling of a client that could be read. Raises as `follow_client`."""
    from avenant9.firm.run import follow_client  # noqa: PLC0415
    from avenant9.results.firm import FollowedClient  # noqa: PLC0415

    acts, result = follow_client(client, asked)
    code = status_of_reading(acts)
    remarks = tuple(_said_of(client, acts.unread))
    return Told(FollowedClient(client=client.name, exit=code, error=None, remarks=remarks, threshold=result))


def _not_followed(client: Client, code: int, error: str) -> results.FollowedClient:
    from avenant9.results.firm import FollowedClient  # noqa: PLC0415

    remarks = tuple(_said_of(client, ()))
    return FollowedClient(client=client.name, exit=code, error=error, remarks=remarks, threshold=None)


def _told(asked: Asked, wanted: Wanted, client: Client) -> Told[results.Client]:
    """What is told of a client that could be read. Raises as `check_client`."""
    from avenant9 import profile  # noqa: PLC0415
    from avenant9.firm.part import part_of  # noqa: PLC0415
    from avenant9.firm.run import check_client  # noqa: PLC0415

    checked = check_client(client, asked)
    code = status_of(checked.acts, checked.report, wanted.fail_on)
    shown = profile.apply(checked.report, checked.profile)
    part = part_of(client, checked, shown, int(code), [*_remarks(client, shown, asked)])
    own = None if wanted.own is None else _own(wanted.own, shown)
    return Told(part, shown if wanted.findings else None, own)


def _own(form: Format, shown: Report) -> bytes:
    """The report of a client, as a run of its files alone would write it."""
    from avenant9.documents.render import render  # noqa: PLC0415
    from avenant9.report.page import Page  # noqa: PLC0415

    report = render(form, shown, Page())
    return report.encode() if isinstance(report, str) else report


def _remarks(client: Client, shown: Report, asked: Asked) -> Iterator[str]:
    """What must be said of a client that was read."""
    if asked.known is not None and client.name not in asked.known:
        yield "Rien de ce client dans le résultat antérieur : tout y est nouveau."
    if not shown.summary.acts:
        yield "Aucun acte n'a été lu."
    yield from _said_of(client, shown.unread)


def _said_of(client: Client, unread: Iterable[Unread]) -> Iterator[str]:
    """What must be said of the name of a client and of its files."""
    from avenant9.documents.sentences import not_read  # noqa: PLC0415

    if client.remark:
        yield client.remark
    yield from (not_read(replace(entry, file=client.below(entry.file))) for entry in unread if entry.sheet is None)


# --- all of them ----------------------------------------------------------------------------------------------


def _together(asked: Asked, parts: Sequence[results.Client]) -> results.Firm:
    from avenant9.results.firm import FORMAT, Firm, totals  # noqa: PLC0415

    return Firm(format=FORMAT, as_of=asked.options.as_of, clients=tuple(parts), totals=totals(parts))


def say_failures(parts: Iterable[Given]) -> None:
    """The clients that could not be checked, before the result."""
    for part in parts:
        if part.error is not None:
            say(f"{part.client} : {part.error}")


def _account(result: results.Firm) -> str:
    """The last line on stderr: every client, file, row and act."""
    totals = result.totals
    checks = [part.check for part in result.clients if part.check is not None]
    sheets = [entry for check in checks for entry in check.inputs]
    left = [entry for check in checks for entry in check.unread if entry.sheet is not None]
    words = [
        counted_clients(totals),
        counted(len({entry.file for entry in sheets}), "fichier"),
        counted(len(sheets), "feuille lue", "feuilles lues") + f" et {counted(len(left), 'ignorée')}",
        counted(totals.rows, "ligne lue", "lignes lues"),
        counted(totals.acts, "acte contrôlé", "actes contrôlés"),
        counted(totals.rejected, "ligne rejetée", "lignes rejetées"),
        counted(totals.violation + totals.review, "constat"),
    ]
    return f"a9 : {', '.join(words)}."


def counted_clients(totals: results.Totals | results.FollowedTotals | results.SimulatedTotals) -> str:
    """How many clients, and how many of them gave nothing."""
    lost = f" dont {counted(totals.failed, 'non contrôlé', 'non contrôlés')}" if totals.failed else ""
    return f"{counted(totals.clients, 'client')}{lost}"
