"""What the result of a firm says of one client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avenant9.firm.line import line_of
from avenant9.results.firm import Client as Part
from avenant9.results.firm import Fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from avenant9.firm.clients import Client
    from avenant9.firm.run import Checked
    from avenant9.results.check import Report


def part_of(client: Client, checked: Checked, shown: Report, code: int, remarks: Sequence[str]) -> Part:
    """The client in the result.

    Args:
        client: who it is.
        checked: what was found.
        shown: its report as the profile may see it.
        code: its exit code.
        remarks: what must be said of it.
    """
    return Part(
        client=client.name,
        exit=code,
        error=None,
        check=shown.without_findings(),
        line=line_of(checked.acts, shown, checked.rulebook.nomenclature),
        remarks=tuple(remarks),
        fingerprints=None if shown.profile == "fiscal" else tuple(_fingerprints(shown)),
    )


def failed(client: Client, code: int, error: str) -> Part:
    """A client that could not be checked, and why."""
    return Part(
        client=client.name,
        exit=code,
        error=error,
        check=None,
        line=None,
        remarks=(client.remark,) if client.remark else (),
        fingerprints=None,
    )


def _fingerprints(shown: Report) -> Iterator[Fingerprint]:
    """All findings, those that an earlier run knew too."""
    every = [*shown.findings.select("fingerprint", "verdict", "at_stake").iter_rows()]
    every += [(one.fingerprint, one.verdict.value, one.at_stake) for one in shown.known or ()]
    for text, verdict, cents in every:
        yield Fingerprint(fingerprint=text, verdict=verdict, at_stake=cents)
