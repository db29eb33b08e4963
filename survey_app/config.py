"""Where the app keeps things and how strict it is.

Read from the environment: ``CCHC_HOME`` (folder of the database, keys and files; default
``instance``), ``CCHC_DATABASE_URL`` (default SQLite in that folder), ``CCHC_BASE_URL``
(public address printed on slips; none means the campaign lives on paper),
``CCHC_TRUSTED_HOSTS`` (host names that are answered, with commas between; default any). Keys
are files in ``CCHC_HOME/keys`` readable by the owner only and are made on first use.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of one installation.

    Attributes
    ----------
    home
        Folder of the database, the keys and the files.
    database_url
        SQLAlchemy address; PostgreSQL goes through psycopg 3.
    base_url
        Public address as printed on paper, without a final slash, or None.
    testing
        Turns errors into exceptions; never weakens a promise.
    proxies
        Reverse proxies in front of the app whose forwarding headers are believed.
    hosts
        Host names that are answered; none means any.

    """

    home: Path
    database_url: str
    base_url: str | None = None
    testing: bool = False
    secure_cookies: bool = True
    proxies: int = 0
    hosts: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls) -> Config:
        """Read the environment; see the module."""
        home = Path(os.environ.get("CCHC_HOME", "instance")).resolve()
        return cls(
            home=home,
            database_url=os.environ.get("CCHC_DATABASE_URL") or f"sqlite:///{home / 'cchc.sqlite'}",
            base_url=(os.environ.get("CCHC_BASE_URL") or "").rstrip("/") or None,
            secure_cookies=os.environ.get("CCHC_INSECURE_COOKIES") != "1",
            proxies=int(os.environ.get("CCHC_PROXIES", "0")),
            hosts=tuple(
                host.strip()
                for host in os.environ.get("CCHC_TRUSTED_HOSTS", "").split(",")
                if host.strip()
            ),
        )

    @property
    def migrations(self) -> Path:
        """Folder of the migrations, beside the packages in the source tree."""
        return Path(__file__).resolve().parent.parent / "migrations"

    def key(self, name: str) -> bytes:
        """Return key ``name``, made at first use and readable by the owner only."""
        folder = self.home / "keys"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / name
        if not path.exists():  # written aside and linked: two first starts agree on one key
            draft = folder / f".{name}.{secrets.token_hex(8)}"
            draft.touch(mode=0o600)
            draft.write_bytes(secrets.token_bytes(KEY_BYTES))
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()
        key = path.read_bytes()
        if len(key) < KEY_BYTES:
            msg = f"keys/{name}: khóa ngắn hơn {KEY_BYTES} byte; xóa tệp khi chưa có dữ liệu"
            raise ValueError(msg)
        return key

    def flask(self) -> dict[str, Any]:
        """Return the settings Flask and its extensions read."""
        url = self.database_url
        engine: dict[str, Any] = {"hide_parameters": True}  # a log must not quote an answer
        if url.startswith("postgresql"):
            engine |= {
                "pool_pre_ping": True,
                "pool_size": 8,
                "connect_args": {"options": "-c statement_timeout=30000 -c lock_timeout=10000"},
            }
        prefix = "__Host-" if self.secure_cookies else ""
        return {
            "TESTING": self.testing,
            "SECRET_KEY": self.key("secret").hex(),
            "SQLALCHEMY_DATABASE_URI": url,
            "SQLALCHEMY_ENGINE_OPTIONS": engine,
            "TRUSTED_HOSTS": list(self.hosts) or None,
            "MAX_CONTENT_LENGTH": 64 * 1024 * 1024,
            "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
            "MAX_FORM_PARTS": 5000,
            "SESSION_COOKIE_NAME": f"{prefix}cchc",
            "SESSION_COOKIE_SECURE": self.secure_cookies,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
            "WTF_CSRF_TIME_LIMIT": None,
            "BABEL_DEFAULT_LOCALE": "vi",
            "BABEL_DEFAULT_TIMEZONE": "Asia/Ho_Chi_Minh",
        }
