"""The command line: everything a page can do, for a script that must trust the answer.

``cchc --help`` lists the groups; each command shows an example. Exit codes: 0 done, 1
refused (the sentence goes to standard error), 2 the call itself is wrong. Commands are
doors like views: they read arguments, call one service and print.
"""

from __future__ import annotations

import sys
from typing import Any, Final

import click
from flask import Flask
from flask.cli import ScriptInfo, with_appcontext
from flask_migrate.cli import db
from sqlalchemy.exc import OperationalError, ProgrammingError

from questionnaires.errors import DefinitionError
from survey_app import create_app
from survey_app.cli.admin import backup, nightly, serve, user
from survey_app.cli.campaign import campaign
from survey_app.cli.demo import demo
from survey_app.cli.money import money, recheck
from survey_app.cli.paper import forms, slips
from survey_app.cli.plan import plan
from survey_app.cli.poster import poster
from survey_app.cli.questionnaire import questionnaire
from survey_app.cli.roster import roster
from survey_app.cli.sample import sample
from survey_app.cli.scores import criteria, index, scores
from survey_app.errors import SurveyError

NO_TABLE: Final = ("no such table", "UndefinedTable")


class Office(click.Group):
    """The commands; a refusal is a sentence and exit code 1, not a trace."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own
        """Run a command and turn what the office must know into exit code 1."""
        try:
            return super().invoke(ctx)
        except (SurveyError, DefinitionError) as error:
            click.echo(str(error), err=True)
            sys.exit(1)
        except (OperationalError, ProgrammingError) as error:
            if not any(sign in str(error) for sign in NO_TABLE):
                raise
            click.echo("Cơ sở dữ liệu chưa có bảng. Hãy chạy: cchc db upgrade", err=True)
            sys.exit(1)


@click.group(cls=Office)
@click.version_option(package_name="cchc")
def cli() -> None:
    """Khảo sát và tính Chỉ số cải cách hành chính (CCHC) và Chỉ số hài lòng (SIPAS).

    Survey and index engine: plan, collect, compute, publish.
    """


def _inside_the_app(command: click.Command) -> None:
    """Run a command, or every command of a group, in the context of the app it starts."""
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _inside_the_app(inner)
    elif command.callback is not None:
        command.callback = with_appcontext(command.callback)


for command in (
    campaign,
    plan,
    roster,
    sample,
    slips,
    forms,
    poster,
    money,
    recheck,
    scores,
    criteria,
    index,
    user,
    backup,
    nightly,
    serve,
):
    _inside_the_app(command)
    cli.add_command(command)
cli.add_command(questionnaire)  # files only: no app, no database
cli.add_command(demo)  # makes an app of its own, in a folder of its own
cli.add_command(db)  # enters the app by itself


def main() -> None:
    """Run ``cchc``."""
    cli.main(prog_name="cchc", obj=ScriptInfo(create_app=_app, set_debug_flag=False))


def _app() -> Flask:
    return create_app()
