"""English for what the rule sets and the evaluations by them say.

Evaluations are written in Vietnamese below the pages, and those that were signed are kept as
they were signed. Their sentences follow few patterns: a text is known by its pattern and becomes a
sentence that `webapp.languages.in_words` says in English. A text of no such pattern stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache, lru_cache

from models.rule_parts import RuleSet
from models.ruleset import load_ruleset, ruleset_names
from webapp.told import Told, as_written, told_list

SENTENCES = (
    "Hiện {x}.",
    "Chưa đủ số liệu; phải khai: {x}.",
    "{title} không có hiệu lực vào ngày cuối của kỳ này.",
    "Kỳ số liệu không phải kỳ đánh giá năm (15/12 năm trước đến 14/12).",
    "Chưa xếp loại được vì thiếu: {missing}. Còn có thể là: {possible}.",
    "Thiếu: {missing}. Số liệu thiếu không làm thay đổi kết quả xếp loại.",
    "Chưa xếp loại được vì một phần tiêu chí của văn bản chưa được xác nhận;"
    " hệ thống không tự đặt ra ngưỡng.",
    "Cả {n} người có hồ sơ quản lý đều đang điều trị thay thế, cai nghiện tại gia đình, cộng đồng"
    " hoặc quản lý sau cai, nên tiêu chí 1 về không ma túy vẫn đạt.",
    "Đạt đủ tiêu chí không ma túy nên được xếp loại này, dù theo tiêu chí phân loại trọng điểm thì"
    " là: {types}. Đề nghị rà soát lại số liệu.",
    "Đạt đủ tiêu chí không ma túy nên được xếp loại này, dù theo tiêu chí phân loại trọng điểm thì"
    " có thể là: {types}. Đề nghị rà soát lại số liệu.",
    "Cách đọc đang dùng ({used}) cho kết quả «{cls}»; cách đọc kia ({other}) cho kết quả «{then}».",
    "Chưa có số liệu về tuyến trọng điểm: tạm coi là nằm trên tuyến.",
    "Chưa có số liệu về tuyến trọng điểm: tạm coi là không nằm trên tuyến nào.",
    "Tuyến trọng điểm: xã khai có nằm trên tuyến, danh mục tuyến cho thấy không; coi là có, cần"
    " kiểm tra.",
    "Tuyến trọng điểm: xã khai không nằm trên tuyến, danh mục tuyến cho thấy có ({refs}); coi là"
    " có, cần kiểm tra.",
    "{label}: chưa khai báo, hồ sơ có {held}; dùng số của hồ sơ, cần kiểm tra.",
    "{label}: khai báo {said}, hồ sơ có {held}; dùng số của hồ sơ, cần kiểm tra.",
    "{label}: khai báo {said}, hồ sơ có {held}; dùng số khai báo.",
    "Số liệu không dùng được: {label} không phải là số. Hãy sửa lại chỉ tiêu đã khai.",
    "Số liệu không dùng được: {label} lớn vô hạn. Hãy sửa lại chỉ tiêu đã khai.",
    "Số liệu không dùng được: {label} là số âm ({value}). Hãy sửa lại chỉ tiêu đã khai.",
    "Số người thuộc diện loại trừ ({part}) lớn hơn số người có hồ sơ quản lý ({all}). Hãy kiểm tra"
    " lại số liệu.",
    "Nhân khẩu bằng 0 trong khi có người hoặc vụ bắt giữ: coi như thiếu. Hãy khai lại nhân khẩu.",
    "Có số liệu ({value}) lớn hơn nhân khẩu ({residents}). Hãy kiểm tra lại.",
    "{part} trong {all} vụ bắt giữ chưa ghi số đối tượng: số đối tượng bị bắt theo hồ sơ là số ít"
    " nhất.",
    "{count} vụ trồng cây có chứa chất ma túy chưa ghi số cây hoặc diện tích.",
    "Hồ sơ chưa có tuyến trọng điểm nào có hiệu lực trong kỳ đi qua tỉnh này nên chưa biết xã có"
    " thuộc tuyến trọng điểm hay không: hãy nhập danh mục tuyến của tỉnh hoặc khai báo chỉ tiêu"
    " này.",
    "Bản đồ của kỳ này không có xã nào thuộc tỉnh: không có gì để xếp loại.",
    "{part} trên {all} xã chưa có đánh giá; số liệu của các xã này coi là chưa biết, không coi là"
    " 0.",
    "{count} xã đã đánh giá còn thiếu số liệu.",
    "{count} đánh giá của xã không thuộc tỉnh này trong kỳ, không tính vào.",
    "Số xã loại I, loại II: {count} xã theo loại đã tự đánh giá hoặc được duyệt, các xã khác theo"
    " số liệu hiện có; những số liệu khác của tỉnh cộng từ số liệu hiện có.",
    "{cases} và {spots} được tính cho xã này dù vị trí chưa chắc chắn.",
    "{records} được tính cho xã này dù vị trí chưa chắc chắn.",
    "Có vụ việc chỉ rõ tháng hoặc năm ở đầu, cuối kỳ: {told}.",
    "Tiêu chí của văn bản chưa được xác nhận.",
    "Số liệu hiện nay đã khác bản tự đánh giá; hãy xem trên trang của xã rồi duyệt hoặc trả lại.",
    "Kết quả đã được duyệt. Muốn tự đánh giá lại thì cấp duyệt rút quyết định duyệt trước.",
    "Xã, tỉnh chưa tự đánh giá, hoặc bản tự đánh giá đã được xử lý. Hãy tải lại trang.",
    "Kết quả của kỳ này chưa được duyệt. Hãy duyệt trước.",
    "Chỉ kỳ đánh giá năm (15/12 năm trước đến 14/12) được tự đánh giá và duyệt"
    " (QĐ 28/2025/QĐ-TTg, Điều 7).",
    "Kỳ này bắt đầu ngày {day}, chưa thể đánh giá.",
    "Kỳ còn chạy đến hết ngày {day}: số liệu mới là tạm tính, chưa thể duyệt.",
    "Chưa xác định được loại vì thiếu số liệu. Hãy khai báo đủ rồi tự đánh giá.",
    "Bản tự đánh giá được lập khi kỳ còn chạy và số liệu hiện nay đã khác. Hãy trả lại để đánh giá"
    " theo số liệu cả kỳ.",
    "Đơn vị đang ở trong danh sách theo kết quả của kỳ này. Hãy đưa ra trước.",
    "Đơn vị không ở trong danh sách nào.",
    "Loại này không có danh sách.",
    "Đơn vị đã ở trong danh sách này.",
    "Đã có quyết định về danh sách theo kết quả {period}, sau kỳ này. Hãy ra quyết định trên kết"
    " quả của kỳ ấy.",
)
"""Whole sentences, with what may stand in them."""

PHRASES = (
    "{x} hoặc {y}",
    "{x}: chưa đủ số liệu",
    "{x}/{y} nhân khẩu = {share}",
    "{x}/{y} xã = {share}",
    "{x}/{y} nhân khẩu",
    "{x}/{y} xã",
    "không quá {x}",
    "trên {n} và dưới {y}",
    "từ {x} trở lên",
    "đúng {x}",
    "từ {n} đến dưới {y}",
    "trên {x} và từ {n} tiêu chí của {cls} trở lên",
    "trên tuyến trọng điểm",
    "trên tuyến trọng điểm liên tỉnh",
    "không nằm trên tuyến trọng điểm",
    "không nằm trên tuyến trọng điểm liên tỉnh",
    "chưa rõ có trên tuyến trọng điểm",
    "chưa rõ có trên tuyến trọng điểm liên tỉnh",
    "đạt {n} tiêu chí khác",
    "đạt {n} tiêu chí khác, {n2} chưa rõ",
    "chưa xác nhận",
    "chưa đủ số liệu",
    "chưa tính được",
    "văn bản chưa được xác nhận",
    "không còn số liệu",
    "giá trị ở mức cao hơn cũng tính cho loại thấp hơn",
    "đúng câu chữ của từng mức",
    "tính cho kỳ sau: {x}",
    "phải giảm ít nhất {x}, còn {y}",
    "phải giảm {x}, còn {y}",
    "nhiều nhất {x}",
    "ít nhất {x}",
    "kém dưới {x}",
    "hơn dưới {x}",
    "dưới {x}",
    "{n} đến {x}",
    "từ {n}",
    "{n} - {n2} = {y}",
    "{n} người",
    "{n} điểm",
    "{n} đối tượng",
    "{n} cây",
    "{n} m²",
    "{n} xã",
    "{n} xã trọng điểm loại I, loại II",
    "số không dùng được",
    "{n} vụ việc",
    "{n} vụ được tính có thể thuộc kỳ sau",
    "{n} vụ không được tính có thể thuộc kỳ này",
    "{n} ({refs} và {more} hồ sơ khác)",
    "{n} ({refs})",
    "Quyết định {ref}",
    "Điều {a} {decision}",
    "tiêu chí {a}, {decision}",
    "tiêu chí {a}, loại {b}, {decision}",
    "điểm {a}, loại {b}, {decision}",
    "năm {year}",
    "6 tháng đầu năm {year}",
    "6 tháng cuối năm {year}",
    "quý {quarter} năm {year}",
    "tháng {month} năm {year}",
)
"""Pieces of sentences; what is called n… is a number."""

SHARES = tuple(f"{{n:{digits}}} %" for digits in range(5))
"""Shares with so many decimals."""

_NUMBER = r"[-+−]?\d{1,3}(?:\.\d{3})*(?:,\d+)?"
_DAY = re.compile(r"\d{2}/\d{2}/\d{4}")
_DAYS = re.compile(rf"({_DAY.pattern}) - ({_DAY.pattern})")
_SLOT = re.compile(r"\\\{(\w+)\\\}")


@lru_cache(maxsize=4096)
def known_words(text: str) -> Told:
    """Take a text of an evaluation or of a rule set as a sentence that can be said in English.

    >>> known_words("từ 500 đến dưới 3.000 cây").values["y"].pattern
    '{n} cây'
    >>> known_words("từ 500 đến dưới 3.000 cây")
    'từ 500 đến dưới 3.000 cây'
    """
    for read in (_value, _label, _sentence, _parts, _phrase):
        found = read(text)
        if found is not None:
            return found
    return as_written(text)


@cache
def texts_of_rules() -> frozenset[str]:
    """Labels of the rule sets: figures, classes and criteria."""
    found = [_labels_of(load_ruleset(name)) for name in ruleset_names()]
    return frozenset(text for labels in found for text in labels)


def _value(text: str) -> Told | None:
    """A number, a share, a day, or from one day to another."""
    if found := _DAYS.fullmatch(text):
        return Told(
            "{start} - {end}", {"start": known_words(found[1]), "end": known_words(found[2])}
        )
    if _DAY.fullmatch(text):
        return Told("{day}", {"day": date(*(int(part) for part in reversed(text.split("/"))))})
    amount = text.removesuffix(" %")
    if not re.fullmatch(_NUMBER, amount):
        return None
    digits = len(amount.partition(",")[2])
    sign = amount[:1] if amount[0] in "-+−" else ""
    number = float(amount[len(sign) :].replace(".", "").replace(",", "."))
    return Told(f"{sign}{{n:{digits}}}{text[len(amount) :]}", {"n": number})


def _label(text: str) -> Told | None:
    lower = text[:1].lower() + text[1:]
    known = next((one for one in (text, lower) if one in texts_of_rules()), None)
    return None if known is None else Told(known, {})


def _sentence(text: str) -> Told | None:
    return _by_pattern(text, SENTENCES)


def _phrase(text: str) -> Told | None:
    return _by_pattern(text, PHRASES)


def _parts(text: str) -> Told | None:
    parts = text.split("; ")
    return None if len(parts) == 1 else told_list([known_words(part) for part in parts], "; ")


def _by_pattern(text: str, patterns: tuple[str, ...]) -> Told | None:
    if text in patterns:
        return Told(text, {})
    for pattern in patterns:
        if found := _regex(pattern).fullmatch(text):
            values = {name: known_words(value) for name, value in found.groupdict().items()}
            return Told(pattern, values)
    return None


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    def slot(found: re.Match[str]) -> str:
        name = found[1]
        return f"(?P<{name}>{_NUMBER}(?: %)?)" if name[0] == "n" else f"(?P<{name}>.+?)"

    return re.compile(_SLOT.sub(slot, re.escape(pattern)))


def _labels_of(rules: RuleSet) -> Iterator[str]:
    yield rules.title
    for scheme in (rules.commune, rules.province):
        yield from scheme.indicators.values()
        yield from scheme.classes.values()
        yield from (criterion.label for criterion in scheme.criteria)
