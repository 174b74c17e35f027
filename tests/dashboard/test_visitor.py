import pytest

from dashboard.visitor import Roles, _roles, role_of
from pipeline.access import Role
from pipeline.errors import InklingError

RULES = Roles(owner=("ada@lab.example",), trainer=("*@school.example", "tim@*"))
VERIFIED = {"email_verified": True}


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"email": "ada@lab.example", **VERIFIED}, Role.OWNER),
        ({"email": "ADA@Lab.Example", **VERIFIED}, Role.OWNER),
        ({"email": "x@school.example", "email_verified": "true"}, Role.TRAINER),
        ({"email": "x@school.example.org", **VERIFIED}, Role.VIEWER),
        ({"email": "ada@lab.example"}, Role.VIEWER),  # nobody verified it
        ({"email": "ada@lab.example", "email_verified": False}, Role.VIEWER),
        ({"email": ["ada@lab.example"], **VERIFIED}, Role.OWNER),
        ({"email": 7, **VERIFIED}, Role.VIEWER),
        ({"name": "ada@lab.example", **VERIFIED}, Role.VIEWER),
        ({}, Role.VIEWER),
    ],
)
def test_an_address_gives_a_role_if_it_is_verified(claims, role):
    assert role_of(claims, RULES) is role


def test_groups_give_a_role():
    rules = Roles(claim="groups", owner=("inkling-admins",), trainer=("staff",))
    assert role_of({"groups": ["students", "staff"]}, rules) is Role.TRAINER
    assert role_of({"groups": ["staff", "inkling-admins"]}, rules) is Role.OWNER
    assert role_of({"groups": ["students"]}, rules) is Role.VIEWER


def test_without_rules_nobody_may_change_anything():
    assert role_of({"email": "ada@lab.example", **VERIFIED}, _roles("{}")) is Role.VIEWER


@pytest.mark.parametrize("wrong", ['{"owners": []}', '{"owner": "a@b"}', '"ada"', '{"claim": 1}'])
def test_rules_that_cannot_be_read_are_told(wrong):
    with pytest.raises(InklingError, match=r"roles.* in secrets.toml is not as expected"):
        _roles(wrong)
