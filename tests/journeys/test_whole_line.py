"""The whole line in a real browser, from the plan to the council's workbook, no terminal.

Bố Trạch 2020 as it is printed, moved to today: 41 units, 192 cells. Staff sit at a desk,
respondents hold a phone of 360 × 740. The address on the slips is the public one; the phones'
requests to it are carried to the server of the test, so what is opened is what was printed.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Page, Route, expect

from survey_app.config import Config
from survey_app.formats import day, today
from survey_app.services import accounts
from survey_app.services.exports.words import CLOSED
from survey_app.services.score_columns import NOT_APPLICABLE_MARK, SHEET
from tests.app.scores import column_of, row_of
from tests.builders import CLERK
from tests.conftest import migrate
from tests.journeys.conftest import DESK, PHONE

PUBLIC = "https://ks.example.gov.vn"
HERE = "/campaigns/bo_trach_2020"
DPI = 200
DEPARTMENTS, UNITS = 13, 41
CENT = Decimal("0.01")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """One journey on one database: SQLite, as on an office's own machine."""
    config = Config(
        home=tmp_path,
        database_url=f"sqlite:///{tmp_path / 'cchc.sqlite'}",
        base_url=PUBLIC,
        testing=True,
        secure_cookies=False,
    )
    migrate(config)
    return config


@dataclass
class World:
    """The two kinds of devices, and what people write down on the way."""

    opened: Callable[..., Page]
    server: str

    def desk(self) -> Page:
        return self.opened(viewport=DESK)

    def phone(self, **options: object) -> Page:
        page = self.opened(viewport=PHONE, **options)
        page.route(f"{PUBLIC}/**", self._carry)
        return page

    def _carry(self, route: Route) -> None:
        asked = route.request.url.partition("#")[0].replace(PUBLIC, self.server, 1)
        route.fulfill(response=route.fetch(url=asked))


@pytest.fixture
def world(open_page: Callable[..., Page], live_server) -> World:
    return World(open_page, live_server.url)


def test_a_campaign_goes_from_its_plan_to_the_council_without_a_terminal(app, world: World):
    admin = sign_in(world.desk(), *the_first_administrator())
    logins = {
        email: the_administrator_adds(admin, name, email, role)
        for name, email, role in (
            ("Trần Thị Hoà", "hoa@botrach.local", "Điều phối"),
            ("Lê Văn Lan", "lan@botrach.local", "Điều tra viên"),
            ("Phạm Thu Minh", "minh@botrach.local", "Phân tích"),
        )
    }
    hoa, lan, minh = (sign_in(world.desk(), *login) for login in logins.items())

    the_plan_is_loaded_checked_and_opened(hoa)
    the_enumerator_is_given_units(hoa, "Lê Văn Lan", ["X01"])

    scanned, typed = slips_are_issued_and_printed(hoa, "CX4", "X01", 2)
    assert cell(hoa, "CX4", "X01") == (0, 30)
    a_scanned_slip_is_answered(world.phone(), scanned)
    a_typed_code_is_answered_without_script(world.phone(java_script_enabled=False), typed)
    assert cell(hoa, "CX4", "X01") == (2, 30)

    (crossed,) = slips_are_issued_and_printed(hoa, "CH3", "", 1)
    thirteen_units_are_answered_with_one_slip(world.phone(), crossed)
    assert [cell(hoa, "CH3", f"P{n:02}") for n in (1, 12, 13)] == [(1, 56), (1, 56), (0, 56)]
    assert total(hoa) == (2 + 12, 3108)

    (serial,) = paper_is_printed(hoa, "CX1-LD", "X01", 1)
    a_sheet_is_keyed(lan, serial)
    first, second = slips_are_issued_and_printed(hoa, "CX1-LD", "X01", 2)
    a_scanned_slip_is_answered(world.phone(), first)
    a_scanned_slip_is_answered(world.phone(), second, full=True)
    assert cell(hoa, "CX1-LD", "X01") == (2, 2)
    a_sheet_is_left_out_and_the_next_ballot_admitted(hoa, serial)
    assert cell(hoa, "CX1-LD", "X01") == (2, 2)

    the_deadline_is_moved(hoa)
    own = score_workbooks_come_back(minh, "self", "Tự chấm điểm")
    appraised = score_workbooks_come_back(minh, "round_1", "Thẩm định lần 1")
    assert recognised_points(minh) == appraised
    assert own["Phòng Nội vụ"] - appraised["Phòng Nội vụ"] == Decimal("0.10")

    ranking = the_index_is_computed(minh)
    a_rank_is_opened_down_to_its_counts(minh, ranking)
    the_campaign_is_closed(hoa)
    the_workbooks_say_what_the_screen_says(minh, ranking, appraised)


# --- people ------------------------------------------------------------------------------


def the_first_administrator() -> tuple[str, str]:
    """The one account that is not made on a page: it comes with the installation."""
    email = "quantri@botrach.local"
    made = accounts.add_user(email, "Quản trị", ["administrator"], actor=CLERK)
    return email, made[1] or ""


def sign_in(page: Page, email: str, password: str) -> Page:
    page.goto("/login")
    page.get_by_label("Tên đăng nhập").fill(email)
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đợt điều tra")
    return page


def the_administrator_adds(admin: Page, name: str, email: str, role: str) -> str:
    """Make an account; its password is shown this once."""
    admin.goto("/users")
    admin.get_by_text("Thêm người dùng").click()
    admin.get_by_label("Họ và tên").fill(name)
    admin.get_by_label("Tên đăng nhập").fill(email)
    admin.get_by_label(role).check()
    admin.get_by_role("button", name="Tạo tài khoản").click()
    return admin.locator("#password").inner_text()


def the_enumerator_is_given_units(hoa: Page, name: str, units: list[str]) -> None:
    hoa.goto(f"{HERE}/people")
    chosen = hoa.locator("#user option", has_text=name).get_attribute("value")
    hoa.get_by_label("Người", exact=True).select_option(chosen)
    for unit in units:
        hoa.locator(f"input[name=units][value={unit}]").check()
    hoa.get_by_role("button", name="Phân công").click()
    says(hoa, f"Đã thêm {len(units)} phân công cho {name}.")


# --- the plan ----------------------------------------------------------------------------


def the_plan_is_loaded_checked_and_opened(hoa: Page) -> None:
    hoa.get_by_role("button", name="Tạo đợt điều tra").click()
    hoa.get_by_label("Ngày mở").fill(today().isoformat())
    hoa.get_by_label("Hạn trả lời").fill((today() + timedelta(days=4)).isoformat())
    hoa.get_by_role("button", name="Tạo bản nháp").click()
    expect(hoa.locator("main")).to_contain_text("Kế hoạch cộng khớp")

    hoa.get_by_role("link", name="Kế hoạch", exact=True).click()
    for printed in ("1.092", "2.016", "3.108", "2.049", "28.360.000"):
        expect(hoa.locator("main")).to_contain_text(printed)

    hoa.get_by_role("link", name="Tổng quan", exact=True).click()
    hoa.get_by_role("button", name="Xem thiết lập và mở đợt").click()
    confirm = hoa.get_by_label("Tôi đã đọc mọi thiết lập")
    assert confirm.evaluate("box => box.required")
    confirm.check()
    hoa.get_by_label("Tôi biết kế hoạch chưa ghi quyết định").check()
    hoa.get_by_role("button", name="Mở đợt điều tra").click()
    says(hoa, "Đã mở đợt điều tra")
    expect(hoa.locator(".subbar")).to_contain_text("Đang thu phiếu")


def the_deadline_is_moved(hoa: Page) -> None:
    later = today() + timedelta(days=9)
    hoa.goto(HERE)
    hoa.get_by_text("Gia hạn", exact=True).first.click()
    hoa.get_by_label("Hạn mới").fill(later.isoformat())
    hoa.locator("form[action$='/deadline']").get_by_label("Lý do").fill("mưa lũ ở ba xã")
    hoa.get_by_role("button", name="Gia hạn").click()
    says(hoa, f"Hạn trả lời mới: hết ngày {day(later)}")


def the_campaign_is_closed(hoa: Page) -> None:
    hoa.goto(HERE)
    hoa.get_by_text("Đóng đợt điều tra").first.click()
    form = hoa.locator("form[action$='/close']")
    form.get_by_label("Lý do").fill("đã hết hạn và nhập xong phiếu giấy")
    form.get_by_label("Tôi hiểu rằng").check()
    form.get_by_role("button").click()
    says(hoa, "Đã đóng đợt điều tra")
    expect(hoa.locator(".subbar")).to_contain_text("Đã đóng thu phiếu")


# --- paper -------------------------------------------------------------------------------


def slips_are_issued_and_printed(hoa: Page, rule: str, unit: str, count: int) -> list[str]:
    hoa.goto(f"{HERE}/slips")
    fill_plan(hoa, rule, unit, count)
    hoa.get_by_role("button", name="Phát hành", exact=True).click()
    says(hoa, f"Đã phát hành {count} phiếu mời của dòng {rule}.")
    row = hoa.locator(f"tr#{rule}")
    printed = downloaded(hoa, row.get_by_role("button", name=f"In {count} phiếu").click)
    path = f"BT20/{rule}/{unit}".rstrip("/")
    addresses = qr_texts(printed)
    assert len(addresses) == count
    for address in addresses:
        assert re.fullmatch(rf"{PUBLIC}/p/{path}#(\d{{4}}-){{3}}\d{{4}}", address, re.IGNORECASE)
    return addresses


def paper_is_printed(hoa: Page, rule: str, unit: str, count: int) -> list[str]:
    hoa.goto(f"{HERE}/sheets")
    fill_plan(hoa, rule, unit, count)
    printed = downloaded(hoa, hoa.get_by_role("button", name="In (tải tệp PDF)").click)
    serials = [address[-8:] for address in qr_texts(printed)]
    assert len(set(serials)) == count
    return list(dict.fromkeys(serials))


def fill_plan(hoa: Page, rule: str, unit: str, count: int) -> None:
    hoa.get_by_label("Dòng phân bổ").select_option(rule)
    hoa.get_by_label("Đơn vị").select_option(unit)
    hoa.get_by_label("Số lượng").fill(str(count))


def qr_texts(pdf: bytes) -> list[str]:
    """Read every QR code as a phone would, from a picture of 200 dots to the inch."""
    document = pypdfium2.PdfDocument(pdf)
    found = [
        code.text
        for page in document
        for code in zxingcpp.read_barcodes(page.render(scale=DPI / 72).to_pil().convert("L"))
    ]
    document.close()
    return found


def a_sheet_is_keyed(lan: Page, serial: str) -> None:
    lan.goto(f"{HERE}/key")
    expect(lan.locator("table.work").first).to_contain_text("CX1-LD")
    expect(lan.locator("#serial")).to_be_focused()
    lan.keyboard.type(serial)
    lan.keyboard.press("Enter")
    expect(lan.locator(".key-row.current")).to_be_visible()
    lan.keyboard.type("9" * lan.locator(".key-row[role=radiogroup]").count())
    lan.keyboard.press("Enter")
    says(lan, "tính vào chỉ tiêu")


# --- respondents -------------------------------------------------------------------------


def a_scanned_slip_is_answered(phone: Page, address: str, *, full: bool = False) -> None:
    phone.goto(address)
    expect(phone.locator("#answers")).to_be_visible()
    assert "#" not in phone.url
    told = phone.get_by_role("heading", name="Đơn vị này đã đủ số phiếu cần thu")
    expect(told).to_be_visible(visible=full)  # said before the first question
    answer_every_question(phone)
    phone.get_by_role("button", name="Nộp phiếu").click()
    a_receipt_is_shown(phone)
    if full:
        expect(phone.locator(".became")).to_contain_text("Phiếu được để riêng")


def a_typed_code_is_answered_without_script(phone: Page, address: str) -> None:
    path, _, code = address.partition("#")
    phone.goto(path)
    phone.get_by_label("Mã phiếu").fill(code)
    phone.get_by_role("button", name="Bắt đầu").click()
    answer_every_question(phone)
    phone.get_by_role("button", name="Nộp phiếu").click()
    a_receipt_is_shown(phone)


def thirteen_units_are_answered_with_one_slip(phone: Page, address: str) -> None:
    phone.goto(address)
    for left in range(DEPARTMENTS, 1, -1):
        expect(phone.get_by_role("heading", name=f"Còn {left} trên 13 đơn vị")).to_be_visible()
        phone.locator(".unit").first.click()
        answer_every_question(phone)
        phone.get_by_role("button", name="Nộp phiếu").click()
    expect(phone.get_by_role("heading", name="Còn 1 trên 13 đơn vị")).to_be_visible()
    phone.get_by_role("button", name=re.compile("^Năm qua không làm việc")).click()
    a_receipt_is_shown(phone)


def answer_every_question(phone: Page) -> None:
    """Tap the first choice of each question."""
    phone.locator("[data-ask]").first.wait_for()
    for question in phone.locator("[data-ask]").all():
        question.locator("label").first.click()


def a_receipt_is_shown(phone: Page) -> None:
    expect(phone.get_by_role("heading", name="Đã nộp phiếu")).to_be_visible()
    expect(phone.locator(".receipt .number")).to_have_text(re.compile(r"^\d{5}-\d{5}$"))


# --- the field ---------------------------------------------------------------------------


def cell(hoa: Page, rule: str, unit: str) -> tuple[int, int]:
    """Counted and target, as the coordinator's matrix shows them."""
    hoa.goto(f"{HERE}/field")
    shown = hoa.locator(f"a[href$='/field/{rule}/{unit}'] .n").first.text_content() or ""
    counted, target = shown.split("/")
    return int(counted), int(target)


def total(hoa: Page) -> tuple[int, int]:
    shown = re.findall(r"[\d.]+", hoa.locator(".head-number").inner_text())
    return int(shown[0].replace(".", "")), int(shown[1].replace(".", ""))


def a_sheet_is_left_out_and_the_next_ballot_admitted(hoa: Page, serial: str) -> None:
    hoa.goto(f"{HERE}/field/CX1-LD/X01")
    expect(hoa.get_by_role("button", name="Nhận phiếu kế tiếp")).to_be_disabled()
    hoa.locator(f"input[value='{serial}']").check()
    out = hoa.locator("form[action$='/exclude']")
    out.locator("[name=reason]").fill("người trả lời không phải lãnh đạo xã")
    out.get_by_role("button").click()
    says(hoa, "Đã loại phiếu")
    expect(hoa.locator(".head-number")).to_contain_text("1 / 2")

    hoa.locator("form[action$='/admit'] [name=reason]").fill("thay phiếu đã loại")
    hoa.get_by_role("button", name="Nhận phiếu kế tiếp").click()
    says(hoa, "Đã nhận một phiếu để riêng vào chỉ tiêu.")


# --- points ------------------------------------------------------------------------------


def score_workbooks_come_back(minh: Page, round_: str, label: str) -> dict[str, Decimal]:
    """Download every unit's workbook, fill them in, send them back; one has a wrong cell."""
    minh.goto(f"{HERE}/scores")
    templates = downloaded(minh, minh.locator(f"a[href$='/templates/{round_}.zip']").click)
    filled, points, wrong = {}, {}, ""
    with zipfile.ZipFile(io.BytesIO(templates)) as archive:
        for place, name in enumerate(archive.namelist()):
            book = load_workbook(io.BytesIO(archive.read(name)))
            sheet = book[SHEET]
            points[unit_of(sheet)] = fill_in(sheet, round_, place)
            filled[name] = saved(book)
            if "_P02_" in name:
                place_of_mistake = white_rows(sheet)[0]
                wrong = sheet.cell(place_of_mistake, points_column(sheet, round_)).coordinate
                sheet[wrong] = 99
                refused = saved(book), name
    assert len(filled) == UNITS

    right = filled[refused[1]]
    send(minh, label, "cham-diem.zip", zipped({**filled, refused[1]: refused[0]}))
    report = minh.locator("section[aria-labelledby=report]")
    for told in ("40 tệp được nhận", "1 tệp bị từ chối", "1 đơn vị chưa có"):
        expect(report).to_contain_text(told)
    expect(report.locator("table.mistakes tbody tr")).to_have_count(1)
    expect(report.locator("table.mistakes")).to_contain_text(wrong)
    expect(report).to_contain_text("Chưa nộp: Phòng Nội vụ.")

    send(minh, label, refused[1], right)
    for told in ("1 tệp được nhận", "0 tệp bị từ chối", "0 đơn vị chưa có"):
        expect(report).to_contain_text(told)
    return points


def send(minh: Page, label: str, name: str, data: bytes) -> None:
    minh.goto(f"{HERE}/scores")
    minh.get_by_label("Vòng chấm").select_option(label=label)
    minh.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )
    minh.get_by_role("button", name="Kiểm tra và nhập").click()


def fill_in(sheet: Worksheet, round_: str, place: int) -> Decimal:
    """Fill the white cells as a unit would, or as an appraiser who lowers one criterion."""
    points, maximum = points_column(sheet, round_), column_of(sheet, "Điểm tối đa")
    total = Decimal(0)
    for nth, row in enumerate(white_rows(sheet)):
        if round_ == "self":
            most = Decimal(str(sheet.cell(row, maximum).value))
            given = (most * (70 + place % 20) / 100).quantize(CENT, ROUND_HALF_UP)
            sheet.cell(row, column_of(sheet, "Tài liệu kiểm chứng")).value = "Báo cáo số 12/BC"
        else:
            given = Decimal(str(sheet.cell(row, column_of(sheet, "Điểm tự chấm")).value))
            if nth == 0:
                given -= Decimal("0.10")
                sheet.cell(row, column_of(sheet, "Lý do")).value = "Thiếu phụ lục kèm báo cáo"
        sheet.cell(row, points).value = float(given)
        total += given
    return total


def points_column(sheet: Worksheet, round_: str) -> int:
    return column_of(sheet, "Điểm tự chấm" if round_ == "self" else "Điểm thẩm định")


def white_rows(sheet: Worksheet) -> list[int]:
    """Rows with a cell to fill in: what the sheet's protection leaves open."""
    mark = column_of(sheet, f"Không áp dụng ({NOT_APPLICABLE_MARK})")
    top = row_of(sheet, "Mã")
    return [
        row
        for row in range(top + 1, sheet.max_row + 1)
        if not sheet.cell(row, mark).protection.locked
    ]


def unit_of(sheet: Worksheet) -> str:
    row = row_of(sheet, "Tên đơn vị")
    return next(str(found.value) for found in sheet[row][1:] if found.value)


def saved(book) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def recognised_points(minh: Page) -> dict[str, Decimal]:
    minh.goto(f"{HERE}/scores")
    rows = minh.locator("main > .table-box tbody tr").evaluate_all(
        "rows => rows.map(row => ['th', 'b'].map(cell => row.querySelector(cell).innerText))"
    )
    return {unit: figure(points) for unit, points in rows}


# --- the index ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One line of a ranking as the screen shows it; a closed component is None."""

    rank: int
    unit: str
    index: Decimal
    band: str
    points: Decimal
    components: tuple[Decimal | None, ...]


def the_index_is_computed(minh: Page) -> list[Line]:
    """Few people have answered, so criteria without points are left out of both sums."""
    minh.goto(f"{HERE}/index")
    minh.get_by_label("Khi có tiêu chí chưa có điểm").select_option("rescale")
    minh.get_by_role("button", name="Tính chỉ số").click()
    says(minh, "Đã tính chỉ số, lần số 1.")
    rows = minh.locator("table.ranking tbody tr").evaluate_all(
        """rows => rows.map(row => ({
          rank: row.querySelector('.rank').innerText, unit: row.querySelector('th a').innerText,
          index: row.querySelector('td b').innerText, band: row.cells[2].innerText,
          points: row.cells[row.cells.length - 1].firstChild.textContent,
          components: [...row.querySelectorAll('td.component')].map(td => td.innerText),
        }))"""
    )
    assert len(rows) == UNITS
    return [
        Line(
            int(row["rank"]),
            row["unit"],
            figure(row["index"]),
            row["band"].strip(),
            figure(row["points"]),
            tuple(None if "×" in text else figure(text) for text in row["components"]),
        )
        for row in rows
    ]


def a_rank_is_opened_down_to_its_counts(minh: Page, ranking: list[Line]) -> None:
    line = next(line for line in ranking if line.unit == "Phòng Nội vụ")
    minh.get_by_role("link", name=line.unit, exact=True).click()
    expect(minh.get_by_role("heading", level=1)).to_have_text(line.unit)
    stats = minh.locator("dl.stats")
    expect(stats).to_contain_text(printed(line.index) + "%")
    expect(stats).to_contain_text(f"{line.rank} / {DEPARTMENTS}")
    minh.locator(".component-walk").first.locator(".leaf-walk > summary").first.click()
    expect(minh.locator(".leaf-walk[open]").first).to_contain_text("Thẩm định: thẩm định lần 1")
    # one person answered about the department: nothing of that person is shown
    expect(minh.locator("table.counts")).to_have_count(0)


def the_workbooks_say_what_the_screen_says(
    minh: Page, ranking: list[Line], appraised: dict[str, Decimal]
) -> None:
    minh.goto(f"{HERE}/index/1")
    council_file = downloaded(minh, minh.get_by_role("button", name="Bảng của hội đồng").click)
    public_file = downloaded(minh, minh.get_by_role("button", name="Bảng công khai").click)
    council, public = (
        load_workbook(io.BytesIO(data), data_only=True) for data in (council_file, public_file)
    )
    screen = {line.unit: line for line in ranking}
    for book in (council, public):
        written = {row["Đơn vị"]: row for row in rows_of(book["Xếp hạng"], "Hạng")}
        assert {
            unit: (row["Hạng"], cents(row["Chỉ số (%)"]), row["Xếp loại"], cents(row["Tổng điểm"]))
            for unit, row in written.items()
        } == {
            unit: (line.rank, line.index, line.band, line.points) for unit, line in screen.items()
        }

    for row in rows_of(council["Xếp hạng"], "Hạng"):
        unit = str(row["Đơn vị"])
        assert cents(row["Điểm thẩm định"]) == appraised[unit]
        if not row["Điểm điều tra"]:  # by hand: what was keyed in, over what could be had
            most = Decimal(str(row["Tối đa được tính"]))
            assert screen[unit].index == cents(appraised[unit] / most * 100)

    components: dict[str, list[Decimal | None]] = {}
    for row in rows_of(public["Lĩnh vực"], "Mã"):
        value = row["Chỉ số thành phần (%)"]
        shown = None if value == CLOSED else tenths(value)
        components.setdefault(str(row["Đơn vị"]), []).append(shown)
    assert {unit: tuple(values) for unit, values in components.items()} == {
        unit: line.components for unit, line in screen.items()
    }
    one_person = [
        row["Điểm"]
        for row in rows_of(public["Tiêu chí"], "Mã")
        if row["Mã"] == "P02"
        and row["Nguồn điểm"] == "Điều tra"
        and row["Cách tính"] == "tính điểm"
    ]
    assert one_person
    assert set(one_person) == {CLOSED}


def rows_of(sheet: Worksheet, first: str) -> Iterator[dict[str, object]]:
    """Rows under each heading that begins with ``first``."""
    heading: tuple[object, ...] | None = None
    for row in sheet.iter_rows(values_only=True):
        if row[0] == first:
            heading = row
        elif heading is not None and row[1] is not None:
            yield {str(name): value for name, value in zip(heading, row, strict=True)}


def cents(value: object) -> Decimal:
    return Decimal(str(value)).quantize(CENT, ROUND_HALF_UP)


def tenths(value: object) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def figure(text: str) -> Decimal:
    """A number as it is printed: ``1.092``, ``86,50%``."""
    return Decimal(text.strip().rstrip("%").replace(".", "").replace(",", "."))


def printed(value: Decimal) -> str:
    return f"{value:.2f}".replace(".", ",")


# --- any page ----------------------------------------------------------------------------


def says(page: Page, sentence: str) -> None:
    expect(page.get_by_role("status").first).to_contain_text(sentence)


def downloaded(page: Page, press: Callable[[], None]) -> bytes:
    with page.expect_download() as waiting:
        press()
    return Path(waiting.value.path()).read_bytes()
