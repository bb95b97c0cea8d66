"""Forms of the pages, checked on the server and guarded against forgery."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length


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
