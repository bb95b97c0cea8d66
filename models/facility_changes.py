"""What a person does with facilities besides writing them: taking one off the list."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from geo.terms import Layer
from models.additions import BY_HAND, keep_others_from_writing, update_rows
from models.facilities import StoredFacility, facility_by_id
from models.record_versions import NewVersion, content_of, keep_versions, stored_rows
from models.tables import facilities
from models.viewers import Viewer


def withdraw_facility(
    session: Session, viewer: Viewer, id: int, reason: str, *, import_id: int, at: datetime
) -> StoredFacility:
    """Take a facility off the list, with a reason; what it was.

    `import_id` is the writing by which it is withdrawn: undoing it brings the facility back,
    and until then no file does.

    Raises
    ------
    NotAllowedError
        If the viewer may not write.
    NotFoundError
        If there is none of this number in the viewer's scope.
    """
    viewer.require_write()
    keep_others_from_writing(session, facilities)
    was = facility_by_id(session, viewer, id)
    row = stored_rows(session, facilities, [id])[id]
    content = content_of(facilities, row) | {"change": {"withdrawn_because": reason}}
    version = NewVersion(str(id), content, row.import_id)
    of = (session, viewer, Layer.FACILITIES, [version])
    keep_versions(*of, replaced_by_import=import_id, at=at)
    update_rows(
        session, facilities, {id: {"withdrawn": BY_HAND, "import_id": import_id, "line": None}}
    )
    return was
