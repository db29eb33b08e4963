"""People and the trail: accounts, roles, who keys or belongs to which unit, who did what.

Accounts are the administrator's; assigning units is the coordinator's too. A new password
is shown once, on the page that answers its making, and kept nowhere in clear.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectChoice

from survey_app.edges import LARGEST
from survey_app.forms.office import (
    AssignForm,
    ConfirmForm,
    OfficeForm,
    RolesForm,
    UserForm,
    with_roles,
)
from survey_app.models import Campaign, Capacity, User
from survey_app.permissions import Permission
from survey_app.services import accounts
from survey_app.services.backups import all_backups, backup_folder, make_backup
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.handing_out import hand_out, propose_hands
from survey_app.services.plans import plan_of
from survey_app.services.trail import read_trail
from survey_app.views.access import actor, needs
from survey_app.views.shell import role_label

bp = Blueprint("admin", __name__)

ENTRIES_PER_PAGE: Final = 50
LAST_PAGE: Final = LARGEST // ENTRIES_PER_PAGE


# --- accounts ----------------------------------------------------------------------------


@bp.get("/users")
@needs(Permission.USERS)
def users() -> ResponseReturnValue:
    """Every account."""
    form = UserForm(formdata=None)
    with_roles(form, role_label)
    return render_template("admin/users.html", users=accounts.all_users(), form=form)


@bp.post("/users")
@needs(Permission.USERS)
def add_user() -> ResponseReturnValue:
    """Create an account and show its first password once."""
    form = UserForm()
    with_roles(form, role_label)
    if not form.validate_on_submit():
        return render_template("admin/users.html", users=accounts.all_users(), form=form), 400
    user, password = accounts.add_user(
        form.email.data or "", form.name.data or "", form.roles.data or (), actor=actor()
    )
    return _password_page(user.email, password or "")


@bp.get("/users/<int:user_id>")
@needs(Permission.USERS)
def user(user_id: int) -> ResponseReturnValue:
    """One account: roles, units, password, whether it is active."""
    return _user_page(accounts.user_by_id(user_id))


@bp.post("/users/<int:user_id>/roles")
@needs(Permission.USERS)
def roles(user_id: int) -> ResponseReturnValue:
    """Replace a person's roles."""
    person = accounts.user_by_id(user_id)
    form = RolesForm()
    with_roles(form, role_label)
    if not form.validate_on_submit():
        return _user_page(person, form), 400
    accounts.set_roles(person.email, form.roles.data or (), actor=actor())
    flash(_("Đã đổi vai trò của %(email)s.", email=person.email), "good")
    return redirect(url_for("admin.user", user_id=user_id))


@bp.post("/users/<int:user_id>/active")
@needs(Permission.USERS)
def active(user_id: int) -> ResponseReturnValue:
    """Let a person sign in again, or not any more."""
    person = accounts.user_by_id(user_id)
    form = ConfirmForm()
    if not form.validate_on_submit():
        return _user_page(person, confirm=form), 400
    accounts.set_active(person.email, active=not person.active, actor=actor())
    flash(_("Đã lưu tình trạng của %(email)s.", email=person.email), "good")
    return redirect(url_for("admin.user", user_id=user_id))


@bp.post("/users/<int:user_id>/password")
@needs(Permission.USERS)
def password(user_id: int) -> ResponseReturnValue:
    """Give a person a new password and show it once."""
    person = accounts.user_by_id(user_id)
    form = ConfirmForm()
    if not form.validate_on_submit():
        return _user_page(person, confirm=form), 400
    return _password_page(person.email, accounts.new_password(person.email, actor=actor()))


def _user_page(
    person: User, form: RolesForm | None = None, confirm: ConfirmForm | None = None
) -> str:
    if form is None:
        form = RolesForm(formdata=None, roles=[role.name for role in person.roles])
        with_roles(form, role_label)
    return render_template(
        "admin/user.html",
        person=person,
        form=form,
        confirm=confirm or ConfirmForm(formdata=None),
        itself=person.id == actor().user_id,
    )


def _password_page(email: str, secret: str) -> ResponseReturnValue:
    page = render_template("admin/password.html", email=email, password=secret)
    return page, 200, {"Cache-Control": "no-store"}


# --- who keys and who belongs ------------------------------------------------------------


@bp.get("/campaigns/<slug>/people")
@needs(Permission.ASSIGN)
def people(slug: str) -> ResponseReturnValue:
    """Who keys which unit, and who works in which."""
    campaign = campaign_by_slug(slug)
    return _people(campaign, _assign_form(campaign, AssignForm(formdata=None)))


@bp.post("/campaigns/<slug>/people")
@needs(Permission.ASSIGN)
def assign(slug: str) -> ResponseReturnValue:
    """Give a person units."""
    campaign = campaign_by_slug(slug)
    form = _assign_form(campaign, AssignForm())
    if not form.validate_on_submit():
        return _people(campaign, form), 400
    person = accounts.user_by_id(form.user.data)
    codes = form.units.data or [unit.code for unit in campaign.units]
    added = accounts.assign(
        person.email,
        slug,
        codes,
        rule_code=form.rule.data or None,
        capacity=Capacity(form.capacity.data),
        actor=actor(),
    )
    flash(_("Đã thêm %(count)s phân công cho %(name)s.", count=added, name=person.name), "good")
    return redirect(url_for("admin.people", slug=slug))


@bp.get("/campaigns/<slug>/people/proposal")
@needs(Permission.ASSIGN)
def proposal(slug: str) -> ResponseReturnValue:
    """Propose who takes the units that nobody keys yet."""
    campaign = campaign_by_slug(slug)
    return render_template(
        "admin/proposal.html",
        campaign=campaign,
        proposal=propose_hands(slug),
        plain=OfficeForm(formdata=None),
    )


@bp.post("/campaigns/<slug>/people/proposal")
@needs(Permission.ASSIGN)
def take_proposal(slug: str) -> ResponseReturnValue:
    """Take the proposal as it stands."""
    added = hand_out(slug, actor=actor())
    flash(_("Đã thêm %(count)s phân công.", count=added), "good")
    return redirect(url_for("admin.people", slug=slug))


@bp.post("/campaigns/<slug>/people/<int:user_id>/<int:assignment_id>/remove")
@needs(Permission.ASSIGN)
def unassign(slug: str, user_id: int, assignment_id: int) -> ResponseReturnValue:
    """Take one assignment back."""
    person = accounts.user_by_id(user_id)
    accounts.unassign(person.email, assignment_id, actor=actor())
    flash(_("Đã bỏ một phân công của %(name)s.", name=person.name), "good")
    return redirect(url_for("admin.people", slug=slug))


def _assign_form(campaign: Campaign, form: AssignForm) -> AssignForm:
    form.user.choices = [
        SelectChoice(user.id, f"{user.name or user.email} ({user.email})")
        for user in accounts.all_users()
        if user.active
    ]
    form.capacity.choices = [
        SelectChoice(Capacity.KEYS.value, _("nhập phiếu của đơn vị")),
        SelectChoice(
            Capacity.BELONGS.value,
            _("công tác tại đơn vị (không được đụng vào phiếu của đơn vị)"),
        ),
    ]
    form.rule.choices = [
        SelectChoice("", _("Mọi dòng phân bổ")),
        *(SelectChoice(rule.code, rule.code) for rule in plan_of(campaign).rules),
    ]
    form.units.choices = [
        SelectChoice(unit.code, f"{unit.code} · {unit.name}") for unit in campaign.units
    ]
    return form


def _people(campaign: Campaign, form: AssignForm) -> str:
    here = {unit.id for unit in campaign.units}
    held = [
        (user, [a for a in user.assignments if a.unit_id in here]) for user in accounts.all_users()
    ]
    covered = {a.unit_id for _user, mine in held for a in mine if a.capacity is Capacity.KEYS}
    return render_template(
        "admin/people.html",
        campaign=campaign,
        form=form,
        plain=OfficeForm(formdata=None),
        held=[(user, mine) for user, mine in held if mine],
        uncovered=[unit for unit in campaign.units if unit.id not in covered],
    )


# --- the trail and the system ------------------------------------------------------------


@bp.get("/trail")
@needs(Permission.AUDIT_VIEW)
def trail() -> ResponseReturnValue:
    """Who did what, newest first, and whether the chain holds."""
    page = min(max(1, request.args.get("page", 1, type=int)), LAST_PAGE)
    action = request.args.get("action") or None
    who = (request.args.get("who") or "").strip() or None
    found = read_trail(
        action=action, who=who, skip=(page - 1) * ENTRIES_PER_PAGE, count=ENTRIES_PER_PAGE
    )
    return render_template(
        "admin/trail.html",
        found=found,
        page=page,
        pages=max(1, -(-found.total // ENTRIES_PER_PAGE)),
        action=action,
        who=who,
    )


@bp.get("/backups")
@needs(Permission.BACKUP)
def backups() -> ResponseReturnValue:
    """List the copies of the database."""
    return render_template(
        "admin/backups.html",
        backups=all_backups(),
        folder=backup_folder(),
        form=OfficeForm(formdata=None),
    )


@bp.post("/backups")
@needs(Permission.BACKUP)
def backup() -> ResponseReturnValue:
    """Make a copy now; it stays on the server, since it holds every answer."""
    made = make_backup(actor=actor())
    flash(_("Đã sao lưu: %(name)s.", name=made.name), "good")
    return redirect(url_for("admin.backups"))
