"""The head and the foot of an official paper: who issues it, where and when, who gets it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from webapp.services.report_blocks import LetterHead


@dataclass(frozen=True, slots=True)
class Letter:
    """What a person may say of the paper; empty: the usual words."""

    superior: str = ""
    issuer: str = ""
    signer: str = ""


USUAL_LETTER = Letter()
NUMBER = "Số:          /BC-…"


def letter_head(letter: Letter, province_name: str, day: date) -> LetterHead:
    """The head of the paper: as Decree 30/2020, appendix I, with a zero before short numbers."""
    usual = f"CÔNG AN {province_name.upper()}" if province_name else "BỘ CÔNG AN"
    place = short_name(province_name) or "Hà Nội"
    return LetterHead(
        superior=letter.superior.upper() or ("BỘ CÔNG AN" if province_name else ""),
        issuer=letter.issuer.upper() or usual,
        number=NUMBER,
        place_and_date=f"{place}, {long_date(day)}",
    )


def signer_of(letter: Letter, province_name: str) -> str:
    """Who signs, by office: the head of the usual issuer, else of the body named."""
    if letter.signer or letter.issuer:
        return letter.signer.upper() or "THỦ TRƯỞNG CƠ QUAN"
    return "GIÁM ĐỐC" if province_name else "BỘ TRƯỞNG"


def issuer_words(letter: Letter, province_name: str) -> str:
    """The issuing body as it is written in a sentence."""
    usual = f"Công an {province_name[:1].lower()}{province_name[1:]}"
    return letter.issuer or (usual if province_name else "Bộ Công an")


def belongs_to(issuer: str) -> str:
    """What stands under the title of an annex: to which paper it belongs; open like its number."""
    return f"(Kèm theo Báo cáo số        /BC-… ngày … tháng … năm … của {issuer})"


def long_date(day: date) -> str:
    """A day as papers write it: a zero before days below 10 and before months 1 and 2.

    >>> long_date(date(2026, 6, 5)), long_date(date(2026, 2, 20)), long_date(date(2026, 12, 20))
    ('ngày 05 tháng 6 năm 2026', 'ngày 20 tháng 02 năm 2026', 'ngày 20 tháng 12 năm 2026')
    """
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def short_name(province_name: str) -> str:
    """A province without the word before its name.

    >>> short_name("Tỉnh Đắk Lắk"), short_name("Thành phố Hồ Chí Minh")
    ('Đắk Lắk', 'Hồ Chí Minh')
    """
    for word in ("Tỉnh ", "Thành phố "):
        province_name = province_name.removeprefix(word)
    return province_name


def recipients_of(province_name: str) -> tuple[str, ...]:
    """Who gets the paper, as a rule."""
    if not province_name:
        return ("Thủ tướng Chính phủ (để báo cáo)", "Các bộ, ngành liên quan", "Lưu: VT, …")
    upper = "UBND thành phố" if province_name.startswith("Thành phố") else "UBND tỉnh"
    return ("Bộ Công an (để báo cáo)", f"{upper} (để báo cáo)", "Lưu: VT, …")
