"""Resources that units offer one another, and to whom they are shared."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from activity.domain.fields import ended_early, refuse
from activity.errors import ResourceRetiredError
from chassis.intervals import Interval


class ResourceKind(StrEnum):
    """What a resource is."""

    PLACE = "place"
    EQUIPMENT = "equipment"
    EXPERT = "expert"
    PRACTICE_BASE = "practice_base"
    SERVICE = "service"
    OTHER = "other"


class Origin(StrEnum):
    """Where a resource comes from."""

    INSIDE = "inside"
    OUTSIDE = "outside"


class ResourceState(StrEnum):
    """Whether others may use a resource."""

    KEPT = "kept"
    OFFERED = "offered"
    RETIRED = "retired"


class ShareScope(StrEnum):
    """What a grant lets a unit do."""

    ON_APPROVAL = "on_approval"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of a resource."""

    name: str
    description: str
    provider: str
    capacity: int


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as it stands."""

    resource_id: UUID
    unit_id: UUID
    kind: ResourceKind
    origin: Origin
    name: str
    description: str
    provider: str
    capacity: int
    state: ResourceState
    retire_reason: str
    created_at: datetime
    updated_at: datetime
    version: int

    def check_in_use(self) -> None:
        """Refuse one that is no longer there."""
        if self.state is ResourceState.RETIRED:
            raise ResourceRetiredError(resource_id=self.resource_id)

    def changed(self, said: Description, *, offered: bool, now: datetime) -> "Resource":
        """Something else is said of it."""
        self.check_in_use()
        check_provider(self.origin, said.provider)
        return replace(
            self,
            name=said.name,
            description=said.description,
            provider=said.provider,
            capacity=said.capacity,
            state=state_of(offered),
            updated_at=now,
            version=self.version + 1,
        )

    def retired(self, reason: str, now: datetime) -> "Resource":
        """It is no longer there."""
        self.check_in_use()
        return replace(
            self,
            state=ResourceState.RETIRED,
            retire_reason=reason,
            updated_at=now,
            version=self.version + 1,
        )


@dataclass(frozen=True, slots=True)
class ShareGrant:
    """A unit, and those below it, may use a resource for some days."""

    share_grant_id: UUID
    resource_id: UUID
    unit_id: UUID
    grantee_unit_id: UUID
    scope: ShareScope
    terms: str
    days: Interval
    end_reason: str
    created_at: datetime
    updated_at: datetime
    version: int

    def ended(self, until: date, reason: str, today: date, now: datetime) -> "ShareGrant":
        """It no longer holds from a day on."""
        return replace(
            self,
            days=ended_early(self.days, until, today),
            end_reason=reason,
            updated_at=now,
            version=self.version + 1,
        )


def state_of(offered: bool) -> ResourceState:
    """Where a resource that is there stands."""
    return ResourceState.OFFERED if offered else ResourceState.KEPT


def check_provider(origin: Origin, provider: str) -> None:
    """What comes from outside has a provider, what is the university's own has none beside its unit."""
    if (origin is Origin.OUTSIDE) != bool(provider.strip()):
        refuse(
            "provider", "校外资源须填写提供方，校内资源不填", "is said of one from outside, and only of that"
        )


def check_share(resource: Resource, grantee_unit_id: UUID, days: Interval, today: date) -> None:
    """Refuse to share what is gone, with its owner, or for days that have passed."""
    resource.check_in_use()
    if grantee_unit_id == resource.unit_id:
        refuse("grantee_unit_id", "不能是资源所属单位", "is another unit than the owner")
    if days.start < today:
        refuse("valid_from", "起始日期不能早于今天", "must not lie in the past")


def share_days(valid_from: date, valid_until: date | None) -> Interval:
    """The days of a grant."""
    days = Interval.of(valid_from, valid_until)
    if days is None:
        refuse("valid_until", "须晚于起始日期", "lies after the first day")
    return days
