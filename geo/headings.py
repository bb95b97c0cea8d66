"""The headings that clerks write, for each field of each layer.

Compact form: without diacritics, case, spaces or punctuation; the strongest
heading of a field first.
"""

from __future__ import annotations

from geo.terms import Layer

PLACE = {
    # Tables in VN-2000 call the northing X and the easting Y.
    "lat": "lat latitude vido vydo toadovido toadovydo toadox toadolat vidolat vidobac x xm xbac"
    " bac northing north toadobac toadoxm toadoxbac toadovn2000x vn2000x xvn2000 hetoadovn2000x",
    "lon": "lon lng long longitude kinhdo toadokinhdo toadoy toadolon kinhdolon kinhdodong y ym"
    " ydong dong easting east toadodong toadoym toadoydong toadovn2000y vn2000y yvn2000"
    " hetoadovn2000y",
    "coordinates": "coordinates coordinatecell toado toadogps gps vitri vitritoado toadodiadiem"
    " toadovidokinhdo toadokinhdovido vidokinhdo kinhdovido toadovn2000 toadoxy xy vn2000",
    "coordinate_system": "coordinatesystem hetoado hequychieu hetoadovn2000 kinhtuyentruc"
    " kinhtuyen ktt muichieu muichieukinhtuyentruc kinhtuyentrucmuichieu hetoadokinhtuyentruc"
    " hetoadomuichieu hetoadoktt epsg epsgcode maepsg srid crs hethongtoado muitoado utmzone",
    "commune_code": "communecode maxa maphuong maxaphuong madvhc madonvihanhchinh maphuongxa"
    " maxaphuongthitran maxaphuongdackhu",
    "commune_name": "communename commune xa xaphuong phuongxa xaphuongthitran tenxa tenxaphuong"
    " phuong xaphuongdackhu tenphuongxa capxa donvicapxa diabanxa diaban",
    "district_name": "districtname district huyen quanhuyen huyenquan quan huyencu tenhuyen"
    " quanhuyencu huyenthixathanhpho huyenthixa",
    "province_name": "provincename province tinh tinhthanhpho tinhthanh tentinh thanhpho",
}
SYNONYMS: dict[Layer, dict[str, str]] = {
    Layer.INCIDENTS: {
        **PLACE,
        "ref": "ref sohoso mahoso mavuviec mavu sovu sohieu sohieuhoso sohs sohosovuviec"
        " sohosovu kyhieuhoso sohosovuan mavuan ma maso id mahieu sovuviec",
        "occurred_on": "occurredon ngayxayra ngayxayravuviec ngayphathien ngayphathienvuviec"
        " ngaybat ngaybatgiu ngayphatsinh thoigianxayra thoigianphathien thoigian thoidiem"
        " thoidiemxayra ngaygio ngay ngaythang ngaythangnam ngayvu ngayvuviec ngaythangxayra date"
        " ngaylap ngaylapbienban",
        "date_precision": "dateprecision",
        "kind": "kind hanhvi hanhviviphamphapluat hanhvivipham hanhviphamtoi toidanh loaivu"
        " loaivuviec loaihanhvi loaitoipham loaitoi noidunghanhvi toidanhhanhvi hanhvitoidanh"
        " phanloai loaian loai tenhanhvi noidungvipham dieuluat",
        "address_text": "addresstext diadiem diadiemxayra diadiemphathien noixayra noixayravuviec"
        " diadiemxayravuviec diadiemvipham diadiembat diadiembatgiu noibat noibatgiu noiphathien"
        " noiphamtoi diachixayra diachixayravuviec diachivuviec hientruong address diachi",
        "offenders": "offenders sodoituong sodoituongvipham sodoituongbibat songuoi songuoivipham"
        " songuoibibat tongsodoituong soluongdoituong doituongsoluong doituongso doituongtongso"
        " sobican songhipham sodoituongbatgiu soluongnguoi sodt doituong doituongvipham"
        " nguoivipham doituongbibat doituongbibatgiu nguoibibat nguoibibatgiu nguoiphamtoi bican"
        " bicao nghipham nguoibibatsoluong bicansoluong",
        "substance": "substance substances tangvatloai loaimatuy loaichat chatmatuy tenchatmatuy"
        " tenmatuy loaichatmatuy loaitangvat tentangvat tangvatloaimatuy tangvatten matuyloai"
        " tangvattenchat tangvatthugiu tangvat vatchung tangvatvatchung chungloai matuy",
        "quantity": "quantity tangvatkhoiluong tangvatsoluong khoiluong khoiluongmatuy trongluong"
        " khoiluongsoluong soluongkhoiluong luongmatuy khoiluongthugiu soluongtangvat soluong"
        " tangvattrongluong matuykhoiluong matuysoluong sltangvat tangvatkhoiluongsoluong",
        "unit": "unit donvitinh dvt tangvatdonvitinh tangvatdvt donvido tangvatdonvi matuydvt",
        "detected_by": "detectedby donviphathien donvibat donvibatgiu donviphathienbatgiu"
        " coquanphathien lucluongphathien capphathien donvithuly donvichutri lucluong"
        " donviphathienxuly nguonphathien nguontin nguon phathienboi donvi cqphathien",
        "verified": "verified xacminh daxacminh ketquaxacminh tinhtrangxacminh trangthaixacminh",
        "home": "home loaidiadiem loainoixayra loaidiadiemxayra phanloaidiadiem tainhao"
        " xayratainhao lanhao nhao taichoo noiolanhao tinhchatdiadiem",
    },
    Layer.HOTSPOTS: {
        **PLACE,
        "ref": "ref madiem matudiem sohieu mahoso sohoso maso ma id mahieu sohieudiem",
        "name": "name tendiem tentudiem tendiadiem tendiemtudiem tentudiemdiem tengoi tenkhuvuc"
        " tudiem ten tencoso",
        "kind": "kind loai loaidiem loaitudiem loaihinh phanloai tinhchat loaidiemtudiem",
        "address_text": "addresstext diachi diadiem vitridiachi noi address diachidiem diachicuthe",
        "opened_on": "openedon ngayphathien ngayhinhthanh ngayxacdinh ngaylap ngaylaphoso ngaymo"
        " ngayghinhan thoidiemphathien thoigianphathien ngayduavaodanhsach ngayxaclap opened",
        "suspected_on": "suspectedon ngaynghivan ngaycodauhieu thoidiemnghivan suspected",
        "cleared_on": "clearedon ngaytrietxoa ngaytrietpha ngayxoa ngaygiaiquyet ngayxoabo cleared"
        " ngaydautranhtrietxoa thoidiemtrietxoa thoigiantrietxoa ngaychuyenhoa",
        "re_emerged_on": "reemergedon ngaytaiphuctap ngaytaihinhthanh ngaytaihoatdong ngaytaiphat",
        "delisted_on": "delistedon ngayduarakhoidanhsach ngayrakhoidanhsach ngayloaikhoidanhsach",
        "status": "status trangthai tinhtrang hientrang trangthaihiennay tinhtranghiennay",
        "is_dwelling": "isdwelling nhao lanhao noiolanhao loainhao",
    },
    Layer.INDICATORS: {
        "commune_code": PLACE["commune_code"] + " ma maso code",
        "commune_name": PLACE["commune_name"] + " ten name donvi",
        "period_start": "periodstart tungay",
        "period_end": "periodend denngay",
        "residents": "residents nhankhau danso sonhankhau tongnhankhau tongdanso sodan population",
        "dependents": "dependents nguoinghiencohoso songuoinghien nguoinghien songuoinghiencohoso"
        " nguoinghiencohosoquanly nguoinghienmatuy songuoinghiencohosoquanly",
        "users": "users nguoisudungcohoso nguoisudungtraiphep songuoisudungtraiphep nguoisudung"
        " songuoisudungcohoso nguoisudungtraiphepcohoso songuoisudung nguoisudungcohosoquanly",
        "substitution": "substitution dangdieutrithaythe dieutrithaythe methadone dieutrimethadone"
        " nguoidieutrithaythe dangdieutrimethadone",
        "home_rehab": "homerehab caitaigiadinhcongdong cainghientaigiadinhcongdong caitaigiadinh"
        " dangcaitaigiadinhcongdong cainghientunguyentaigiadinhcongdong",
        "post_rehab": "postrehab quanlysaucai quanlysaucainghien dangquanlysaucai saucai",
        "use_dens": "usedens diemtochucchuachap sodiemtochucchuachap diemtochucchuachapsudung"
        " diemtochucchuachapsudungtraiphep sodiem diemphuctap",
        "offenders_arrested": "offendersarrested doituongbibattrendiaban sodoituongbibat"
        " sodoituongbibattrendiaban doituongbibat songuoibibat bibattrendiaban nguoibibat",
        "resident_offenders": "residentoffenders nguoicutruvipham songuoicutruvipham cutruvipham"
        " nguoicutruviphamphapluat doituongcutruvipham",
        "fugitives": "fugitives doituongtruynalantron truyna doituongtruyna sodoituongtruyna"
        " sodoituongtruynalantron lantron",
        "plants": "plants socay socaytrietpha socaybitrietpha caybitrietpha soluongcay",
        "plant_area_m2": "plantaream2 dientichcaym2 dientichcay dientich dientichm2 dientichtrong"
        " dientichtrongcay dientichtrietpha dientichcayha dientichha",
        "on_key_route": "onkeyroute tuyentrongdiem trentuyentrongdiem namtrentuyentrongdiem",
    },
    Layer.SUB_UNITS: {
        **PLACE,
        "ref": "ref ma maso mathon mato mathonto madonvi sohieu id madiaban",
        "name": "name ten tenthon tento tenap tenkhupho tenthonto tentodanpho tenthontodanpho thon"
        " thonto thontodanpho tenthonbuon khupho ap todanpho tenthonap tendonvi donvi subunit",
        "kind": "kind loai loaihinh loaithon phanloai loaidonvi",
    },
    Layer.CAMPAIGNS: {
        **{name: PLACE[name] for name in ("lat", "lon", "coordinates", "coordinate_system")},
        "ref": "ref madot madotcaodiem ma maso sohieu id sokehoach kehoachso",
        "name": "name tendot tendotcaodiem dotcaodiem dot tencaodiem caodiem ten tenkehoach"
        " kehoach campaign noidung",
        "starts_on": "startson tungay ngaybatdau batdau batdautungay ngaymodot ngaymo ngaydau"
        " thoigiantu thoigianbatdau start startdate khoidau",
        "ends_on": "endson denngay ngayketthuc ketthuc ketthucngay ngaydongdot ngaycuoi thoigianden"
        " thoigianketthuc end enddate denhetngay",
        "area_text": "areatext area diaban diabantrienkhai diabanapdung diabancaodiem khuvuc"
        " khuvuctrienkhai phamvi phamvitrienkhai noitrienkhai xa xaphuong xaphuongdackhu cacxa"
        " danhsachxa maxa communes communecode communename",
        "province_name": PLACE["province_name"],
        "radius_m": "radiusm radius bankinh bankinhm bankinhkm bankinhmet",
        "note": "note ghichu notes mota dienngiai",
        "geometry": "geometry",
    },
    Layer.CORRIDORS: {
        "ref": "ref matuyen matuyentrongdiem ma maso sohieu sohieutuyen kyhieu kyhieutuyen id",
        "name": "name tentuyen tentuyentrongdiem tuyen tuyentrongdiem ten tengoi corridor route",
        "mode": "mode loaihinh loaihinhgiaothong loaihinhtuyen phuongthuc phuongthucgiaothong"
        " phuongthucvantai loaihinhphuongthuc loaituyen loaiduong loai",
        "reach": "reach phamvi phamvituyen captuyen noitinhlientinh noitinhhaylientinh"
        " phamvinoitinhlientinh loaiphamvi scope",
        "decision": "decision soquyetdinh quyetdinh quyetdinhso soqd qdso qd vanban sovanban"
        " quyetdinhpheduyet soquyetdinhpheduyet cancu",
        "decided_on": "decidedon ngayquyetdinh ngaybanhanh ngayky ngayqd ngaypheduyet"
        " ngayraquyetdinh quyetdinhngay",
        "valid_from": "validfrom hieuluctu hieuluctungay ngayhieuluc ngaycohieuluc cohieuluctu"
        " tungay tu ngaybatdau batdau startdate",
        "valid_to": "validto hieulucden hieulucdenngay ngayhethieuluc hethieuluc hethieuluctu"
        " denngay den ngayketthuc ketthuc enddate",
        "width_m": "widthm width berong berongm berongkm berongtuyen berongtuyenm chieurong"
        " chieurongm chieurongkm dorong hanhlang hanhlangm rong",
        "note": "note ghichu notes mota dienngiai",
        "geometry": "geometry wkt geom toadotuyen toadocacdiem toadoduongtuyen duongtuyen"
        " duongtuyenwkt cacdiem danhsachtoado hinhtuyen linestring thegeom toado coordinates"
        " kinhdovido vidokinhdo",
    },
    Layer.FACILITIES: {
        **PLACE,
        "ref": "ref macoso ma maso sohieu id mahieu madiadiem matruong macssx iata icao",
        "name": "name tencoso ten tengoi coso tendiadiem tencosokinhdoanh tendoanhnghiep tentruong"
        " truong tentruonghoc tendonvi donvi tenquan tencang tenga tenbenxe tencosocainghien"
        " tencosolutru tencosodieutri bienhieu tenbienhieu cosokinhdoanh airport port facility",
        "kind": "kind loai loaihinh loaicoso loaihinhcoso loaihinhkinhdoanh nganhnghe"
        " nganhnghekinhdoanh phanloai caphoc loaitruong linhvuc featurecla type",
        "address_text": "addresstext diachi diachicoso diadiem diachikinhdoanh truso diachitruso"
        " diadiemkinhdoanh noi vitridiachi diachicuthe address city",
        "note": "note ghichu notes mota dienngiai",
    },
}
REQUIRED: dict[Layer, tuple[tuple[tuple[str, ...], str], ...]] = {
    Layer.INCIDENTS: ((("occurred_on",), "Ngày xảy ra"), (("kind",), "Hành vi")),
    Layer.HOTSPOTS: (
        (("name", "ref"), "Tên hoặc Mã"),
        (("opened_on", "suspected_on", "cleared_on", "re_emerged_on"), "Ngày phát hiện"),
    ),
    Layer.INDICATORS: ((("commune_code",), "Mã xã"),),
    Layer.SUB_UNITS: ((("name",), "Tên thôn, tổ"), (("commune_code", "commune_name"), "Xã")),
    Layer.CAMPAIGNS: (
        (("name",), "Tên đợt"),
        (("starts_on",), "Từ ngày"),
        (("ends_on",), "Đến ngày"),
        (
            ("area_text", "province_name", "lat", "coordinates", "geometry"),
            "Địa bàn, hoặc tọa độ và bán kính",
        ),
    ),
    Layer.CORRIDORS: (
        (("name",), "Tên tuyến"),
        (("geometry",), "Tọa độ tuyến (WKT hoặc các điểm)"),
        (("valid_from", "decided_on"), "Hiệu lực từ"),
    ),
    Layer.FACILITIES: (
        (("name",), "Tên cơ sở"),
        (
            ("lat", "coordinates", "address_text", "commune_code", "commune_name"),
            "Tọa độ, Địa chỉ hoặc Xã",
        ),
    ),
}
