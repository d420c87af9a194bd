"""What holds of every proto of ours, so that gateway, services and documents can rely on it."""

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor, MethodDescriptor
from google.protobuf.message_factory import GetMessageClass

from chassis.contract import access_of
from chassis.protojson import check, decoder, encoder
from chassis.protojson.fields import Field, Format, Kind, fields, fields_by_name
from gateway.comments import comments
from gateway.contract import proto_files, routes

_READS = ("Get", "List", "Search", "Count")
_IDS = ("unit_id", "unit_ids", "person_id", "person_ids")


def methods() -> list[MethodDescriptor]:
    pool = descriptor_pool.Default()
    files = [pool.FindFileByName(name) for name in proto_files()]
    return [method for file in files for one in file.services_by_name.values() for method in one.methods]


def messages() -> list[Descriptor]:
    pool = descriptor_pool.Default()
    waiting = [
        one for name in proto_files() for one in pool.FindFileByName(name).message_types_by_name.values()
    ]
    found = []
    while waiting:
        message = waiting.pop()
        found.append(message)
        waiting += [inner for inner in message.nested_types if not inner.GetOptions().map_entry]
    return found


def strings() -> list[Field]:
    return [field for message in messages() for field in fields(message) if field.kind is Kind.STRING]


class TestMethods:
    def test_say_who_may_call_them(self) -> None:
        silent = []
        for method in methods():
            access = access_of(method)
            if access is None or not (access.permission or access.scope in ("PUBLIC", "CALLER", "SERVICE")):
                silent.append(method.full_name)

        assert silent == []

    def test_name_the_field_of_their_scope(self) -> None:
        for method in methods():
            access = access_of(method)
            assert access is not None
            message: Descriptor | None = method.input_type
            for name in access.scope_field:
                assert message is not None, method.full_name
                message = fields_by_name(message)[name].message
            assert (access.scope == "UNIT") == bool(access.scope_field), method.full_name

    def test_have_comments(self) -> None:
        assert [one.full_name for one in methods() if not comments().get(one.full_name, "").strip()] == []


class TestMessages:
    def test_can_be_printed_read_and_checked(self) -> None:
        for message in messages():
            empty = GetMessageClass(message)()
            decoder(message)
            check(empty)
            assert encoder(message)(empty)

    def test_have_no_number_that_json_cannot_hold(self) -> None:
        long = [one for message in messages() for one in fields(message) if one.kind is Kind.LONG]

        assert [field.descriptor.full_name for field in long] == []

    def test_have_comments(self) -> None:
        names = [
            name for one in messages() for name in (one.full_name, *(each.full_name for each in one.fields))
        ]

        assert [name for name in names if not comments().get(name, "").strip()] == []

    def test_give_days_their_form(self) -> None:
        days = [
            field
            for field in strings()
            if field.name.endswith("_on") or field.name in ("valid_from", "valid_until", "as_of")
        ]

        assert [one.descriptor.full_name for one in days if one.rules.format != Format.FORMAT_DATE] == []

    def test_give_ids_their_form(self) -> None:
        ids = [one for one in strings() if one.name.endswith(_IDS)]

        assert [one.descriptor.full_name for one in ids if one.rules.format != Format.FORMAT_UUID] == []


class TestRoutes:
    def test_standard_reads_are_gets(self) -> None:
        wrong = [
            one.operation_id for one in routes() if one.method.name.startswith(_READS) and not one.is_read
        ]

        assert wrong == []

    def test_gets_change_nothing(self) -> None:
        wrong = [one.operation_id for one in routes() if one.is_read and (one.body or one.access.if_match)]

        assert wrong == []

    def test_path_parameters_are_ids(self) -> None:
        wrong = [
            route.operation_id
            for route in routes()
            for field in route.path_fields
            if field.rules.format != Format.FORMAT_UUID and not field.rules.pattern
        ]

        assert wrong == []

    def test_lists_are_paged(self) -> None:
        for route in routes():
            names = set(fields_by_name(route.method.input_type))
            if "page_token" in names:
                assert "page_size" in names, route.operation_id
                assert "next_page_token" in fields_by_name(route.method.output_type), route.operation_id
