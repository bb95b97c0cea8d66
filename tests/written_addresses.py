"""Addresses as people write them, made from official names, each with its truth.

Every way of writing is a function of a random generator and a place. The names
come from the communes in force and from the crosswalk; streets, hamlets and
landmarks are invented, half of the streets bearing names of communes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from geo.crosswalk import OldUnit
from geo.gazetteer import CommuneUnit
from geo.text import fold, strip_kind


@dataclass(frozen=True, slots=True)
class WrittenPlace:
    """Official full names of a commune and its parents; `codes` are the communes meant now.

    `district` is empty on the map in force. More than one code: the old commune
    was divided.
    """

    commune: str
    district: str
    province: str
    codes: tuple[str, ...]
    is_old: bool

    @property
    def parts(self) -> tuple[str, ...]:
        """Commune, district and province, each once."""
        return tuple(dict.fromkeys(p for p in (self.commune, self.district, self.province) if p))

    @property
    def text(self) -> str:
        """The parts with commas between."""
        return ", ".join(self.parts)


Way = Callable[[Random, WrittenPlace], str]


def places_in_force(units: Sequence[CommuneUnit]) -> list[WrittenPlace]:
    """One place for each commune of the installed coverage."""
    return [WrittenPlace(u.full_name, "", u.province_name, (u.code,), False) for u in units]


def places_before(
    units: Sequence[OldUnit], codes_now: Mapping[str, Sequence[str]]
) -> list[WrittenPlace]:
    """One place for each old unit; `codes_now` gives the heirs under the coverage's codes."""
    return [
        WrittenPlace(u.full_name, u.district, u.province, tuple(codes_now[u.code]), True)
        for u in units
        if u.code in codes_now
    ]


STREETS = (
    *("Nguyễn Trãi", "Lê Lợi", "Trần Hưng Đạo", "Hoàng Hoa Thám", "Điện Biên Phủ", "Hùng Vương"),
    *("Nguyễn Văn Linh", "Lý Thường Kiệt", "Hai Bà Trưng", "Quang Trung", "30 Tháng 4", "3/2"),
    *("Cách Mạng Tháng Tám", "Phan Đình Phùng", "Nguyễn Thị Minh Khai", "Võ Văn Kiệt", "Hà Nội"),
    *("Đồng Khởi", "Láng Hạ", "Phú Mỹ", "Tân Sơn Nhì", "Hòa Bình", "Tây Ninh", "Long Thành"),
    *("Bình Long", "Bắc Sơn", "Thái Nguyên", "An Dương Vương", "Đông Sơn", "Trường Sa", "Phủ Lý"),
)
HAMLETS = (
    *("Tân Lập", "Phước Lý", "Hòa Bình", "Đông", "Trung Tâm", "Quyết Thắng", "An Phú", "Long An"),
    *("Bình Minh", "Nà Lầu", "Bản Mới", "Phú Thọ", "Tân Tiến", "Đoàn Kết", "Thượng", "Vĩnh Phúc"),
)
LANDMARKS = (
    *("chợ Tân An", "chợ Bình Tây", "trường tiểu học Kim Đồng", "cầu Sài Gòn", "bến xe Miền Đông"),
    *("UBND xã", "chùa Một Cột", "ngã tư Bình Thái", "KCN Tân Bình", "sân bay"),
)


def opening(rng: Random) -> str:
    """House, street, hamlet or landmark before the commune."""
    number = f"{rng.randint(1, 900)}{rng.choice(['', '', 'A', 'B', '/5', '/12/3', '-14', 'bis'])}"
    street, hamlet = rng.choice(STREETS), rng.choice(HAMLETS)
    return rng.choice(
        [
            f"Số {number} {rng.choice(['đường', 'phố', 'Đường', 'Phố', 'đ.'])} {street}",
            f"Số {number} ngõ {rng.randint(1, 300)} Phố {street}",
            f"{number} {street}",
            f"{number} {street}, tổ {rng.randint(1, 40)}",
            f"hẻm {number} {street}, khu phố {rng.randint(1, 9)}",
            f"{rng.choice(['Thôn', 'thôn', 'Ấp', 'Bản', 'Buôn', 'Xóm', 'Khóm', 'Làng'])} {hamlet}",
            f"thôn {rng.randint(1, 12)}",
            f"Tổ {rng.randint(1, 40)}",
            f"KP{rng.randint(1, 9)}",
            f"Tổ dân phố {rng.randint(1, 20)}, đường {street}",
            f"QL{rng.choice(['1A', '14', '51', '20'])}, {rng.choice(['ấp', 'thôn'])} {hamlet}",
            f"gần {rng.choice(LANDMARKS)}",
            f"Lô C{rng.randint(1, 20)} KCN {hamlet}, đường số {rng.randint(1, 20)}",
            f"Dự án khu dân cư {hamlet}, {number} {street}",
        ]
    )


_SHORT = {
    "Thành phố ": ("TP.", "TP ", "Tp. ", "T.P ", "TP. "),
    "Thị xã ": ("TX.", "TX ", "Tx. "),
    "Thị trấn ": ("TT.", "TT ", "Tt. "),
    "Phường ": ("P.", "P ", "P. ", "p."),
    "Xã ": ("X.", "X ", "X. ", "xã "),
    "Quận ": ("Q.", "Q ", "Q. "),
    "Huyện ": ("H.", "H ", "H. "),
    "Tỉnh ": ("T.", "", "tỉnh "),
    "Đặc khu ": ("ĐK ", "ĐK. ", "đặc khu "),
}
_ENGLISH = {
    "Thành phố": "City",
    "Thị xã": "Town",
    "Thị trấn": "Town",
    "Phường": "Ward",
    "Xã": "Commune",
    "Quận": "District",
    "Huyện": "District",
    "Tỉnh": "Province",
    "Đặc khu": "Special Zone",
}
_TONES = {"òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ", "òe": "oè", "óe": "oé"}
_TONES |= {"ủy": "uỷ", "ụy": "uỵ", "úy": "uý", "ùy": "uỳ", "ũy": "uỹ"}
_POPULAR = {
    "Thành phố Hồ Chí Minh": ("TPHCM", "TP.HCM", "HCM", "Sài Gòn", "Tp. Hồ Chí Minh", "TP HCM"),
    "Tỉnh Bà Rịa - Vũng Tàu": ("BRVT", "BR-VT", "Bà Rịa Vũng Tàu"),
    "Tỉnh Thừa Thiên Huế": ("TT Huế", "TT-Huế", "Thừa Thiên - Huế"),
    "Thành phố Hà Nội": ("Hà Nội", "HN", "TP Hà Nội", "Hanoi"),
}


def without_diacritics(text: str) -> str:
    """The text as typed on a keyboard without Vietnamese."""
    bare = unicodedata.normalize("NFD", text)
    kept = "".join(c for c in bare if not unicodedata.combining(c))
    return kept.replace("đ", "d").replace("Đ", "D")


def _shorten(rng: Random, text: str) -> str:
    for kind, forms in _SHORT.items():
        if text.startswith(kind):
            name = text[len(kind) :]
            glued = rng.choice(forms)
            if name.isdigit() and rng.random() < 0.3:
                return glued.strip(" .") + name.zfill(2)
            return glued + name
    return text


def abbreviated(rng: Random, place: WrittenPlace) -> str:
    """P., Q., TP. and popular names of provinces."""
    province = place.province
    if province in _POPULAR and rng.random() < 0.6:
        province = rng.choice(_POPULAR[province])
    parts = replace(place, province=province).parts
    return ", ".join(_shorten(rng, part) for part in parts)


def in_english(rng: Random, place: WrittenPlace) -> str:
    """Ben Nghe Ward, District 1, Ho Chi Minh City, Vietnam."""
    written = []
    for part in place.parts:
        kind = next((k for k in _ENGLISH if part.startswith(k)), None)
        name = without_diacritics(part[len(kind) :].strip() if kind else part)
        word = _ENGLISH[kind] if kind else ""
        numbered = name[:1].isdigit()
        if kind == "Tỉnh" and rng.random() < 0.5:
            word = ""
        written.append((f"{word} {name}" if numbered else f"{name} {word}").strip())
    return ", ".join(written) + rng.choice(["", ", Vietnam", ", Viet Nam", ", VN"])


def slip(rng: Random, name: str) -> str:
    """One character of a name dropped, doubled, or exchanged with the next."""
    at = rng.randrange(len(name))
    how = rng.choice(["drop", "double", "swap"])
    if how == "drop":
        return name[:at] + name[at + 1 :]
    if how == "double":
        return name[: at + 1] + name[at:]
    at = min(at, max(0, len(name) - 2))
    return name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :]


def _slip_in(part: str, rng: Random) -> str:
    name = strip_kind(part)[1]
    return part[: len(part) - len(name)] + slip(rng, name)


def commune_misspelt(rng: Random, place: WrittenPlace) -> str:
    """One slip in the commune's name."""
    return replace(place, commune=_slip_in(place.commune, rng)).text


def parents_misspelt(rng: Random, place: WrittenPlace) -> str:
    """One slip in the district's name, or in the province's."""
    if place.district and not place.district[-1].isdigit() and rng.random() < 0.6:
        return replace(place, district=_slip_in(place.district, rng)).text
    return replace(place, province=_slip_in(place.province, rng)).text


def bare(rng: Random, place: WrittenPlace) -> str:
    """Names without their kinds; numbers keep theirs."""
    names = [strip_kind(part)[1] for part in place.parts]
    return ", ".join(p if n.isdigit() else n for p, n in zip(place.parts, names, strict=True))


def with_extras(rng: Random, place: WrittenPlace) -> str:
    """House, street, hamlet or landmark before."""
    return f"{opening(rng)}, {place.text}"


def with_country(rng: Random, place: WrittenPlace) -> str:
    """Country and post code behind."""
    code = rng.choice(["", " 100000", " 70000", " 700000", ", 550000"])
    return place.text + rng.choice([f"{code}, Việt Nam", f"{code}, VN", f"{code}, Vietnam", code])


def repeated(rng: Random, place: WrittenPlace) -> str:
    """Some part twice, with its kind or without."""
    parts = list(place.parts)
    at = rng.randrange(len(parts))
    parts.insert(at, rng.choice([parts[at], strip_kind(parts[at])[1]]))
    return ", ".join(parts)


def everyday(rng: Random, place: WrittenPlace) -> str:
    """Several of the above at once."""
    text = abbreviated(rng, place) if rng.random() < 0.5 else place.text
    if rng.random() < 0.8:
        text = f"{opening(rng)}, {text}"
    if rng.random() < 0.2:
        text = without_diacritics(text)
    if rng.random() < 0.2:
        text = text.replace(", ", " - ")
    if rng.random() < 0.2:
        text += rng.choice([", Việt Nam", ", VN"])
    return rng.choice([text, text, text.lower(), text.upper()])


def _old_tones(text: str) -> str:
    for new, old in _TONES.items():
        text = text.replace(new, old)
    return text


WAYS: Mapping[str, Way] = {
    "đầy đủ": lambda rng, place: place.text,
    "không dấu": lambda rng, place: without_diacritics(place.text),
    "không dấu, chữ thường": lambda rng, place: fold_keeping_commas(place.text),
    "chữ hoa": lambda rng, place: place.text.upper(),
    "NFD": lambda rng, place: unicodedata.normalize("NFD", place.text),
    "dấu kiểu cũ": lambda rng, place: _old_tones(place.text),
    "viết tắt": abbreviated,
    "không dấu phẩy": lambda rng, place: place.text.replace(",", ""),
    "gạch nối": lambda rng, place: place.text.replace(", ", rng.choice([" - ", "-", " – "])),
    "đảo ngược": lambda rng, place: ", ".join(reversed(place.parts)),
    "thêm số nhà, đường, thôn": with_extras,
    "thêm, không dấu phẩy": lambda rng, place: with_extras(rng, place).replace(",", ""),
    "thêm, không dấu": lambda rng, place: without_diacritics(with_extras(rng, place)),
    "tên trần": bare,
    "tên trần, thêm": lambda rng, place: f"{opening(rng)}, {bare(rng, place)}",
    "kiểu tiếng Anh": in_english,
    "kèm nước, mã bưu chính": with_country,
    "lặp lại": repeated,
    "hỗn hợp": everyday,
    "gõ sai tên xã": commune_misspelt,
    "gõ sai tên xã, thêm": lambda rng, place: f"{opening(rng)}, {commune_misspelt(rng, place)}",
    "gõ sai tên xã, không dấu": lambda rng, place: without_diacritics(commune_misspelt(rng, place)),
    "gõ sai huyện, tỉnh": parents_misspelt,
    "không ghi huyện": lambda rng, place: replace(place, district="").text,
}
"""Every way of writing, by its name in the table."""


def fold_keeping_commas(text: str) -> str:
    """Lower case without diacritics; the commas stay."""
    return ", ".join(fold(part) for part in text.split(","))
