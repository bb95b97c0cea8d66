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
from webapp.services.figure_lines import FigureLine, change_words
from webapp.services.figure_words import amount_text, share_text
from webapp.services.figures import Comparison, Headline
from webapp.services.roadmap import share_words

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
        _seized("heroin", lines["heroin_kg"]),
        _seized("ma túy tổng hợp", lines["synthetic_kg"], lines["synthetic_tablets"]),
        _seized("cần sa", lines["cannabis_kg"]),
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


def _seized(what: str, *lines: FigureLine) -> str:
    """What was seized of a substance; that there was none is said in words."""
    told = [f"{line.now_text} {line.unit}" for line in lines if line.now]
    return f"{' và '.join(told)} {what}" if told else f"không có {what}"


def sides_text(now: Headline) -> str:
    """Cases by the part of the programme they belong to."""
    if not now.cases or now.supply is None or now.demand is None:
        return ""
    parts = [("giảm cung", now.supply), ("giảm cầu", now.demand), ("giảm hại", now.harm or 0)]
    told = [
        f"{vn_number(n)} vụ thuộc nhóm {name} ({share_text(Fraction(n, now.cases))})"
        for name, n in parts
        if n
    ]
    return f"Trong đó: {', '.join(told)}."


def persons_text(line: FigureLine) -> str:
    """Persons with records, and how many communes declared them."""
    if line.now is None:
        return "Chưa có xã nào khai báo số người có hồ sơ quản lý trong kỳ."
    change = f". {line.matched}" if line.matched else f"; so với cùng kỳ: {change_words(line)}"
    return (
        f"Số người nghiện và người sử dụng trái phép chất ma túy có hồ sơ quản lý: {line.now_text}"
        f" người, {line.note}{change}."
    )


def classes_text(now: Headline, ruleset: str) -> str:
    """How many communes are of which class."""
    counts = Counter(now.classes.values())
    unknown = now.n_communes - now.n_assessed
    if not now.n_assessed:
        return f"Chưa xác định được phân loại của xã nào trong {period_name(now.class_period)}."
    # Of a few communes a share would tell of missing figures.
    of = now.n_communes if 2 * now.n_assessed >= now.n_communes else 0
    told = [_of_class(cls, counts[cls], of) for cls in tuple(CommuneClass)[:5]]
    left = f" Còn {vn_number(unknown)} xã chưa xác định được do thiếu số liệu." if unknown else ""
    return (
        f"Theo {ruleset}, đã xác định được phân loại của {vn_number(now.n_assessed)} trong"
        f" {vn_number(now.n_communes)} xã, phường, đặc khu ({period_name(now.class_period)}"
        f"{', tạm tính' if now.classes_provisional else ''}):"
        f" {'; '.join(told)}.{left}"
    )


def _of_class(cls: CommuneClass, n: int, n_communes: int) -> str:
    """How many communes are of a class; the share of the target is cut as on every page.

    Without `n_communes` no share is told.
    """
    if not n:
        return f"không có xã {CLASS_WORDS[cls]}"
    if not n_communes:
        return f"{vn_number(n)} xã {CLASS_WORDS[cls]}"
    share = Fraction(n, n_communes)
    told = share_words(share) if cls is CommuneClass.DRUG_FREE else share_text(share)
    return f"{vn_number(n)} xã {CLASS_WORDS[cls]} ({told})"


def approval_text(n_approved: int, n_communes: int) -> str:
    """That classes are drafts until they are approved; empty where all are."""
    if n_approved == n_communes:
        return ""
    return (
        "Phân loại xã: dự thảo, chưa được phê duyệt"
        f" ({vn_number(n_approved)}/{vn_number(n_communes)} xã đã duyệt)"
    )


def flows_text(flows: Flows | None, provinces: Mapping[str, str]) -> tuple[str, ...]:
    """What moved since the last period with classes.

    `provinces` names the province of a commune where the area has several.
    """
    if flows is None or not flows.compared:
        return ("Chưa có phân loại của kỳ trước để so sánh.",)
    told = (
        f"So với {period_name(flows.before)}, trong {vn_number(flows.known)} xã xác định được phân"
        f" loại ở cả hai kỳ: {counted(flows.better, 'xã')} chuyển biến tốt lên,"
        f" {counted(flows.worse, 'xã')} xấu đi, {counted(flows.same, 'xã')} giữ nguyên."
    )
    if flows.unsure:
        told += f" Ngoài ra {vn_number(flows.unsure)} xã chưa xác định được ở một hoặc cả hai kỳ."
    if flows.left_out:
        told += f" {vn_number(flows.left_out)} xã không có phân loại kỳ trước để so sánh."
    gained = _names("Xã mới đạt không ma túy", flows.gained, provinces)
    lost = _names("Xã không còn đạt không ma túy", flows.lost, provinces)
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
        f" {counted(now.hotspots_active, 'điểm')} đang hoạt động,"
        f" {counted(now.hotspots_re_emerged, 'điểm')} tái phức tạp,"
        f" {counted(now.hotspots_suspected, 'điểm')} nghi vấn;"
        f" {counted(now.hotspots_watched, 'điểm')} đã triệt xóa, đang theo dõi, chưa đưa ra khỏi"
        " danh sách."
    )


def counted(n: int | None, what: str) -> str:
    """A number of something; none is said in words.

    >>> counted(2, "xã"), counted(0, "xã")
    ('2 xã', 'không có xã nào')
    """
    return f"{vn_number(n)} {what}" if n else f"không có {what} nào"


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


def border_text(
    where: str,
    neighbours: Iterable[str],
    n_communes: int,
    cases: tuple[int | None, int | None],
    *,
    approximate: bool,
) -> str:
    """Border communes and the cases in them, now and a year before (None: no data)."""
    subject = "Cả nước" if where == "cả nước" else "Địa bàn"
    if not n_communes:
        return f"{subject} không có xã biên giới đất liền."
    limits = f" {APPROXIMATE}" if approximate else ""
    now, before = ("chưa có dữ liệu vụ việc" if n is None else f"{counted(n, 'vụ')}" for n in cases)
    return (
        f"{subject} có {vn_number(n_communes)} xã biên giới đất liền{limits} (giáp"
        f" {', '.join(neighbours)}). Số vụ phát hiện tại các xã này: trong kỳ {now}; cùng kỳ năm"
        f" trước {before}."
    )


APPROXIMATE = "(xác định theo ranh giới gần đúng)"


def _names(what: str, communes: Sequence[tuple[str, str]], provinces: Mapping[str, str]) -> str:
    if not communes:
        return ""
    shown = ", ".join(_named(*one, provinces) for one in communes[:MOST_NAMES])
    rest = len(communes) - MOST_NAMES
    more = f" và {vn_number(rest)} xã khác (xem bảng biến động)" if rest > 0 else ""
    return f"{what} ({vn_number(len(communes))}): {shown}{more}."


def _named(code: str, name: str, provinces: Mapping[str, str]) -> str:
    inside = f" ({provinces[code]})" if code in provinces else ""
    return area_words(name) + inside
