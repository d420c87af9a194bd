"""Every method of every service says who may call it, in a way that the checks understand."""

from importlib import import_module
from pathlib import Path

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor

from chassis import contract
from chassis.contract import MethodAccess
from chassis.settings import SERVICES
from shuyuan.annotations.v1 import annotations_pb2

# Whoever adds a method that needs no token adds it here, where a reviewer sees it.
PUBLIC = {
    # A secret ballot: the slip admits, and nobody is asked for a name.
    "shuyuan.organization.v1.BallotService.CastBallot",
}


def _methods() -> list[MethodDescriptor]:
    found: dict[str, MethodDescriptor] = {}
    root = Path(annotations_pb2.__file__).parents[3]
    for path in root.glob("shuyuan/**/*_pb2.py"):
        name = ".".join(path.relative_to(root).with_suffix("").parts)
        for service in import_module(name).DESCRIPTOR.services_by_name.values():
            found.update({method.full_name: method for method in service.methods})
    return [found[name] for name in sorted(found)]


METHODS = _methods()


def _access(method: MethodDescriptor) -> MethodAccess:
    access = contract.access_of(method)
    assert access is not None, "the method has no access option"
    return access


def test_there_are_methods_to_look_at() -> None:
    assert len(METHODS) > 10


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.full_name)
class TestMethod:
    def test_it_has_a_scope(self, method: MethodDescriptor) -> None:
        assert _access(method).scope != "UNSPECIFIED"

    def test_it_has_a_permission_where_one_is_asked(self, method: MethodDescriptor) -> None:
        access = _access(method)
        if access.scope not in ("PUBLIC", "CALLER", "SERVICE"):
            assert access.permission.count(".") == 2, "a permission is <service>.<noun>.<verb>"

    def test_its_scope_field_holds_a_unit_id(self, method: MethodDescriptor) -> None:
        access = _access(method)
        assert bool(access.scope_field) == (access.scope == "UNIT")
        message: Descriptor | None = method.input_type
        field: FieldDescriptor | None = None
        for name in access.scope_field:
            assert message is not None
            field = message.fields_by_name[name]
            message = field.message_type
        assert field is None or (field.type == FieldDescriptor.TYPE_STRING and not field.is_repeated)

    def test_the_services_it_names_exist(self, method: MethodDescriptor) -> None:
        access = _access(method)
        assert access.services <= {*SERVICES, "gateway", "campus-*"}
        assert access.services or access.scope != "SERVICE"

    def test_it_is_public_only_if_it_is_listed(self, method: MethodDescriptor) -> None:
        assert (_access(method).scope == "PUBLIC") == (method.full_name in PUBLIC)
