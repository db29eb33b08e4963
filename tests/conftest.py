"""What tests stand on: an app on SQLite and on PostgreSQL, a small campaign, and staff.

``--database`` narrows a run to one of the two. PostgreSQL is a cluster of the test run's
own, started as an unprivileged user on a free port; where it is not installed the run
fails and says which command installs it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings

from survey_app import create_app
from survey_app.config import Config
from survey_app.extensions import db
from tests.builders import CampaignBuilder, Staff
from tests.postgres import Cluster, start_cluster

DATABASES = ("sqlite", "postgresql")

# A busy machine is no mistake of the code: examples may take as long as they need.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=(*DATABASES, "both"), default="both")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        asked = metafunc.config.getoption("--database")
        metafunc.parametrize(
            "database", DATABASES if asked == "both" else (asked,), indirect=True, scope="session"
        )


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with start_cluster() as running:
        yield running


@pytest.fixture(scope="session")
def migrated(
    database: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Path], str]:
    """Give each test its own copy of one migrated, empty database."""
    home = tmp_path_factory.mktemp(f"template-{database}")
    if database == "postgresql":
        cluster: Cluster = request.getfixturevalue("cluster")
        url = cluster.create("template_cchc")
        migrate(Config(home=home, database_url=url, testing=True))
        return lambda _home: cluster.create(template="template_cchc")
    template = home / "template.sqlite"
    migrate(Config(home=home, database_url=f"sqlite:///{template}", testing=True))

    def copied(folder: Path) -> str:
        shutil.copy(template, folder / "cchc.sqlite")
        return f"sqlite:///{folder / 'cchc.sqlite'}"

    return copied


def migrate(config: Config) -> None:
    """Bring a database to the newest version, and let go of it."""
    from flask_migrate import upgrade

    app = create_app(config)
    with app.app_context():
        upgrade(directory=str(config.migrations))
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()


@pytest.fixture
def config(migrated: Callable[[Path], str], tmp_path: Path) -> Config:
    return Config(
        home=tmp_path,
        database_url=migrated(tmp_path),
        base_url="https://ks.example.gov.vn",
        testing=True,
        secure_cookies=False,
    )


class Browser(FlaskClient):
    """A client whose requests share nothing on the server, though the test has a context.

    Flask lends a request the context that is open, and with it what flask-login remembers
    of the last request's person.
    """

    def open(self, *args, **options):
        with self.application.app_context():
            answer = super().open(*args, **options)
        db.session.rollback()  # the test sees what the request did
        return answer


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """The whole app on a fresh database; the test runs inside its context."""
    app = create_app(config)
    app.test_client_class = Browser
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def make_campaign(app: Flask) -> CampaignBuilder:
    """Build a small campaign; see ``tests.builders.CampaignBuilder``."""
    return CampaignBuilder()


@pytest.fixture
def staff(app: Flask) -> Staff:
    """Make accounts and sign them in; see ``tests.builders.Staff``."""
    return Staff(app)
