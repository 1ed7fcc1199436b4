"""How a table of settings is checked, and how its mistakes are put into words.

Every field's description completes the sentence "… will not do: give …". Only this file and the tables' own
(`flows.sections`) know pydantic.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from flows.complaints import Complaint, nearest

DURATION = 'a number with a unit, such as "30m", "2h" or "1d"'
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_SECRETS = {
    "email.password": "a password does not belong in this file: put AMUR_SMTP_PASSWORD=… into .env",
    "slack.webhook": "a webhook is a secret and does not belong in this file: put AMUR_SLACK_WEBHOOK=… into .env",
}
_SECRETS["slack.url"] = _SECRETS["slack.webhook_url"] = _SECRETS["slack.webhook"]


def parse_duration(text: object) -> timedelta:
    """The span of "30m", "2h" or "1d". Raises ValueError for anything else, and for less than a minute."""
    found = re.fullmatch(r"(\d{1,5})\s*([mhd])", text.strip()) if isinstance(text, str) else None
    if not found or not int(found[1]):
        raise ValueError(f"{_shown(text)} will not do: give {DURATION}")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]


class Table(BaseModel):
    # Strict: TOML has types, and "20" for 20 is a mistake worth hearing of.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


Section = TypeVar("Section", bound=Table)


def check(model: type[Section], table: Mapping[str, Any], file: str) -> tuple[Section | None, list[Complaint]]:
    """`table` as a `model`, or None and every mistake in it."""
    try:
        return model.model_validate(dict(table)), []
    except ValidationError as error:
        return None, [
            Complaint(file, _path(found["loc"]), _message(model, found)) for found in error.errors(include_url=False)
        ]


def _path(location: tuple[int | str, ...]) -> str:
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")


def _message(model: type[BaseModel], error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        holder, _ = _find(model, error["loc"][:-1])
        return _SECRETS.get(_path(error["loc"])) or f"is no key that Amur knows; {nearest(_last(error), _keys(holder))}"
    _, field = _find(model, error["loc"])
    wanted = (field.description if field else "") or "something else"
    if error["type"] == "missing":
        return f"is missing: give {wanted}"
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return f"{_shown(error['input'])} will not do: give {wanted}"


def _find(model: type[BaseModel], location: tuple[int | str, ...]) -> tuple[type[BaseModel], FieldInfo | None]:
    """The section that `location` ends in, and the field it names."""
    field = None
    for part in location:
        if part in model.model_fields:
            field = model.model_fields[str(part)]
            inner = [kind for kind in (field.annotation, *get_args(field.annotation)) if _is_section(kind)]
            model = inner[0] if inner else model
    return model, field


def _is_section(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _keys(model: type[BaseModel]) -> list[str]:
    return list(model.model_fields)


def _last(error: ErrorDetails) -> str:
    return str(error["loc"][-1])


def _shown(value: object) -> str:
    text = repr(value) if not isinstance(value, bool) else str(value).lower()
    return text if len(text) <= 60 else f"{text[:59]}…"  # noqa: PLR2004  a complaint is one line
