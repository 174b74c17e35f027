"""Who looks at a page, and in which role: from what sign-in says of them.

Sign-in is Streamlit's (`st.login`, OpenID Connect). Its `[auth]` table in `.streamlit/secrets.toml`
turns it on; a `[roles]` table beside it says who is what.
"""

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache

import streamlit as st
from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.access import Role
from pipeline.errors import InklingError

AUTH, ROLES = "auth", "roles"  # tables of secrets.toml
EMAIL = "email"


class Roles(BaseModel):
    """Who is what: patterns such as `*@example.org`, compared with a claim, in any case.

    Attributes:
        claim: of the identity token; its value is a text or, as with groups, several. An `email`
            counts only if the provider verified it.
        owner, trainer: patterns of those who have the role; all others are viewers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    claim: str = EMAIL
    owner: tuple[str, ...] = ()
    trainer: tuple[str, ...] = ()


def has_sign_in() -> bool:
    """Whether this dashboard knows who looks."""
    return st.secrets.load_if_toml_exists() and AUTH in st.secrets


def providers() -> list[str]:
    """Name those that people can sign in with; "" is the only one, which has no name."""
    found = st.secrets.to_dict().get(AUTH, {})
    return ["" for key in found if key == "client_id"] + [
        key for key, value in found.items() if isinstance(value, dict) and "client_id" in value
    ]


def signed_in() -> bool:
    """Whether whoever looks has signed in."""
    return has_sign_in() and bool(st.user.get("is_logged_in"))


def name() -> str:
    """Return the name that people signed in with, else their address; "" where nobody signs in."""
    return str(st.user.get("name") or st.user.get(EMAIL) or "")


def role() -> Role:
    """Return the role of whoever the current thread works for.

    Without sign-in everybody owns what is on this machine.
    """
    if not has_sign_in():
        return Role.OWNER
    return role_of(st.user, roles()) if signed_in() else Role.VIEWER


def roles() -> Roles:
    """Return what the configuration says of roles.

    Raises:
        InklingError: it cannot be read as such.
    """
    return _roles(json.dumps(st.secrets.to_dict().get(ROLES, {}), default=str))


def role_of(claims: Mapping[str, object], rules: Roles) -> Role:
    """Say in which role somebody is.

    Args:
        claims: of their identity token.
        rules: who is what.
    """
    found = claims.get(rules.claim)
    values = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    if rules.claim == EMAIL and claims.get("email_verified") not in (True, "true"):
        return Role.VIEWER
    held = [str(value).casefold() for value in values]

    def matches(patterns: tuple[str, ...]) -> bool:
        return any(fnmatchcase(one, pattern.casefold()) for one in held for pattern in patterns)

    if matches(rules.owner):
        return Role.OWNER
    return Role.TRAINER if matches(rules.trainer) else Role.VIEWER


@lru_cache
def _roles(content: str) -> Roles:
    try:
        return Roles.model_validate_json(content)
    except ValidationError as error:
        wrong = error.errors()[0]
        where = ".".join([ROLES, *(str(part) for part in wrong["loc"])])
        raise InklingError(
            f"{where} in secrets.toml is not as expected: {wrong['msg']}. The table [{ROLES}] has "
            "`claim`, a text, and `owner` and `trainer`, lists of patterns."
        ) from error
