"""A folder of clients: what `a9 forfait simulate` does with it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from a9 import options
from a9.commands.firm import Told, Way, counted_clients, say_failures, worst_of
from a9.exits import ExitCode
from a9.output import Notices, check_place, deliver, format_for, page_for
from avenant9.report.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from avenant9.firm.clients import Client
    from avenant9.results.firm import SimulatedClient
    from avenant9.rulebook.scales import Scales


def simulate(params: Mapping[str, Any], scales: Scales, notices: Notices) -> int:
    """The lump sums of each client of the folder, in one result; the exit is the worst of theirs.

    Args:
        params: the parameters of `a9 forfait simulate`.
        scales: as loaded.
        notices: what is said besides.
    """
    output = params["output"]
    form = format_for(params["format_"], output, FORMATS)
    check_place(output)

    from avenant9.documents.render import render  # noqa: PLC0415
    from avenant9.firm.clients import clients  # noqa: PLC0415
    from avenant9.results.firm import SimulatedFirm, simulated_totals  # noqa: PLC0415

    as_of = params["as_of"] or options.today()
    found = clients([params["file"]], [output] if output else [], toml=True)
    way = Way(partial(_simulated, params, scales, as_of), _not_simulated)
    parts = [way.one(client).client for client in found]
    result = SimulatedFirm(as_of=as_of, clients=tuple(parts), totals=simulated_totals(parts))
    say_failures(parts)
    deliver(render(form, result, page_for(output, params["color"])), output)
    notices.say(f"a9 : {counted_clients(result.totals)}.")
    return worst_of(parts)


def _simulated(params: Mapping[str, Any], scales: Scales, as_of: date, client: Client) -> Told[SimulatedClient]:
    """One client, as a run of its file alone would simulate it.

    Raises:
        A9Error: its files cannot be read, or hold something that cannot be used.
    """
    from avenant9.forfait.read import load_practices, with_settings  # noqa: PLC0415
    from avenant9.forfait.run import run  # noqa: PLC0415
    from avenant9.results.firm import SimulatedClient  # noqa: PLC0415
    from avenant9.results.forfait import each  # noqa: PLC0415

    if client.refused is not None:
        raise client.refused
    entries = tuple(entry for file in client.files for entry in load_practices(file, scales.keys))
    entries = with_settings(entries, params["settings"], scales.keys)
    asked = {"year": params["year"], "compare": params["compare"], "changes": params["what_if"]}
    result = run(entries, scales, as_of, **asked)
    unknown = any(one.points is None for one in each(result))
    code = ExitCode.UNREADABLE if unknown else ExitCode.DONE
    return Told(SimulatedClient(client=client.name, exit=code, error=None, remarks=_remarks(client), forfait=result))


def _not_simulated(client: Client, code: int, error: str) -> SimulatedClient:
    from avenant9.results.firm import SimulatedClient  # noqa: PLC0415

    return SimulatedClient(client=client.name, exit=code, error=error, remarks=_remarks(client), forfait=None)


def _remarks(client: Client) -> tuple[str, ...]:
    return (client.remark,) if client.remark else ()
