"""Whether a place that a clerk wrote is a home: «nhà riêng», «phòng trọ», «chợ», «km 12».

Three answers, doubt on the side of the home: words that only a home has make it one whatever
else is said; a public place must be what the words are about («chợ An Lạc», not «gần chợ An
Lạc» nor «phường Chợ Quán»); a house number alone leaves it open.
"""

from __future__ import annotations

import re
import unicodedata

from geo.persons import cell_text, plain_words
from geo.terms import AtHome
from geo.text import bare_letters

_THINGS = (
    r"văn h(?:oá|óa)|thờ|nghỉ|hàng|ga|xe|máy|trẻ|nước|ăn|thuốc|sách|khách|tang|thi đấu|hát|rông"
    r"|dài|gươl|bia|kho|xưởng|chờ|vệ sinh|tù|tạm giữ|cộng đồng|sinh hoạt|truyền thống|triển lãm"
    r"|tưởng niệm|lưu niệm|in|lồng|màng|kính|lưới|điều hành|đa năng|thiếu nhi|bè|bảo tàng|mồ|giam"
    r"|trưng bày|rửa xe|cầu|đông lạnh|thi công|điều dưỡng|yến|giữ xe|công an|trường"
)
_HOUSE = re.compile(rf"(?<!\w)(?<!số )nhà(?!\w)(?!\s+(?:{_THINGS})(?!\w))(?!\s*số\s*\d)")
_BARE_HOUSE = re.compile(
    r"\bnha (?:rieng|o|tro|dan|ong|ba|anh|chi|cua|cap 4|thue|doi tuong|nghi pham|nghi can|nguoi)\b"
)
_ROOM = (
    r"(?:phòng|dãy|khu|xóm|căn|gác) (?:nhà )?trọ|phòng (?:thuê|ngủ)|căn hộ|chung cư|cư xá|biệt thự"
    r"|(?:khu|nhà) tập thể|k[ýí] túc xá|ktx|nơi (?:ở|cư trú|tạm trú|thường trú|sinh sống)"
    r"|chỗ (?:ở|tạm trú)|hộ gia đình"
)
_HOME = re.compile(
    rf"(?<!\w)(?:{_ROOM}|gia đình|hộ (?:ông|bà|anh|chị|cô|chú)|n\. ?(?:ông|bà))(?!\w)"
)
_BARE_ROOM = re.compile(rf"(?<!\w)(?:{bare_letters(_ROOM)})(?!\w)")
_NUMBERED = re.compile(
    r"\b(?:so nha|nha so|so|sn|hem|ngo|ngach|kiet|(?<!quoc )(?<!tinh )(?<!huyen )lo|can|phong"
    r"|tang) ?\d|^\d+[a-z]? "
)
_BEFORE = re.compile(
    r"^(?:(?:bat (?:qua tang )?)?(?:tai|o|trong|ngoai|tren|duoi|truoc|sau|phia truoc|phia sau"
    r"|ben trong|khu vuc|khuon vien|noi|dia ban|cong|cua|mat tien|cuoi|dau|giua|goc|doan"
    r"|tren duong|chan|bia|loi vao|hanh lang|san|phong(?: hat| so)?(?: \w?\d+\w?)?|tang \d+"
    r"|quay|ki ?ot|day|ban so \d+) )+"
)
_VENUE = re.compile(
    r"(?:karaoke|vu truong|bar|pub|beer club|club|nha nghi|khach san|nha hang|nha van hoa"
    r"|nha tho|nha xe|nha ga|nha may|nha cho|nha kho|nha xuong|nha ve sinh"
    r"|ben (?:xe|tau|pha|cang|do|thuyen)|cua khau|cong vien|sieu thi|trung tam|cay xang"
    r"|benh vien|phong kham|tram (?:y te|thu phi|xang|dung|xe|bien phong|kiem)"
    r"|truong (?:tieu hoc|thcs|thpt|th|mam non|mau giao|dai hoc|cao dang|trung cap|trung hoc"
    r"|hoc|pt|day nghe)|tru so|ubnd|uy ban|san bay|cang (?:bien|hang khong|ca)"
    r"|khu (?:cong nghiep|du lich|vui choi|che xuat|kinh te)|kcn|cong ty|xi nghiep|resort"
    r"|homestay|motel|massage|mat xa|spa|co so"
    r"|quan (?:ca phe|cafe|bar|nhau|an|com|net|internet|nuoc|bia|pho|karaoke|game|hat)"
    r"|tiem (?:net|internet|game|cam do|toc|cat toc|tap hoa|vang)|cua hang|shop|internet|bida"
    r"|gara|garage|don bien phong|chot|nghia trang|nghia dia|trai giam|trai tam giam|buu cuc"
    r"|buu dien|kho hang|kho bai|bai (?:xe|do xe|rac|dat trong|giu xe|tap ket|dat)"
    r"|san van dong|cong truong|phong (?:tra|hat|tap)|noi cong cong|cong cong|ruong|nuong"
    r"|khu dat trong|dat trong|cho (?:dau moi|trung tam|phien|dem))\b"
)
_OPEN_AIR = re.compile(
    r"(?:km ?\d+|quoc lo|ql ?\d+[a-z]?|tinh lo|tl ?\d+[a-z]?|dt ?\d+[a-z]?|huyen lo"
    r"|duong (?:mon|rung|tuan tra|cao toc|tinh|ho chi minh|bien gioi|vanh dai|tranh|sat|ray|dat)"
    r"|cao toc|via he|le duong|long duong|nga (?:ba|tu)|cot moc|moc (?:so )?\d+|bien gioi|rung"
    r"|khu rung|nuong ray|bo (?:song|suoi|kenh|bien)|bai bien|duong pho|cot (?:km|cay so))\b"
)
_NAMES = re.compile(
    r"(?:chợ|cầu|hồ|suối|sông|đồi|đèo|bến|bãi|cảng|ga|chùa|đình|miếu|đền|quán|tiệm|rừng|kênh"
    r"|núi|hang|vườn hoa|đập|trạm|đồn|cống|hầm)(?!\w)",
    re.IGNORECASE,
)
"""Things that also begin the names of many communes: «Chợ Mới», «Cầu Kè», «Quán Toan»."""
_UNIT = re.compile(r"^(?:xa|x\.|phuong|p\.|thi tran|tt\.|dac khu)\s")
_BEHIND = re.compile(
    r"(?:tại|ở|trong|ngoài|trên|dưới|trước(?: cổng)?|khu vực|chân|đầu|cuối|cổng|bìa)\s+",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[,;()\n]+|\s[-–]\s")
_CLASSED_HOME = re.compile(r"(?:nha|tai nha|o nha|trong nha|noi o|cho o|dan cu|khu dan cu|ho dan)")
_CLASSED_OUT = re.compile(
    r"(?:noi )?cong cong|duong|pho|via he|kinh doanh|dich vu|co quan|bien gioi|rung|cho|quan|ben"
    r"|truong hoc|ngoai troi|tren (?:duong|xe|tau)|phuong tien|xe|tau|cua khau|khong phai nha"
)
_YES, _NO = re.compile(r"(?:co|x|dung|true|1|yes)"), re.compile(r"(?:khong|false|0|no|sai)\b")
_UNSAID = re.compile(r"(?:khong|chua) (?:ro|biet|xac dinh)")


def home_of(text: str | None) -> AtHome:
    """Whether a written place is a home.

    >>> [str(home_of(t)) for t in ("phòng trọ số 3, ấp 2", "chợ An Lạc, xã An Lạc", "Số 12 Lê Lợi")]
    ['home', 'not_home', 'unknown']
    """
    written = unicodedata.normalize("NFC", text or "")
    if not written.strip():
        return AtHome.UNKNOWN
    low = written.casefold()
    if _HOME.search(low) or _HOUSE.search(low):
        return AtHome.HOME
    if low == bare_letters(low) and (_BARE_ROOM.search(low) or _BARE_HOUSE.search(low)):
        return AtHome.HOME
    parts = [part.strip() for part in _PARTS.split(written) if part.strip()]
    if any(_starts(part, _VENUE) for part in parts) or _begins_with_a_name(parts):
        return AtHome.NOT_HOME
    numbered = any(_NUMBERED.search(plain_words(part)) for part in parts)
    if numbered:
        so_called = any(re.search(r"\b(?:so nha|nha so)\b", plain_words(part)) for part in parts)
        return AtHome.HOME if so_called else AtHome.UNKNOWN
    out = any(_starts(part, _OPEN_AIR) for part in parts)
    return AtHome.NOT_HOME if out else AtHome.UNKNOWN


def stated_home(cell: object) -> AtHome | None:
    """What a cell under «loại địa điểm» says, None where it says nothing that is understood.

    >>> stated_home("Nhà trọ"), stated_home("Nơi công cộng"), stated_home("khác")
    (<AtHome.HOME: 'home'>, <AtHome.NOT_HOME: 'not_home'>, None)
    """
    text = cell_text(cell)
    plain = plain_words(text)
    if text in set(AtHome):
        return AtHome(text)
    if _YES.fullmatch(plain) or _CLASSED_HOME.fullmatch(plain):
        return AtHome.HOME
    if _UNSAID.match(plain):
        return None
    if _NO.match(plain):
        return AtHome.NOT_HOME
    found = home_of(text)
    if found is AtHome.UNKNOWN:
        return AtHome.NOT_HOME if _CLASSED_OUT.match(plain) else None
    return found


def _starts(part: str, words: re.Pattern[str]) -> bool:
    plain = plain_words(part)
    return words.match(plain) is not None or words.match(_BEFORE.sub("", plain)) is not None


def _begins_with_a_name(parts: list[str]) -> bool:
    """Whether the first part is a market, bridge … and a later one names the commune."""
    if not parts:
        return False
    first = _NAMES.match(parts[0]) or _inside(parts[0])
    return first is not None and any(_UNIT.match(bare_letters(p.casefold())) for p in parts[1:])


def _inside(part: str) -> re.Match[str] | None:
    """A market, bridge … behind «tại», «trong», «dưới» …"""
    before = _BEHIND.match(part)
    return None if before is None else _NAMES.match(part, before.end())
