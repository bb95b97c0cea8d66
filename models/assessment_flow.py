"""Which step may follow which in the assessment of a commune or a province, and who takes it.

A commune assesses itself, the province approves or sends back (Decision 28/2025/QĐ-TTg,
article 7); a province assesses itself, the nation approves. Pure functions.

The class of the law is that of an evaluation year, so only such a period can be signed.
While it runs its figures are not complete: a self-assessment, whose day the province
sets, may be signed but is provisional; it can be approved only when the period is over,
and only while it still says what the data say. A class that could not be determined is
signed by nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from geo.records import Period
from geo.standing_terms import AssessmentAction, AssessmentState, UnitLevel
from models.errors import NotAllowedError
from models.periods import evaluation_year, period_name
from models.viewers import ScopeKind, Viewer

UNKNOWN = "unknown"
"""The code of a class that could not be determined, of communes and provinces alike."""


class ClassList(StrEnum):
    """The lists that units are put on by decision: free of drugs, or key areas."""

    DRUG_FREE = "drug_free"
    KEY = "key"


_LIST_OF: Mapping[str, ClassList] = MappingProxyType(
    {
        "drug_free": ClassList.DRUG_FREE,
        **dict.fromkeys(("type_1", "type_2", "type_3", "key"), ClassList.KEY),
    }
)

_AFTER: Mapping[AssessmentAction, tuple[frozenset[AssessmentState], AssessmentState]] = (
    MappingProxyType(
        {
            AssessmentAction.SELF_ASSESS: (
                frozenset(AssessmentState) - {AssessmentState.APPROVED},
                AssessmentState.SELF_ASSESSED,
            ),
            AssessmentAction.APPROVE: (
                frozenset({AssessmentState.SELF_ASSESSED}),
                AssessmentState.APPROVED,
            ),
            AssessmentAction.SEND_BACK: (
                frozenset({AssessmentState.SELF_ASSESSED}),
                AssessmentState.RETURNED,
            ),
            AssessmentAction.REOPEN: (
                frozenset({AssessmentState.APPROVED}),
                AssessmentState.RETURNED,
            ),
            AssessmentAction.LIST: (
                frozenset({AssessmentState.APPROVED}),
                AssessmentState.APPROVED,
            ),
            AssessmentAction.DELIST: (
                frozenset({AssessmentState.APPROVED}),
                AssessmentState.APPROVED,
            ),
        }
    )
)
"""By action the states it may follow and the state after it."""

SIGNED = frozenset({AssessmentState.SELF_ASSESSED, AssessmentState.APPROVED})
"""States in which the class is the signed one, whatever the data say by now."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Where an assessment stands before a step.

    `cls` is the code of the class that was signed or, before, the one to be signed;
    `listed` the list the unit is on, put there by the assessment of the period
    `listed_in`; `list_decided_for` the last period, also one after this, by whose
    assessment it was put on a list or taken off; `moved` tells that the data no longer
    say what was signed, `signed_on` the day of the self-assessment, both None where
    nothing is signed.
    """

    state: AssessmentState
    cls: str
    period: Period
    today: date
    listed: ClassList | None = None
    listed_in: Period | None = None
    list_decided_for: Period | None = None
    moved: bool | None = None
    signed_on: date | None = None


def list_of(cls: str) -> ClassList | None:
    """The list of a class, None for a class that has none.

    >>> list_of("type_2").value, list_of("affected")
    ('key', None)
    """
    return _LIST_OF.get(cls)


def state_after(action: AssessmentAction) -> AssessmentState:
    """The state that an action leads to."""
    return _AFTER[action][1]


def may_act(
    viewer: Viewer,
    level: UnitLevel,
    action: AssessmentAction,
    province_code: str | None,
    unit_code: str,
) -> bool:
    """Whether a viewer may ever take an action on a unit, by role and scope alone.

    >>> from models.viewers import Role, Scope
    >>> officer = Viewer("x", Role.COMMUNE, Scope.commune("23401"))
    >>> [may_act(officer, UnitLevel.COMMUNE, a, "51", "23401") for a in AssessmentAction][:2]
    [True, False]
    """
    if level is UnitLevel.PROVINCE:
        if action is not AssessmentAction.SELF_ASSESS:
            return viewer.may_write and viewer.scope.kind is ScopeKind.NATION
        return viewer.may_write and viewer.scope.covers(province_code, None)
    if action is AssessmentAction.SELF_ASSESS:
        return viewer.may_declare(province_code, unit_code)
    return viewer.may_write and viewer.scope.covers(province_code, None)


def require_may_act(
    viewer: Viewer,
    level: UnitLevel,
    action: AssessmentAction,
    province_code: str | None,
    unit_code: str,
) -> None:
    """Raise `NotAllowedError` where `may_act` says no."""
    if not may_act(viewer, level, action, province_code, unit_code):
        raise NotAllowedError(
            f"Tài khoản «{viewer.name}» không được giao bước này với đơn vị «{unit_code}»."
        )


def hindrance(action: AssessmentAction, before: Situation) -> str:
    """Why an action cannot follow now, as a Vietnamese sentence; empty where it can.

    Parameters
    ----------
    action
        What somebody wants to do.
    before
        Where the assessment stands.
    """
    return (
        _wrong_state(action, before.state)
        or _wrong_period(action, before)
        or _wrong_class(action, before)
        or _wrong_list(action, before)
    )


def allowed_actions(
    viewer: Viewer,
    level: UnitLevel,
    province_code: str | None,
    unit_code: str,
    before: Situation,
) -> dict[AssessmentAction, str]:
    """The actions of this viewer that fit the state, each with what hinders it yet, or nothing."""
    return {
        action: hindrance(action, before)
        for action in AssessmentAction
        if may_act(viewer, level, action, province_code, unit_code)
        and not _wrong_state(action, before.state)
        and not _out_of_place(action, before)
    }


def _out_of_place(action: AssessmentAction, before: Situation) -> bool:
    """Whether an action would say nothing new: of a list, or signed again as it is."""
    if action is AssessmentAction.SELF_ASSESS:
        return before.state is AssessmentState.SELF_ASSESSED and before.moved is False
    if action is AssessmentAction.DELIST:
        return before.listed is None
    if action is AssessmentAction.LIST:
        return list_of(before.cls) is None or before.listed is list_of(before.cls)
    return False


_NOT_SIGNED = "Xã, tỉnh chưa tự đánh giá, hoặc bản tự đánh giá đã được xử lý. Hãy tải lại trang."
_NOT_APPROVED = "Kết quả của kỳ này chưa được duyệt. Hãy duyệt trước."
_IS_APPROVED = (
    "Kết quả đã được duyệt. Muốn tự đánh giá lại thì cấp duyệt rút quyết định duyệt trước."
)


def _wrong_state(action: AssessmentAction, state: AssessmentState) -> str:
    if state in _AFTER[action][0]:
        return ""
    if action is AssessmentAction.SELF_ASSESS:
        return _IS_APPROVED
    signs = (AssessmentAction.APPROVE, AssessmentAction.SEND_BACK)
    return _NOT_SIGNED if action in signs else _NOT_APPROVED


def _wrong_period(action: AssessmentAction, before: Situation) -> str:
    if evaluation_year(before.period) is None:
        return (
            "Chỉ kỳ đánh giá năm (15/12 năm trước đến 14/12) được tự đánh giá và duyệt "
            "(QĐ 28/2025/QĐ-TTg, Điều 7)."
        )
    if before.today < before.period.start:
        return f"Kỳ này bắt đầu ngày {before.period.start:%d/%m/%Y}, chưa thể đánh giá."
    if action is AssessmentAction.APPROVE and before.today <= before.period.end:
        return (
            f"Kỳ còn chạy đến hết ngày {before.period.end:%d/%m/%Y}: số liệu mới là tạm tính, "
            "chưa thể duyệt."
        )
    return ""


def _wrong_class(action: AssessmentAction, before: Situation) -> str:
    if action is AssessmentAction.SELF_ASSESS and before.cls == UNKNOWN:
        return "Chưa xác định được loại vì thiếu số liệu. Hãy khai báo đủ rồi tự đánh giá."
    early = before.signed_on is not None and before.signed_on <= before.period.end
    if action is AssessmentAction.APPROVE and early and before.moved is not False:
        return (
            "Bản tự đánh giá được lập khi kỳ còn chạy và số liệu hiện nay đã khác. "
            "Hãy trả lại để đánh giá theo số liệu cả kỳ."
        )
    return ""


def _wrong_list(action: AssessmentAction, before: Situation) -> str:
    if action is AssessmentAction.REOPEN and before.listed_in == before.period:
        return "Đơn vị đang ở trong danh sách theo kết quả của kỳ này. Hãy đưa ra trước."
    if action is AssessmentAction.DELIST and before.listed is None:
        return "Đơn vị không ở trong danh sách nào."
    return _not_for_a_list(before) if action is AssessmentAction.LIST else ""


def _not_for_a_list(before: Situation) -> str:
    wanted = list_of(before.cls)
    if wanted is None:
        return "Loại này không có danh sách."
    later = before.list_decided_for
    if later is not None and later.end > before.period.end:
        return (
            f"Đã có quyết định về danh sách theo kết quả {period_name(later)}, sau kỳ này. "
            "Hãy ra quyết định trên kết quả của kỳ ấy."
        )
    if before.listed is wanted:
        return "Đơn vị đã ở trong danh sách này."
    if before.listed is not None:
        return "Đơn vị còn ở trong danh sách khác. Hãy đưa ra trước."
    return ""
