"""A workbook a service wrote, as the answer to a request."""

from __future__ import annotations

from io import BytesIO

from flask import send_file
from flask.typing import ResponseReturnValue

from survey_app.services.exports import ExportFile


def as_download(file: ExportFile) -> ResponseReturnValue:
    """Answer with the file under its name; papers with names are kept by no cache."""
    answer = send_file(
        BytesIO(file.data),
        mimetype=file.mimetype,
        as_attachment=True,
        download_name=file.name,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
