"""After the storm: does what is stored agree with what was acknowledged, row by row.

``reckon`` opens the database the server used and counts; ``Reckoning.broken`` names every
promise that was not kept.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path

from field import BASE_URL, RULE, UNIT, World
from senders import Tally, letter
from sqlalchemy import func, select, text

from survey_app import create_app
from survey_app.config import Config
from survey_app.extensions import db
from survey_app.models import Ballot, Draft, QuotaCell, Slip, Status
from survey_app.security import Keys
from survey_app.services import quota
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.plans import cell_of

TOKENS = re.compile(r"T\d{9}T|\d[\d-]{8,}\d")
"""What a log could have of a respondent: a code, a receipt, words of an answer."""

CHECK_INDEXES = """
    SELECT bt_index_check(c.oid, true) FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
    WHERE a.amname = 'btree' AND c.relnamespace = 'public'::regnamespace
"""
"""Every index against every row of its table, by PostgreSQL's own amcheck."""


@dataclass
class Reckoning:
    """What was counted; every field is printed under its own name."""

    slips: int
    acknowledged: int
    stored: int
    counted: int
    kept_aside: int
    places: int
    lost: int
    doubled: int
    altered: int
    strange: int
    wrong_receipts: int
    wrong_counters: int
    drafts_left: int
    slips_not_spent: int
    damage: str
    told: int

    def broken(self) -> list[str]:
        """Return the promises that were not kept."""
        expected = {
            "acknowledged": self.slips,
            "stored": self.slips,
            "counted": min(self.slips, self.places),
            "kept_aside": max(0, self.slips - self.places),
            "damage": "",
        }
        zeros = ("lost", "doubled", "altered", "strange", "wrong_receipts", "wrong_counters",
                 "drafts_left", "slips_not_spent", "told")  # fmt: skip
        expected |= dict.fromkeys(zeros, 0)
        return [
            f"{name}: {getattr(self, name)}, expected {value}"
            for name, value in expected.items()
            if getattr(self, name) != value
        ]

    def table(self) -> str:
        """Return the figures, one on a line."""
        return "\n".join(f"{f.name:>16}  {getattr(self, f.name)}" for f in fields(self))


def reckon(home: Path, database: str, world: World, tally: Tally, log: Path) -> Reckoning:
    """Compare the database and the server's log with what the respondents were told.

    Parameters
    ----------
    home, database, world
        As ``field.prepare`` made them.
    tally
        What the respondents saw.
    log
        What the server said; it must say nothing of a respondent.

    """
    app = create_app(Config(home=home, database_url=database, base_url=BASE_URL))
    with app.app_context():
        keys: Keys = app.extensions["cchc.keys"]
        code_of = {keys.submission_key(code, UNIT): code for code in world.codes}
        rows = db.session.execute(
            select(Ballot.submission_key, Ballot.rater, Ballot.status, Ballot.answers)
        ).all()
        stored = Counter(row.submission_key for row in rows)
        raters = Counter(row.rater for row in rows)
        statuses = Counter(row.status for row in rows)
        answered = {code_of.get(row.submission_key, ""): row.answers for row in rows}
        receipts = {code: _printed(keys.receipt(code)) for code in tally.receipts}
        return Reckoning(
            slips=len(world.codes),
            acknowledged=len(tally.receipts),
            stored=len(rows),
            counted=statuses[Status.COUNTED],
            kept_aside=statuses[Status.OVER_TARGET],
            places=_cell(world).target,
            lost=len(tally.receipts.keys() - answered.keys()),
            doubled=sum(n - 1 for n in stored.values()) + sum(n > 1 for n in raters.values()),
            altered=sum(answered.get(code) != _kept(world, code) for code in tally.receipts),
            strange=sum(key not in code_of for key in stored),
            wrong_receipts=sum(receipts[code] != told for code, told in tally.receipts.items()),
            wrong_counters=len(quota.recount(world.slug).wrong)
            + (_cell(world).accepted != statuses[Status.COUNTED]),
            drafts_left=_count(Draft),
            slips_not_spent=_count(Slip, Slip.begun.is_(False)),
            damage=_damage(),
            told=_told(log, world, receipts),
        )


def conclude(count: Reckoning, tally: Tally, wrong: list[str]) -> None:
    """Print what was counted; end with status 1 where a promise was not kept."""
    print(f"instead of an answer: {listed(tally.replies)}")
    print(count.table())
    wrong = count.broken() + tally.failures + wrong
    if wrong:
        sys.exit("\n".join(["BROKEN", *wrong[:20]]))
    print("every promise kept")


def listed(numbers: Counter[str]) -> str:
    """Return ``3 worker, 2 server``."""
    return ", ".join(f"{n} {name}" for name, n in sorted(numbers.items())) or "none"


def _kept(world: World, code: str) -> dict[str, str]:
    return {q: unicodedata.normalize("NFC", said) for q, said in letter(world, code).items()}


def _told(log: Path, world: World, receipts: dict[str, str]) -> int:
    """Count the codes, receipts and words of answers that are in the log."""
    said = {token.replace("-", "") for token in TOKENS.findall(log.read_text(errors="replace"))}
    secrets = {*receipts, *(receipt.replace("-", "") for receipt in receipts.values())}
    for code in receipts:
        answers = letter(world, code)
        secrets |= {token for text in world.texts for token in TOKENS.findall(answers[text])}
    return len(secrets & said)


def _printed(receipt: str) -> str:
    return f"{receipt[:5]}-{receipt[5:]}"


def _cell(world: World) -> QuotaCell:
    return cell_of(campaign_by_slug(world.slug), RULE, UNIT)


def _count(model: type, *conditions: object) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def _damage() -> str:
    """Let the database look through its own files; return what it found."""
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            said = connection.scalar(text("PRAGMA integrity_check"))
            return "" if said == "ok" else str(said)
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS amcheck"))
        connection.execute(text(CHECK_INDEXES))  # raises where an index and its table differ
    return ""
