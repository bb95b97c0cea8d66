"""Words that begin, fill and end the names of persons, and pairs that look like them."""

from __future__ import annotations

from geo.persons import FAMILIES


def _listed(words: str, by: str | None = None) -> frozenset[str]:
    return frozenset(filter(None, words.split(by)))


_UPLAND = (
    "giàng vàng thào sùng lò lầu vừ tráng chảo phàn tẩn lường quàng điêu hảng phàng thền lèng mùa"
)
ANY_FAMILY = FAMILIES | _listed(f"{_UPLAND} phùng tô mai doãn")
# Families that are common words too: these need a middle word after them.
RARE_FAMILIES = _listed("la kim tăng lại ninh từ âu mã ma vi bàn đồng khổng nghiêm thân cù hứa lục")
SMALL_FAMILIES = _listed(
    f"nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh trịnh trương lâm"
    f" nguyen tran pham huynh phan trinh truong {_UPLAND}"
)
MIDDLES = _listed(
    "van thi huu duc dinh xuan ngoc thanh minh quoc cong quang thu kim hong a ba tien"
)
SURE_MIDDLES = frozenset(("văn", "thị", "van", "thi"))
# In capitals without diacritics these are families, other ones mostly words.
PLAIN_FAMILIES = _listed("nguyen tran pham huynh phan hoang trinh truong quach")
# Two words that begin like a name and are a place or a thing.
NO_PERSONS = _listed(
    """
    ha noi/ha giang/ha tinh/ha nam/ha dong/ha tay/ha tien/ha trung/ha quang/ha long/ha tu/ha lan
    cao bang/cao lanh/cao loc/cao phong/cao son/cao xanh/cao toc/cao diem/cao tang/cao dang/chu lai
    chau doc/chau phu/chau thanh/chau duc/chau pha/chau au/chau a/giang thanh/giang ho/ho chi/ho tay
    ho guom/ho so/ho tram/ho thau/ho nai/hoang mai/hoang sa/hoang lien/hoang liet/hoang su/lam dong
    lam ha/lam binh/lam thao/lam son/lam truong/luong son/luong tai/luong thuc/luong bang/ly son
    ly nhan/ly do/ly lich/mai chau/mai son/mai dich/mua xuan/mua ban/nong cong/nong son/nong thon
    nong truong/phan rang/phan ri/phan thiet/phan loai/phung nguyen/ta khoa/thach that/thach ha
    thach an/thai binh/thai nguyen/thai hoa/thai thuy/thai lan/thai do/trieu phong/trieu son
    trieu tien/tran de/trinh tuong/to hieu/to chau/vang danh/vo nhai/vo cuong/vu quang/vu thu
    vu ninh/vu truong/vu viec/vu an/doan ket/doan thanh/doan vien/doan dac/dao tao/dao vien/do xe
    do thi/luu dong/luu y/luu tru/luu giu/luu thong/chu ky/duong kinh/duong noi/duong minh
    duong xa/kieu phu/khanh hoa/son la/viet nam/trung quoc/cam puchia/hai phong/da nang/nghe an
    quang ninh/quang nam/bac ninh/bac giang/nam dinh/nha trang/can tho/dong nai/long an/tay ninh
    sai gon/hung yen/phu tho/yen bai/lao cai/lai chau/dien bien/dak lak/gia lai/kon tum/ca mau
    ben tre/tra vinh/vinh long/vinh phuc/ninh binh/quang tri/quang binh/quang ngai/phu yen
    cong an/canh sat/uy ban/bo doi/quan doi/vien kiem/bien phong/to chuc/toa an/trung tam/doi cong
    cong vien/ba ria/ba na/ba den/ba chieu/ba trieu/ba diem/ba hom/ba be/ba dinh/ba vi/ba to/ba che
    ba tri/ba don/ba trung/ba con/ong ich/ong lanh/ong ta/ong dinh/co to/co giang/co bac/anh son
    bac ai/bac ho/bac ninh/bac giang/bac kan/bac lieu/con cuong/con dao/con rua/ten lua/chi lang
    chi linh/chi cuc/chi nhanh/chi doi/bi thu/chu tich/co quan/co so
    """.replace("\n", "/").replace("  ", ""),
    "/",
)
REGIONS = _listed(
    "binh duong/hai duong/an giang/bac giang/ha giang/tien giang/hau giang/kien giang/lai chau"
    "/thanh ha/hong ha/son ha/viet tri",
    "/",
)
NOT_NAMES = _listed(
    "ubnd csgt cshs csdt ca cax cap bdbp hdnd thpt thcs tp ql mttq hiv lao campuchia csma pc ma"
)
UNITS = _listed(
    "phường xã thôn tổ huyện quận tỉnh đường phố ngõ hẻm ngách kiệt ấp khu buôn bản làng xóm chợ"
    " cầu trường bệnh ủy ở tại sn sinh sđt đt"
)
STOPS = _listed(
    "bi tai o ban mua co la da va voi cung sdt dt ngu tru so thuoc tren trong o duong pho xa phuong"
    " thon ap to khu quan huyen tinh thi den di ra vao tu den ngay thang nam lai con nha"
)
