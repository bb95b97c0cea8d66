"""What pages and their scripts send: forms, guarded against forgery, and JSON."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from geo.typed_text import was_blanked
from webapp.errors import BadParameterError
from webapp.told import told, told_list

_UNSEEN = "-"
"""Stands for a form without a stamp; an empty one says that nothing was there."""

BLANKED_NOTICE = told("Đã che tên người, số điện thoại trong phần ghi chú.")


def told_of_blanks(*typed: str) -> str:
    """What to add to an answer where something typed was not kept, else nothing.

    >>> told_of_blanks("Đã họp xã."), told_of_blanks("", "Gọi anh Hùng")
    ('', ' Đã che tên người, số điện thoại trong phần ghi chú.')
    """
    return told_list(["", BLANKED_NOTICE], " ") if was_blanked(*typed) else ""


def sent_json() -> dict[str, Any]:
    """The JSON object that a script sent.

    Raises
    ------
    BadParameterError
        If it is something else, or nested deeper than anything here is.
    """
    try:
        sent = request.get_json(silent=True)
    except RecursionError:
        sent = None
    if not isinstance(sent, dict):
        raise BadParameterError("body", told("Cần nội dung dạng JSON."))
    return sent


def sent_stamp() -> str:
    """What was on the screen, as the form says; one that does not say matches nothing."""
    return request.form.get("seen", _UNSEEN)


def sent_number() -> int:
    """The number of the latest thing on the screen; nothing legible is never the latest."""
    text = request.form.get("seen", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


class LoginForm(FlaskForm):  # type: ignore[misc]
    """Sign-in with a name and a password."""

    username = StringField(
        "Tên đăng nhập",
        validators=[InputRequired("Hãy nhập tên đăng nhập."), Length(max=64)],
    )
    password = PasswordField(
        "Mật khẩu",
        validators=[InputRequired("Hãy nhập mật khẩu."), Length(max=256)],
    )


class CodeForm(FlaskForm):  # type: ignore[misc]
    """The code of an app, or a recovery code."""

    code = StringField("Mã xác thực", validators=[InputRequired(), Length(max=64)])


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """Another password: the old one, and the new one twice."""

    current = PasswordField("Mật khẩu hiện tại", validators=[InputRequired()])
    new = PasswordField("Mật khẩu mới", validators=[InputRequired()])
    again = PasswordField("Nhập lại mật khẩu mới", validators=[InputRequired()])


class ProofForm(FlaskForm):  # type: ignore[misc]
    """The password once more, and the code of the app where one is asked for."""

    password = PasswordField("Mật khẩu", validators=[InputRequired()])
    code = StringField("Mã xác thực", validators=[InputRequired(), Length(max=64)])
