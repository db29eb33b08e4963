"""``cchc questionnaire``: check a form file, and bring it from YAML to a workbook and back.

A workbook is where people translate: one column per language (``questionnaires.xlsform``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click
import yaml

from questionnaires.languages import name_of, offered
from questionnaires.loader import digest, load_questionnaire, to_mapping
from questionnaires.model import Questionnaire
from questionnaires.xlsform import read_xlsform, write_xlsform
from survey_app.errors import SurveyError

WORKBOOK: Final = ".xlsx"
TEXTS: Final = (".yaml", ".yml")


@click.group()
def questionnaire() -> None:
    """Mẫu phiếu: kiểm tra tệp, chuyển giữa YAML và bảng tính XLSForm để dịch."""


@questionnaire.command()
@click.argument("source")
def check(source: str) -> None:
    """Kiểm tra mẫu phiếu SOURCE: mã (CX4), tệp .yaml hoặc .xlsx.

    \b
    Ví dụ: cchc questionnaire check cx4-hmn.xlsx
    """
    form = _read(source)
    names = ", ".join(f"{name_of(code, form.languages)} ({code})" for code in offered(form))
    click.echo(f"{form.code}: {len(form.questions)} câu hỏi; ngôn ngữ: {names}")
    click.echo(f"Dấu: {digest(form)}")


@questionnaire.command()
@click.argument("source")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def write(source: str, target: Path) -> None:
    """Ghi mẫu phiếu SOURCE thành tệp TARGET, .xlsx (XLSForm) hoặc .yaml.

    \b
    Ví dụ: cchc questionnaire write CX4 cx4.xlsx
           cchc questionnaire write cx4-hmn.xlsx cx4.yaml
    """
    form = _read(source)
    if target.suffix == WORKBOOK:
        write_xlsform(target, form)
    elif target.suffix in TEXTS:
        text = yaml.safe_dump(to_mapping(form), allow_unicode=True, sort_keys=False, width=100)
        target.write_text(text, encoding="utf-8")
    else:
        raise SurveyError(f"“{target.name}” phải là .xlsx hoặc .yaml. Hãy đổi đuôi tệp.")
    click.echo(f"Đã ghi {form.code} vào {target}.")


def _read(source: str) -> Questionnaire:
    path = Path(source)
    if path.suffix != WORKBOOK:
        return load_questionnaire(source)
    if not path.is_file():
        raise SurveyError(f"Không có tệp “{source}”. Hãy kiểm tra đường dẫn.")
    return read_xlsform(path, path.name)
