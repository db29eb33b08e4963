"""What a respondent is answered: a page for everybody, a fragment for the script.

Shared by the doors of slips (``views.respond``, ``views.by_question``): the list of units, the
receipt, and why a code opens nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from flask import Response, jsonify, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from questionnaires.model import Design
from survey_app.forms.compiled import compiled_receipt, page_look
from survey_app.models import Status
from survey_app.services.ballots import Receipt
from survey_app.services.opened_slips import OpenedSlip, SlipError, open_slip
from survey_app.services.pages import SlipAddress, slip_address
from survey_app.views.respond_frame import asks_json, language_asked, takes_gzip

RETYPED: Final = frozenset({"wrong", "unknown", "limited", "elsewhere"})
"""States after which the code box stays: another code may be the right one."""


def open_at(address: SlipAddress, code: str) -> OpenedSlip:
    """Say what a code opens at an address; of a crossed rule always all its units."""
    unit = address.unit if address.design is Design.OWN else None
    return open_slip(address.campaign, address.rule, unit, code, address=request.remote_addr or "")


def received(address: SlipAddress, code: str, receipt: Receipt, *, met: bool) -> Response:
    """Show the receipt after the last unit, or the list with what is left."""
    if receipt.units_done == receipt.units_total:
        thanks = compiled_receipt(address, language_asked(), became=_became(receipt.status))
        squeezed = takes_gzip()
        filled = thanks.filled(code, receipt.number, squeezed=squeezed)
        response = Response(filled, mimetype="text/html")
        response.headers["Vary"] = "Accept-Encoding"
        if squeezed:
            response.headers["Content-Encoding"] = "gzip"
        return response
    told = {"number": receipt.number, "met": met, "became": _became(receipt.status)}
    return list_of_units(address, code, open_at(address, code), fragment("thanks", address, **told))


def _became(status: Status) -> str:
    """Say honestly what became of a ballot that takes no place."""
    if status is Status.OVER_TARGET:
        return _("Phiếu được để riêng vì đơn vị này đã đủ chỉ tiêu; chỉ dùng khi cần bổ sung.")
    return ""


def list_of_units(
    address: SlipAddress, code: str, slip: OpenedSlip, thanks: Markup | None = None
) -> Response:
    """Show the units of a crossed rule with what is done and what is left."""
    whole = replace(address, unit=None, unit_name=None)
    units = fragment("units", whole, code=code, units=slip.units, drafts=slip.drafts, thanks=thanks)
    return said_alone(whole, code, units, 200, box=False)


def refused(address: SlipAddress, code: str, error: SlipError) -> Response:
    """Say on its own honest page why a code opens nothing; a used one shows its receipt."""
    if error.state == "used":
        said = fragment("receipt", address, number=error.receipt, again=True)
        return said_alone(address, code, said, 200, box=False, head=False)
    other = None
    if error.path is not None:
        other = slip_address(*error.path.removeprefix("/p/").split("/"))
    said = fragment("note", address, state=error.state, code=code, other=other)
    return said_alone(address, code, said, error.status, box=error.state in RETYPED)


def said_alone(
    address: SlipAddress,
    code: str,
    said: Markup,
    status: int,
    *,
    box: bool,
    head: bool = True,
) -> Response:
    """Answer with a fragment: alone for the script, on a page for everybody else."""
    if asks_json():
        return jsonify(open=False, html=said, box=box, head=head)
    keeps = None if box else code
    response = page(address, said=said, box=box, typed=code, code=keeps, head=head, failed=box)
    response.status_code = status
    return response


def fragment(name: str, address: SlipAddress, **subject: Any) -> Markup:  # noqa: ANN401 - whatever the template or door takes
    """Draw a piece of a page."""
    text = render_template(f"respond/{name}.html", address=address, look=page_look(), **subject)
    return Markup(text)  # noqa: S704 - made by our own template, which escapes


def page(address: SlipAddress, *, head: bool = True, **subject: Any) -> Response:  # noqa: ANN401 - whatever the template or door takes
    """Draw the page of an address; see ``respond/page.html`` for what it takes."""
    text = render_template(
        "respond/page.html", address=address, look=page_look(), head=head, **subject
    )
    return Response(text, mimetype="text/html")
