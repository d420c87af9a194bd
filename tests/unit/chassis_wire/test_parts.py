"""Small parts of the frame: settings, roles, traces, deadlines, languages, the supervisor, received events."""

import asyncio
import base64
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chassis import contract, deadlines, interceptors, logs, received, supervisor, tracing
from chassis.access import Access, AccessControl
from chassis.calls import ANONYMOUS, Call, Caller
from chassis.clock import Clock
from chassis.clock_servicer import ClockServicer
from chassis.errors import EtagMismatchError, PermissionDeniedError
from chassis.grpc_server import registered, service_names
from chassis.received import UnreadableEventError
from chassis.serving import UnsafeSettingsError, refuse_unsafe
from chassis.settings import Settings
from chassis.supervisor import Supervisor, is_wanted

KEY = base64.b64encode(b"0123456789abcdef").decode()
PERSON = UUID("018f0000-0000-7000-8000-000000000001")


def a_call(**more: Any) -> Call:
    control = AccessControl(database=None, clock=Clock(), roles={})  # type: ignore[arg-type] # nothing is read
    caller = more.pop("caller", ANONYMOUS)
    return Call("x", "/x", caller, Access(control, caller), None, Clock(), **more)  # type: ignore[arg-type]


class TestSettings:
    def test_secrets_may_come_from_files(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "shuyuan_client_secret").write_text("from a file")
        monkeypatch.setenv("SHUYUAN_SECRETS_DIR", str(tmp_path))

        assert Settings().client_secret == "from a file"

    def test_secrets_are_not_shown(self) -> None:
        settings = Settings(
            client_secret="hidden", database_url="postgresql://u:hidden@h/d", identity_key=KEY
        )

        assert "hidden" not in repr(settings)
        assert KEY not in repr(settings)

    @pytest.mark.parametrize("key", ["short", "not base64!", base64.b64encode(b"short").decode()])
    def test_an_unreadable_identity_key_is_refused(self, key: str) -> None:
        with pytest.raises(ValidationError):
            Settings(identity_key=key)

    def test_the_current_field_key_comes_first(self) -> None:
        ring = Settings(field_keys=f"k2:{KEY},k1:{KEY}").field_key_ring

        assert list(ring) == ["k2", "k1"]

    def test_production_drains_longer(self) -> None:
        waits = [Settings(environment=each).drain_wait for each in ("production", "embedded")]

        assert waits == [2.0, 0.2]

    @pytest.mark.parametrize(
        "broken",
        [{"issuer": ""}, {"identity_key": ""}, {"jwks_url": ""}, {"issuer": "http://127.0.0.1:9/x"}],
    )
    def test_production_refuses_what_would_let_anybody_in(self, broken: dict[str, str]) -> None:
        good = {
            "database_url": "postgresql://h/d",
            "issuer": "https://id.example.edu",
            "jwks_url": "https://id.example.edu/jwks",
            "identity_key": KEY,
        }
        refuse_unsafe(Settings(environment="production", **good))

        with pytest.raises(UnsafeSettingsError):
            refuse_unsafe(Settings(environment="production", **{**good, **broken}))


class TestRoles:
    @pytest.mark.parametrize(
        ("pattern", "permission", "covered"),
        [
            ("organization.unit.read", "organization.unit.read", True),
            ("organization.unit.*", "organization.unit.dissolve", True),
            ("organization.unit.*", "organization.unit_link.read", False),
            ("organization.unit.*", "organization.unit", False),
            ("organization.unit.read", "organization.unit.reads", False),
            ("*", "organization.unit.read", False),
        ],
    )
    def test_a_pattern_covers_its_noun_and_no_more(
        self, pattern: str, permission: str, covered: bool
    ) -> None:
        assert contract.permits(pattern, permission) is covered


class TestCalls:
    def test_a_stale_etag_is_refused(self) -> None:
        with pytest.raises(EtagMismatchError) as raised:
            a_call(if_match='"3"').check_etag(4)

        assert raised.value.metadata == {"seen": "3", "current": "4"}

    @pytest.mark.parametrize("etag", [None, "*", '"4"', "4", 'W/"4"'])
    def test_a_fresh_or_absent_etag_passes(self, etag: str | None) -> None:
        a_call(if_match=etag).check_etag(4)

    def test_only_a_known_person_has_an_id(self) -> None:
        assert a_call(caller=Caller("person", PERSON)).person_id == PERSON
        for caller in (ANONYMOUS, Caller("service", service="activity"), Caller("person")):
            with pytest.raises(PermissionDeniedError):
                _ = a_call(caller=caller).person_id

    def test_a_principal_never_is_a_campus_number(self) -> None:
        callers = [
            Caller("person", PERSON, subject="20260001"),
            Caller("person", subject="20260001", account_key="ab12"),
            Caller("service", service="activity"),
            ANONYMOUS,
        ]

        assert [each.principal for each in callers] == [
            f"person:{PERSON}",
            "account:ab12",
            "service:activity",
            "anonymous",
        ]

    def test_a_token_is_not_shown(self) -> None:
        assert "secret" not in repr(Caller("person", PERSON, token="secret"))


class TestTraces:
    GOOD = f"00-{'a' * 32}-{'b' * 16}-01"

    def test_a_well_formed_context_is_kept(self) -> None:
        assert tracing.accept(self.GOOD) == self.GOOD
        assert tracing.trace_id(self.GOOD) == "a" * 32

    @given(st.none() | st.text(max_size=60))
    def test_anything_else_is_replaced(self, text: str | None) -> None:
        fresh = tracing.accept(text)

        assert tracing.accept(fresh) == fresh

    def test_it_is_handed_on_inside_a_span_only(self) -> None:
        headers: dict[str, str] = {}
        with tracing.span("x", self.GOOD):
            tracing.inject(headers)
        after: dict[str, str] = {}
        tracing.inject(after)

        assert headers == {"traceparent": self.GOOD}
        assert after == {}

    def test_spans_are_exported_where_an_endpoint_is_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tracing, "_tracer", None)
        provider = tracing.configure(Settings(otlp_endpoint="http://127.0.0.1:9", trace_ratio=1.0), "x")
        assert provider is not None
        try:
            # Not sampled by the caller, so nothing is sent to the endpoint that is not there.
            parent = f"00-{'a' * 32}-{'b' * 16}-00"
            with tracing.span("x", parent) as inside:
                assert inside is not None
                assert tracing.trace_id(inside) == "a" * 32
                assert inside != parent
        finally:
            provider.shutdown()


class TestDeadlines:
    def test_nobody_waits_for_ever(self) -> None:
        assert [deadlines.limit(each) for each in (None, 99.0, 2.0, -1.0)] == [30.0, 30.0, 2.0, 0.0]

    async def test_a_sibling_gets_what_is_left(self) -> None:
        now = asyncio.get_running_loop().time()

        assert deadlines.budget(None) == 5.0
        assert 0.9 < deadlines.budget(now + 1.0) < 1.0
        assert deadlines.budget(now - 1.0) == 0.001


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh-CN"),
        ("en-GB,zh;q=0.5", "en"),
        ("zh-CN,en;q=0.8", "zh-CN"),
        ("fr, en", "en"),
        ("fr", "zh-CN"),
    ],
)
def test_the_first_language_we_speak_is_taken(header: str | None, language: str) -> None:
    assert interceptors.language_of(header) == language


class TestSupervisor:
    async def test_a_failed_task_is_started_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.0)
        tries: list[int] = []
        done = asyncio.Event()

        async def flaky() -> None:
            tries.append(1)
            if len(tries) < 3:
                raise ValueError
            done.set()
            await asyncio.Event().wait()

        tasks = Supervisor()
        tasks.add("flaky", flaky)
        tasks.start()
        await asyncio.wait_for(done.wait(), 5)

        assert len(tries) == 3
        assert tasks.running() == {"flaky": True}
        await tasks.stop()
        assert tasks.running() == {}

    @pytest.mark.parametrize("afterwards", ["goes on", "waits", "fails"])
    async def test_a_task_whose_cancellation_was_swallowed_ends_all_the_same(
        self, afterwards: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As `asyncio.wait_for` swallows it where its result comes at the same moment."""
        monkeypatch.setattr(supervisor, "AGAIN_SECONDS", 0.01)
        monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.0)
        begun, times = asyncio.Event(), 0

        async def body() -> None:
            nonlocal times
            times += 1
            try:
                begun.set()
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if afterwards == "fails":
                    raise OSError from None
            if afterwards == "waits":
                await asyncio.Event().wait()
            while is_wanted():  # noqa: ASYNC110 - what ends the loop is what is tested
                await asyncio.sleep(0)

        tasks = Supervisor()
        tasks.add("deaf", body)
        tasks.start()
        await begun.wait()
        async with asyncio.timeout(5):
            await tasks.stop()

        assert times == 1

    async def test_two_tasks_cannot_share_a_name(self) -> None:
        tasks = Supervisor()
        tasks.add("one", asyncio.Event().wait)  # type: ignore[arg-type] # never started

        with pytest.raises(ValueError, match="one"):
            tasks.add("one", asyncio.Event().wait)  # type: ignore[arg-type] # never started


def test_a_servicer_is_registered_as_what_it_serves() -> None:
    assert service_names(registered(ClockServicer())) == ["shuyuan.clock.v1.ClockService"]
    with pytest.raises(TypeError, match="serves no service"):
        registered(Supervisor())


def test_production_logs_no_text_of_an_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_show_text", False)
    try:
        raise ValueError("张三")
    except ValueError as error:
        line = logs.failure(error)

    assert line["error"] == "ValueError"
    assert "张三" not in str(line)


class TestReceived:
    DOCUMENT: ClassVar[dict[str, Any]] = {
        "id": "018f0000-0000-7000-8000-000000000001",
        "source": "organization",
        "type": "shuyuan.organization.v2.UnitPainted",
        "subject": "018f0000-0000-7000-8000-000000000002",
        "time": "2026-01-01T00:00:00Z",
        "position": 7,
        "epoch": 1,
        "resourceversion": 2,
        "data": {"colour": "red", "unit": {"unitId": "018f0000-0000-7000-8000-000000000002"}},
    }

    def test_an_unknown_type_is_known_by_the_resource_it_carries(self) -> None:
        event = received.read(self.DOCUMENT, {"unit", "grant"})

        assert (event.noun, event.position, event.version) == ("unit", 7, 2)
        assert event.resource["unitId"] == str(event.resource_id)

    def test_a_known_type_gives_its_message_and_ignores_what_is_new(self) -> None:
        document = {
            **self.DOCUMENT,
            "type": "shuyuan.organization.v1.UnitEstablished",
            "data": {"unit": {"unitId": "x", "kind": "KIND_FROM_LATER"}, "fromLater": 1},
        }
        event = received.read(document, {"unit"})

        assert (event.noun, event.verb) == ("unit", "established")
        assert event.message.unit.unit_id == "x"  # type: ignore[attr-defined] # its own type

    @pytest.mark.parametrize("missing", ["id", "subject", "position", "data", "time", "resourceversion"])
    def test_a_document_that_is_no_event_is_unreadable(self, missing: str) -> None:
        document = {name: value for name, value in self.DOCUMENT.items() if name != missing}

        with pytest.raises(UnreadableEventError):
            received.read(document, {"unit"})

    @given(st.binary(max_size=40))
    def test_no_bytes_break_the_reader(self, data: bytes) -> None:
        try:
            received.read(received.parse(data), {"unit"})
        except UnreadableEventError:
            return

    def test_nouns_are_spelt_as_json_spells_them(self) -> None:
        assert [received.camel(each) for each in ("unit", "admission_case")] == ["unit", "admissionCase"]
