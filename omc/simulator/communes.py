"""The communes the synthetic province is made of.

Names, official codes, populations (2025), rough centres and the former communes that give sites
their names are facts about Vĩnh Phúc's 36 communes and wards since 2025-07-01 (official
administrative lists). Everything built on them is invented: outlines, sites, fibre, equipment.
"""

from __future__ import annotations

from dataclasses import dataclass

PROVINCE_CODE = "VP"
PROVINCE_NAME = "Vĩnh Phúc"
#: Vietnam abolished districts on this day; communes of this shape exist since.
VALID_FROM = "2025-07-01"


@dataclass(frozen=True, slots=True)
class CommuneFacts:
    """One commune or ward.

    Attributes:
        code: Official five-digit code.
        letters: Three letters its site codes begin with.
        name: With diacritics, without "xã" or "phường".
        kind: `commune` or `ward` (urban).
        population: Residents in 2025.
        longitude: Of the rough centre, degrees.
        latitude: Of the rough centre, degrees.
        localities: Former communes, by which people still name places.
    """

    code: str
    letters: str
    name: str
    kind: str
    population: int
    longitude: float
    latitude: float
    localities: tuple[str, ...]

    @property
    def full_name(self) -> str:
        """As the inventory has it: Phường Phúc Yên, Xã Tam Dương."""
        return f"{'Phường' if self.kind == 'ward' else 'Xã'} {self.name}"


_TABLE = """
08707|VYE|Vĩnh Yên|ward|56428|105.584|21.294|Tích Sơn, Hội Hợp, Đồng Tâm, Thanh Trù
08716|VPH|Vĩnh Phúc|ward|78317|105.608|21.318|Định Trung, Liên Bảo, Khai Quang, Ngô Quyền
08740|PYE|Phúc Yên|ward|63954|105.707|21.246|Hùng Vương, Hai Bà Trưng, Phúc Thắng, Tiền Châu
08746|XHO|Xuân Hoà|ward|55237|105.735|21.341|Đồng Xuân, Xuân Hòa, Cao Minh, Ngọc Thanh
08761|LTH|Lập Thạch|commune|34604|105.464|21.430|Lập Thạch, Xuân Hòa, Tử Du, Vân Trục
08770|HLY|Hợp Lý|commune|19611|105.462|21.493|Ngọc Mỹ, Quang Sơn, Hợp Lý
08773|YLA|Yên Lãng|commune|18459|105.384|21.495|Quang Yên, Lãng Công
08782|HLU|Hải Lựu|commune|30098|105.360|21.459|Nhân Đạo, Đôn Nhân, Phương Khoan, Hải Lựu
08788|THO|Thái Hoà|commune|23943|105.501|21.459|Bắc Bình, Liễn Sơn, Thái Hòa
08812|LHO|Liên Hoà|commune|19257|105.509|21.412|Hoa Sơn, Bàn Giản, Liên Hòa
08824|TSO|Tam Sơn|commune|25523|105.418|21.436|Tân Lập, Đồng Quế, Tam Sơn
08842|TLU|Tiên Lữ|commune|32710|105.479|21.368|Xuân Lôi, Văn Quán, Đồng Ích, Tiên Lữ
08848|SLO|Sông Lô|commune|34291|105.421|21.378|Đồng Thịnh, Tứ Yên, Đức Bác, Yên Thạch
08866|SDO|Sơn Đông|commune|36076|105.461|21.332|Tây Sơn, Cao Phong, Sơn Đông
08869|TDU|Tam Dương|commune|47936|105.572|21.373|Hợp Hòa, Kim Long, Hướng Đạo, Đạo Tú
08872|TDB|Tam Dương Bắc|commune|37284|105.578|21.430|Đồng Tĩnh, Hoàng Hoa, Tam Quan
08896|HAN|Hoàng An|commune|26000|105.523|21.352|Hoàng Đan, Hoàng Lâu, An Hòa
08905|HTH|Hội Thịnh|commune|37115|105.556|21.325|Duy Phiên, Thanh Vân, Hội Thịnh
08911|TDA|Tam Đảo|commune|34772|105.643|21.409|Hợp Châu, Tam Đảo, Hồ Sơn, Minh Quang
08914|DTR|Đạo Trù|commune|24759|105.553|21.516|Yên Dương, Đạo Trù
08923|DDI|Đại Đình|commune|20551|105.577|21.466|Đại Đình, Bồ Lý
08935|BNG|Bình Nguyên|commune|46425|105.660|21.278|Hương Canh, Tam Hợp, Quất Lưu, Sơn Lôi
08944|BTU|Bình Tuyền|commune|29926|105.692|21.372|Bá Hiến, Trung Mỹ
08950|BXU|Bình Xuyên|commune|32534|105.647|21.335|Gia Khánh, Hương Sơn, Thiện Kế
08971|XLA|Xuân Lãng|commune|48186|105.640|21.244|Thanh Lãng, Đạo Đức, Tân Phong, Phú Xuân
09025|YLC|Yên Lạc|commune|39730|105.588|21.256|Yên Lạc, Bình Định, Đồng Cương
09040|TLO|Tề Lỗ|commune|37232|105.550|21.259|Đồng Văn, Trung Nguyên, Tề Lỗ
09043|THG|Tam Hồng|commune|40224|105.568|21.214|Tam Hồng, Yên Phương, Yên Đồng
09052|NDU|Nguyệt Đức|commune|34166|105.614|21.202|Văn Tiến, Trung Kiên, Trung Hà, Nguyệt Đức
09064|LCH|Liên Châu|commune|35029|105.567|21.180|Đại Tự, Hồng Châu, Liên Châu
09076|VTU|Vĩnh Tường|commune|47315|105.520|21.227|Vĩnh Tường, Tứ Trưng, Lương Điền, Vũ Di
09079|VAN|Vĩnh An|commune|32883|105.511|21.307|Kim Xá, Yên Bình, Chấn Hưng
09100|VHU|Vĩnh Hưng|commune|38821|105.495|21.283|Nghĩa Hưng, Yên Lập, Đại Đồng
09106|VTH|Vĩnh Thành|commune|35020|105.463|21.263|Sao Đại Việt, Lũng Hòa, Tân Phú
09112|TTA|Thổ Tang|commune|43208|105.489|21.233|Thổ Tang, Thượng Trưng, Tuân Chính
09154|VPU|Vĩnh Phú|commune|49755|105.502|21.184|An Nhân, Vĩnh Thịnh, Ngũ Kiên, Vĩnh Phú
"""


def _read(line: str) -> CommuneFacts:
    code, letters, name, kind, population, longitude, latitude, localities = line.split("|")
    return CommuneFacts(
        code,
        letters,
        name,
        kind,
        int(population),
        float(longitude),
        float(latitude),
        tuple(localities.split(", ")),
    )


COMMUNES: tuple[CommuneFacts, ...] = tuple(map(_read, _TABLE.strip().splitlines()))
