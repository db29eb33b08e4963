"""What every staff page needs from its frame: navigation by permission, names, languages.

``register`` gives templates the functions below. A link is shown when the route behind it
says that the person's role may use it (``views.access.needs``), so the menu and the doors
can never disagree. Pages themselves: ``templates/base.html`` and ``templates/macros.html``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, current_app, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from markupsafe import Markup

from survey_app.formats import language
from survey_app.models import Campaign, State
from survey_app.permissions import ROLE_LABELS, Permission
from survey_app.services.campaigns import only_simulated
from survey_app.views.access import actor

MAIN: Final = (
    ("auth.home", "Đợt điều tra"),
    ("admin.users", "Người dùng"),
    ("admin.trail", "Nhật ký"),
    ("admin.backups", "Sao lưu"),
)
"""Pages that are about no campaign, in order."""

OF_A_CAMPAIGN: Final = (
    ("publish.overview", "Tổng quan"),
    ("publish.plan", "Kế hoạch"),
    ("rosters.lists", "Danh sách"),
    ("admin.people", "Phân công"),
    ("prints.slips", "Phiếu mời"),
    ("prints.sheets", "Phiếu giấy"),
    ("places.index", "Điểm đặt mã"),
    ("coordinate.field", "Tiến độ"),
    ("fieldwork.cells", "Nhập phiếu"),
    ("participation.lists", "Người trả lời"),
    ("money.overview", "Kinh phí"),
    ("rechecks.draws", "Phúc tra"),
    ("appraise.scores", "Điểm tự chấm"),
    ("analyse.runs", "Chỉ số"),
    ("criteria.sets", "Bộ tiêu chí"),
)
"""Pages about one campaign, in the order of the work."""

BELONGING: Final = {"papers": "publish.plan", "previews": "prints.slips"}
"""Rooms without an entry of their own -> the entry their pages belong to."""

STATE_LABELS: Final = {
    State.DRAFT: ("Bản nháp", "none"),
    State.PLANNED: ("Đã mở, chưa đến ngày", "info"),
    State.COLLECTING: ("Đang thu phiếu", "good"),
    State.CLOSED: ("Đã đóng thu phiếu", "warn"),
    State.APPRAISING: ("Đang thẩm định", "info"),
    State.APPROVED: ("Đã phê duyệt", "info"),
    State.PUBLISHED: ("Đã công bố", "good"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of a menu; ``current`` marks the page being shown or the one above it."""

    label: str
    url: str
    current: bool


def may(permission: Permission | str) -> bool:
    """Whether the signed-in person's roles allow something."""
    return current_user.is_authenticated and actor().may(Permission(permission))


def may_open(endpoint: str) -> bool:
    """Whether the route of ``endpoint`` is served here and open to this person."""
    view = current_app.view_functions.get(endpoint)
    permission = getattr(view, "permission", None)
    return permission == "public" or (permission is not None and may(permission))


def main_nav() -> list[Link]:
    """Menu of the whole product."""
    if not current_user.is_authenticated:
        return []
    return [
        Link(_(label), url_for(endpoint), current=request.endpoint == endpoint)
        for endpoint, label in MAIN
        if may_open(endpoint)
    ]


def nav(campaign: Campaign) -> list[Link]:
    """Menu of one campaign; the longest address the page lies under is the current one."""
    links = [
        (_(label), url_for(endpoint, slug=campaign.slug))
        for endpoint, label in OF_A_CAMPAIGN
        if may_open(endpoint)
    ]
    owner = BELONGING.get(request.blueprint or "")
    here = url_for(owner, slug=campaign.slug) if owner else request.path
    above = [url for _label, url in links if f"{here}/".startswith(f"{url}/")]
    current = max(above, key=len, default=None)
    return [Link(label, url, current=url == current) for label, url in links]


def in_language(code: str) -> str:
    """Address of this page in another language."""
    kept: dict[str, Any] = {k: value for k, value in request.args.items() if k != "lang"}
    if request.endpoint is None or request.method != "GET":
        return url_for("auth.home", lang=code)
    return url_for(request.endpoint, **(request.view_args or {}), **kept, lang=code)


def role_label(role: str) -> str:
    """Name of a role as people say it."""
    vietnamese, english = ROLE_LABELS[role]
    return english if language() == "en" else vietnamese


def own_roles() -> list[str]:
    """Names of the signed-in person's roles."""
    return [role_label(role) for role in ROLE_LABELS if role in actor().roles]


def state_badge(state: State) -> Markup:
    """Where a campaign stands, as a small label."""
    label, tone = STATE_LABELS[State(state)]
    return Markup('<span class="badge badge-{}">{}</span>').format(tone, _(label))


def register(app: Flask) -> None:
    """Give templates, and macros imported by them, the functions of this module."""
    app.jinja_env.globals.update(
        {
            function.__name__: function
            for function in (
                may,
                may_open,
                main_nav,
                nav,
                in_language,
                language,
                role_label,
                own_roles,
                state_badge,
                only_simulated,
            )
        }
    )
