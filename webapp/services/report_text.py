"""The sentences of a report, built from its figures and from nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from geo.standing_terms import CorridorReach
from geo.terms import CommuneClass, Substance
from models.periods import period_name
from webapp.labels import vn_date, vn_number
from webapp.services.class_flows import Flows
from webapp.services.figure_lines import FigureLine, amount_text, share_text
from webapp.services.figures import Comparison, Headline
from webapp.services.progress import Progress
from webapp.services.roadmap import TARGET_SHARE, TARGET_YEAR, effort_left

SUBSTANCES = {
    Substance.OPIUM: "thuốc phiện",
    Substance.COCAINE: "cocain",
    Substance.KETAMINE: "ketamin",
    Substance.OTHER: "ma túy khác",
}

CLASS_WORDS = {
    CommuneClass.DRUG_FREE: "không ma túy",
    CommuneClass.AFFECTED: "có tệ nạn, chưa thuộc loại trọng điểm",
    CommuneClass.TYPE_3: "trọng điểm loại III",
    CommuneClass.TYPE_2: "trọng điểm loại II",
    CommuneClass.TYPE_1: "trọng điểm loại I",
    CommuneClass.UNKNOWN: "chưa xác định được",
}

MOST_NAMES = 12
"""Names of communes in one sentence; the annex has them all."""


def area_words(province_name: str) -> str:
    """The area in a sentence: "tỉnh Đắk Lắk", "thành phố Huế", "cả nước".

    >>> area_words("Tỉnh Đắk Lắk"), area_words("")
    ('tỉnh Đắk Lắk', 'cả nước')
    """
    return province_name[:1].lower() + province_name[1:] if province_name else "cả nước"


def change_words(line: FigureLine) -> str:
    """How a figure changed against the same days of the year before.

    >>> line = FigureLine("cases", "", "vụ", 0, 110, 100, 10, Fraction(1, 10))
    >>> change_words(line)
    'tăng 10 vụ (tăng 10 %)'
    """
    if line.difference is None:
        return "không so sánh được"
    if line.difference == 0:
        return "không thay đổi"
    verb = "tăng" if line.difference > 0 else "giảm"
    told = f"{verb} {amount_text(abs(line.difference), line.digits)} {line.unit}"
    if line.percent is None:
        return told
    return f"{told} ({verb} {share_text(abs(line.percent))})"


def cases_text(comparison: Comparison, lines: Mapping[str, FigureLine], where: str) -> str:
    """Cases and offenders with their change."""
    cases, offenders = lines["cases"], lines["offenders"]
    if cases.now is None:
        return f"Trong kỳ chưa có dữ liệu vụ việc trên địa bàn {where}; không nêu số liệu."
    told = (
        f"Trong kỳ, trên địa bàn {where} phát hiện, bắt giữ {cases.now_text} vụ,"
        f" {offenders.now_text} đối tượng vi phạm pháp luật về ma túy"
    )
    if cases.difference is None:
        return f"{told}; không so sánh được với cùng kỳ năm trước vì kỳ ấy chưa đủ dữ liệu."
    before = vn_date(comparison.before.period.start), vn_date(comparison.before.until)
    return (
        f"{told}. So với cùng kỳ năm trước ({before[0]} – {before[1]}), số vụ"
        f" {change_words(cases)}, số đối tượng {change_words(offenders)}."
    )


def seized_text(now: Headline, lines: Mapping[str, FigureLine]) -> str:
    """What was seized, in the order of the official reports; empty where nothing is known."""
    if now.cases is None:
        return ""
    told = [
        f"{lines['heroin_kg'].now_text} kg heroin",
        f"{lines['synthetic_kg'].now_text} kg và {lines['synthetic_tablets'].now_text} viên"
        " ma túy tổng hợp",
        f"{lines['cannabis_kg'].now_text} kg cần sa",
    ]
    told += [
        f"{amount_text(kg, 3)} kg {SUBSTANCES[substance]}"
        for substance, kg in now.other_kg.items()
        if kg
    ]
    text = f"Vật chứng thu giữ: {'; '.join(told)}."
    plants = []
    if now.plants:
        plants.append(f"{amount_text(now.plants)} cây")
    if now.plant_area_m2:
        plants.append(f"{amount_text(now.plant_area_m2, 1)} m² trồng cây")
    if not plants:
        return text
    return f"{text} Phát hiện, triệt phá {' và '.join(plants)} có chứa chất ma túy."


def sides_text(now: Headline) -> str:
    """Cases by the part of the programme they belong to."""
    if not now.cases or now.supply is None or now.demand is None:
        return ""
    parts = [("giảm cung", now.supply), ("giảm cầu", now.demand), ("giảm hại", now.harm or 0)]
    told = [
        f"{name} {vn_number(n)} vụ ({share_text(Fraction(n, now.cases))})" for name, n in parts if n
    ]
    return f"Phân theo nhóm giải pháp: {'; '.join(told)}."


def persons_text(line: FigureLine) -> str:
    """Persons with records, and how many communes declared them."""
    if line.now is None:
        return "Chưa có xã nào khai báo số người có hồ sơ quản lý trong kỳ."
    told, _, matched = line.note.partition("; tăng, giảm ")
    return (
        f"Số người nghiện và người sử dụng trái phép chất ma túy có hồ sơ quản lý: {line.now_text}"
        f" người, {told}; so với cùng kỳ năm trước {change_words(line)}"
        f"{', ' + matched if matched else ''}."
    )


def classes_text(now: Headline, ruleset: str) -> str:
    """How many communes are of which class."""
    counts = Counter(now.classes.values())
    unknown = now.n_communes - now.n_assessed
    if not now.n_assessed:
        return f"Chưa xác định được phân loại của xã nào trong {period_name(now.class_period)}."
    told = [
        f"{vn_number(counts[cls])} xã {CLASS_WORDS[cls]}"
        + (f" ({share_text(Fraction(counts[cls], now.n_communes))})" if counts[cls] else "")
        for cls in tuple(CommuneClass)[:5]
    ]
    left = f" Còn {vn_number(unknown)} xã chưa xác định được do thiếu số liệu." if unknown else ""
    return (
        f"Theo {ruleset}, đã xác định được phân loại của {vn_number(now.n_assessed)} trong"
        f" {vn_number(now.n_communes)} xã, phường, đặc khu ({period_name(now.class_period)}"
        f"{', tạm tính' if now.classes_provisional else ''}):"
        f" {'; '.join(told)}.{left}"
    )


def flows_text(flows: Flows | None) -> tuple[str, ...]:
    """What moved since the last period with classes."""
    if flows is None or not flows.compared:
        return ("Chưa có phân loại của kỳ trước để so sánh.",)
    told = (
        f"So với {period_name(flows.before)}, trong {vn_number(flows.compared)} xã có phân loại ở"
        f" cả hai kỳ: {vn_number(flows.better)} xã chuyển biến tốt lên, {vn_number(flows.worse)} xã"
        f" xấu đi, {vn_number(flows.same)} xã giữ nguyên."
    )
    if flows.left_out:
        told += f" {vn_number(flows.left_out)} xã không có phân loại kỳ trước."
    gained = _names("Xã mới đạt không ma túy", flows.gained)
    lost = _names("Xã không còn đạt không ma túy", flows.lost)
    return tuple(text for text in (told, gained, lost) if text)


def hotspots_text(now: Headline, line: FigureLine) -> str:
    """Hotspots cleared in the period and those that stand at its end."""
    if now.hotspots_cleared is None:
        return "Hồ sơ chưa có điểm, tụ điểm phức tạp nào trên địa bàn tính đến cuối kỳ."
    n = now.hotspots_cleared
    told = f"triệt xóa {vn_number(n)}" if n else "không triệt xóa"
    return (
        f"Trong kỳ {told} điểm, tụ điểm phức tạp{'' if n else ' nào'}; so với cùng"
        f" kỳ năm trước {change_words(line)}. Đến ngày {vn_date(now.until)}:"
        f" {vn_number(now.hotspots_active)} điểm đang hoạt động,"
        f" {vn_number(now.hotspots_re_emerged)} điểm tái phức tạp,"
        f" {vn_number(now.hotspots_suspected)} điểm nghi vấn;"
        f" {vn_number(now.hotspots_watched)} điểm đã triệt xóa, chưa đưa ra khỏi danh sách."
    )


def corridors_text(reaches: Sequence[CorridorReach], n_in_force: int, n_communes: int) -> str:
    """How many key routes are in force, and how many communes they touch."""
    if not n_in_force:
        return "Hồ sơ chưa có tuyến trọng điểm nào có hiệu lực trong kỳ."
    if not reaches:
        return "Không có tuyến trọng điểm nào trong hồ sơ đi qua địa bàn trong kỳ."
    inter = sum(reach is CorridorReach.INTER for reach in reaches)
    return (
        f"Có {vn_number(len(reaches))} tuyến trọng điểm có hiệu lực trong kỳ đi qua địa bàn"
        f" ({vn_number(inter)} tuyến liên tỉnh, {vn_number(len(reaches) - inter)} tuyến nội tỉnh),"
        f" qua {vn_number(n_communes)} xã, phường, đặc khu."
    )


def border_text(neighbours: Iterable[str], n_communes: int, n_cases: int, n_before: int) -> str:
    """Border communes and the cases in them."""
    if not n_communes:
        return "Địa bàn không có xã biên giới đất liền."
    told = ", ".join(neighbours)
    return (
        f"Địa bàn có {vn_number(n_communes)} xã biên giới đất liền (giáp {told}). Trong kỳ phát"
        f" hiện {vn_number(n_cases)} vụ tại các xã này; cùng kỳ năm trước {vn_number(n_before)} vụ."
    )


def progress_text(progress: Progress, where: str) -> str:
    """Where the area stands on the way to the target."""
    target = (
        f"Mục tiêu đến hết năm {TARGET_YEAR}: ít nhất {share_text(TARGET_SHARE)} số xã, phường,"
        " đặc khu không ma túy."
    )
    last = progress.running or progress.base
    if last is None or last.total.share is None:
        return f"{target} Chưa có phân loại xã của năm nào để tính tiến độ."
    total = last.total
    told = (
        f"{target} Năm {last.year}, {where} có {vn_number(total.n_drug_free)} trên"
        f" {vn_number(total.n_communes)} đơn vị không ma túy, đạt {share_text(last.total.share)}"
        f"{' (tạm tính)' if last.provisional else ''}."
    )
    planned = next((each for each in progress.plan if each.year == last.year), None)
    if planned is not None and planned.target is not None:
        told += f" Lộ trình năm {last.year}: {share_text(planned.share)}."
    effort = effort_left(last.year, total.n_drug_free, total.n_communes)
    if not effort.n_more:
        return f"{told} Đã đạt tỷ lệ mục tiêu."
    told += f" Để đạt mục tiêu cần thêm {vn_number(effort.n_more)} đơn vị"
    if effort.n_a_year is None:
        return f"{told}."
    return f"{told}, bình quân mỗi năm còn lại {vn_number(effort.n_a_year)} đơn vị."


def _names(what: str, communes: Sequence[tuple[str, str]]) -> str:
    if not communes:
        return ""
    shown = ", ".join(name for _, name in communes[:MOST_NAMES])
    rest = len(communes) - MOST_NAMES
    more = f" và {vn_number(rest)} xã khác (xem phụ lục)" if rest > 0 else ""
    return f"{what} ({vn_number(len(communes))}): {shown}{more}."
