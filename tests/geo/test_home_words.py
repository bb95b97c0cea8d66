"""What a written place tells of whether it is a home."""

from __future__ import annotations

import unicodedata

import pytest

from geo.home_words import home_of, stated_home
from geo.terms import AtHome

HOMES = """nhà riêng, thôn 3, xã Ea Kao
Nhà ở, tổ 5, phường Tân Lợi
nhà trọ Hoa Mai, khu phố 2
phòng trọ số 3, dãy trọ sau trường tiểu học
Phòng trọ 12, 45/6 Lê Lợi
dãy nhà trọ không số, ấp 2
căn hộ 1203, chung cư Hoàng Anh
Chung cư A5, phường 4
tại nhà, xã Cư Êbur
tại nhà [tên đã xoá], thôn 4
nhà ông [tên đã xoá], buôn Ky
nhà bà [tên đã xoá], chợ Cũ
nơi ở của đối tượng
Nơi cư trú, ấp Bình An
nơi tạm trú, khu phố 6
chỗ ở, tổ 3
Số nhà 12, đường Lê Lợi
số nhà 45 ngõ 6, phường Cống Vị
nhà số 7, thôn Đoài
SN 12 nhà riêng, đường Lý Thường Kiệt
hộ gia đình, xóm 4
khu tập thể Thanh Xuân Bắc
ký túc xá Đại học Tây Nguyên
NHÀ RIÊNG, XÃ HÒA PHÚ
nhà cấp 4, bờ suối
nhà dân cạnh chợ An Lạc
gần nhà văn hóa, tại nhà riêng
nhà sàn, bản Nà Ón
nhà thuê, tổ dân phố 7
phòng ngủ tầng 2, nhà nghỉ cũ nay là nhà trọ
phong tro so 3, ap 2
nha rieng, thon 3
can ho 12B
nha tro, khu pho 2
nha ong [ten da xoa], ap 4
cư xá Lữ Gia, phường 15
ky tuc xa khu B
biệt thự số 3, khu đô thị Ecopark""".splitlines()

OUTSIDE = """chợ An Lạc, xã An Lạc
Chợ Đông Ba, phường Phú Xuân
bến xe Miền Đông, phường 26
Bến xe phía Nam
quán karaoke Ánh Sao, số 12 Lê Lợi
karaoke Hoàng Gia
tại quán cà phê Mộc, phường 2
quán nhậu Bờ Kè, tổ 4
nhà nghỉ Hoa Hồng, quốc lộ 14
Nhà nghỉ 299, số 15 Trần Phú
phòng 203, khách sạn Thắng Lợi
khách sạn Biển Xanh, số nhà 12 Lê Lợi
nhà hàng Sông Hương
nhà văn hóa thôn 5
nhà thờ Tân Hương
nhà xe Phương Trang
nhà ga Sài Gòn
nhà máy xi măng
cửa khẩu Mộc Bài, xã Bến Cầu
công viên 23/9
đường mòn biên giới, xã Ia Dom
Km 32+500 quốc lộ 19
km 12, QL1A
QL14, đoạn qua xã Chư Á
vỉa hè đường Lê Lợi
trước cổng trường THPT Chu Văn An
trạm thu phí Cai Lậy
cây xăng số 5, xã Hòa Thắng
siêu thị Co.opmart
sân bay Tân Sơn Nhất
vũ trường New
quán bar 79
bãi đất trống, khu phố 3
chợ Cũ, xã Ea Kao
hồ Ba Bể, xã Nam Mẫu
dưới cầu Sài Gòn, phường Thảo Điền
nha nghi Hoa Hong
ngã tư An Sương
rừng phòng hộ, tiểu khu 25
bệnh viện đa khoa tỉnh""".splitlines()

OPEN = """Số 12 đường Lê Lợi
12/5 Lê Lợi, phường 2
Số 12 Lê Lợi, gần chợ Bến Thành
số 45 quốc lộ 14, xã X
hẻm 45 Nguyễn Trãi
thôn 3, xã Ea Kao
ấp Chợ, xã An Lạc
Cầu Giấy, Hà Nội
Chợ Mới, An Giang
Cầu Kè, huyện Cầu Kè, tỉnh Trà Vinh
Quán Toan, Hải Phòng
Nhà Bè, TP.HCM
phường Nha Trang, Khánh Hòa
Nha Trang
xã Nhã Nam, Bắc Ninh
đường Chợ Quán 5
gần chợ An Lạc
cạnh quán karaoke Ánh Sao
đối diện nhà nghỉ Hoa Hồng
đường Lê Lợi
Số 5 đường Cầu Đất
phường Văn Quán
cho cu, xa Ea Kao
phường Gia Định""".splitlines()


@pytest.mark.parametrize("text", HOMES)
def test_words_of_a_home(text: str) -> None:
    assert home_of(text) is AtHome.HOME


@pytest.mark.parametrize("text", OUTSIDE)
def test_words_of_a_public_place(text: str) -> None:
    assert home_of(text) is AtHome.NOT_HOME


@pytest.mark.parametrize("text", [*OPEN, "", None])
def test_what_leaves_it_open(text: str | None) -> None:
    assert home_of(text) is AtHome.UNKNOWN


@pytest.mark.parametrize("text", ["nhà riêng", "chợ, xã An Lạc"])
def test_text_in_pieces_reads_alike(text: str) -> None:
    assert home_of(unicodedata.normalize("NFD", text)) is home_of(text)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("Nhà ở", AtHome.HOME),
        ("Nơi ở", AtHome.HOME),
        ("nhà", AtHome.HOME),
        ("nhà trọ", AtHome.HOME),
        ("Khu dân cư", AtHome.HOME),
        ("có", AtHome.HOME),
        ("home", AtHome.HOME),
        ("Không phải nơi ở", AtHome.NOT_HOME),
        ("không", AtHome.NOT_HOME),
        ("not_home", AtHome.NOT_HOME),
        ("Nơi công cộng", AtHome.NOT_HOME),
        ("đường phố", AtHome.NOT_HOME),
        ("Nhà nghỉ", AtHome.NOT_HOME),
        ("cơ sở kinh doanh", AtHome.NOT_HOME),
        ("không rõ", None),
        ("khác", None),
        ("", None),
        (None, None),
    ],
)
def test_what_a_column_says(cell: object, said: AtHome | None) -> None:
    assert stated_home(cell) is said
