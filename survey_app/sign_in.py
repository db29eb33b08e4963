"""How Flask-Security speaks: its sentences in Vietnamese, translated like the app's own.

``settings`` goes into the app's configuration before Flask-Security starts; its pages are
``templates/security``, what it stores is ``models.people``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import email_validator

LOGIN_NAMES: Final = {
    "check_deliverability": False,
    "test_environment": True,
    "globally_deliverable": False,
}
"""A login name looks like an address but no letter is ever sent: ``ten@coquan`` is one."""

# offices name their networks so (ten@botrach.local); the library keeps the list to be changed
email_validator.SPECIAL_USE_DOMAIN_NAMES[:] = [
    name for name in email_validator.SPECIAL_USE_DOMAIN_NAMES if name != "local"
]

SENTENCES: Final = {
    "GENERIC_AUTHN_FAILED": ("Tên đăng nhập hoặc mật khẩu không đúng.", "error"),
    "LOGIN": ("Hãy đăng nhập để mở trang này.", "info"),
    "UNAUTHENTICATED": ("Hãy đăng nhập để mở trang này.", "info"),
    "UNAUTHORIZED": ("Tài khoản của bạn không có quyền mở trang này.", "error"),
    "DISABLED_ACCOUNT": ("Tài khoản đã ngừng hoạt động. Hãy liên hệ người quản trị.", "error"),
    "EMAIL_NOT_PROVIDED": ("Hãy ghi tên đăng nhập.", "error"),
    "INVALID_EMAIL_ADDRESS": ("Tên đăng nhập có dạng ten@coquan.", "error"),
    "PASSWORD_NOT_PROVIDED": ("Hãy ghi mật khẩu.", "error"),
    "INVALID_PASSWORD": ("Mật khẩu hiện tại không đúng.", "error"),
    "PASSWORD_INVALID_LENGTH": ("Mật khẩu phải có ít nhất %(length)s ký tự.", "error"),
    "RETYPE_PASSWORD_MISMATCH": ("Hai lần ghi mật khẩu mới không giống nhau.", "error"),
    "PASSWORD_IS_THE_SAME": ("Mật khẩu mới phải khác mật khẩu hiện tại.", "error"),
    "PASSWORD_CHANGE": ("Đã đổi mật khẩu.", "success"),
}


def settings() -> dict[str, Any]:
    """Return Flask-Security's sentences, where their translations are, and what a name is."""
    return {
        "SECURITY_EMAIL_VALIDATOR_ARGS": LOGIN_NAMES,
        "SECURITY_I18N_DOMAIN": "messages",
        "SECURITY_I18N_DIRNAME": str(Path(__file__).parent / "translations"),
        **{f"SECURITY_MSG_{name}": sentence for name, sentence in SENTENCES.items()},
    }
