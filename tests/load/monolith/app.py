"""Units as most teams would serve them: FastAPI, SQLAlchemy's async ORM, a pydantic response_model.

It does the work that a request does in the system: token, scope check, canonical log line, metrics.
It is the yardstick of `make bench` and must stay ordinary: neither tuned nor slowed down.
"""

import asyncio
import datetime as dt
import json
import logging
import os
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any
from urllib.request import urlopen

from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request, Response
from joserfc import jwt
from joserfc.jwk import KeySet
from prometheus_client import Counter, Histogram
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import DateTime, ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

log = logging.getLogger("monolith")
REQUESTS = Counter("monolith_requests", "Requests by route and status", ["route", "status"])
SECONDS = Histogram("monolith_seconds", "Seconds by route", ["route"])


class Base(DeclarativeBase):
    """All tables."""


class UnitRow(Base):
    """A unit of the organisation."""

    __tablename__ = "unit"
    unit_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    parent_unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.unit_id"), index=True)
    name: Mapped[str]
    kind: Mapped[str]
    form: Mapped[str]
    campus: Mapped[str]
    state: Mapped[str]
    cohort_year: Mapped[int]
    major_code: Mapped[str]
    established_on: Mapped[dt.date]
    create_time: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    update_time: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    version: Mapped[int]


class ClosureRow(Base):
    """Which unit stands above which."""

    __tablename__ = "closure"
    ancestor_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    descendant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True, index=True)


class GrantRow(Base):
    """Who may act below which unit."""

    __tablename__ = "granted"
    subject: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)


class Unit(BaseModel):
    """A unit as it is answered."""

    model_config = ConfigDict(from_attributes=True, populate_by_name=True)
    unit_id: uuid.UUID = Field(alias="unitId")
    parent_unit_id: uuid.UUID | None = Field(default=None, alias="parentUnitId")
    name: str = Field(max_length=200)
    kind: str
    form: str
    campus: str
    state: str
    cohort_year: int = Field(alias="cohortYear")
    major_code: str = Field(alias="majorCode")
    established_on: dt.date = Field(alias="establishedOn")
    create_time: dt.datetime = Field(alias="createTime")
    update_time: dt.datetime = Field(alias="updateTime")
    version: int


class UnitPage(BaseModel):
    """A page of units."""

    units: list[Unit]
    next_page_token: str = Field(default="", alias="nextPageToken")


class NewUnit(BaseModel):
    """What a caller sends to make a unit."""

    parent_unit_id: uuid.UUID = Field(alias="parentUnitId")
    name: str = Field(min_length=1, max_length=200)
    kind: str
    form: str
    established_on: dt.date = Field(alias="establishedOn")


engine = create_async_engine(os.environ["MONOLITH_DATABASE_URL"], pool_size=16)
sessions = async_sessionmaker(engine, expire_on_commit=False)


def fetch_keys() -> KeySet:
    """The issuer's key set."""
    with urlopen(os.environ["MONOLITH_JWKS_URL"], timeout=5) as answer:  # noqa: S310 - our own issuer on this machine
        return KeySet.import_key_set(json.load(answer))


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Set up the log, fetch the keys once and close the pool at the end."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    app.state.keys = await asyncio.to_thread(fetch_keys)
    yield
    await engine.dispose()


app = FastAPI(title="The usual application", lifespan=lifespan)


@app.middleware("http")
async def observe(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Measure and log every request."""
    began = time.perf_counter()
    response = await call_next(request)
    seconds = time.perf_counter() - began
    route = request.scope.get("route")
    path = route.path if route else "-"
    REQUESTS.labels(path, str(response.status_code)).inc()
    SECONDS.labels(path).observe(seconds)
    log.info("%s %s %s %.4f", request.method, path, response.status_code, seconds)
    return response


async def session() -> AsyncIterator[AsyncSession]:
    """One session for each request."""
    async with sessions() as found:
        yield found


async def caller(request: Request, authorization: Annotated[str, Header()]) -> str:
    """The subject of a valid token."""
    try:
        token = jwt.decode(
            authorization.removeprefix("Bearer "), request.app.state.keys, algorithms=["RS256"]
        )
        jwt.JWTClaimsRegistry(aud={"essential": True, "value": "shuyuan"}).validate(token.claims)
    except Exception as error:
        raise HTTPException(401) from error
    return str(token.claims["sub"])


Session = Annotated[AsyncSession, Depends(session)]
Caller = Annotated[str, Depends(caller)]


async def check(found: AsyncSession, subject: str, unit_id: uuid.UUID) -> None:
    """Refuse who holds no grant above the unit."""
    allowed = await found.scalar(
        select(GrantRow.subject)
        .join(ClosureRow, ClosureRow.ancestor_id == GrantRow.unit_id)
        .where(GrantRow.subject == subject, ClosureRow.descendant_id == unit_id)
        .limit(1)
    )
    if allowed is None:
        raise HTTPException(403)


@app.get("/units/{unit_id}", response_model=Unit, response_model_by_alias=True)
async def get_unit(unit_id: uuid.UUID, subject: Caller, found: Session) -> Any:
    """One unit."""
    await check(found, subject, unit_id)
    unit = await found.get(UnitRow, unit_id)
    if unit is None:
        raise HTTPException(404)
    return unit


@app.get("/units", response_model=UnitPage, response_model_by_alias=True)
async def list_units(
    subject: Caller, found: Session, page_size: Annotated[int, Query(alias="pageSize", le=200)] = 50
) -> Any:
    """A page of the units that the caller may see."""
    visible = (
        select(ClosureRow.descendant_id)
        .join(GrantRow, GrantRow.unit_id == ClosureRow.ancestor_id)
        .where(GrantRow.subject == subject)
    )
    units = await found.scalars(
        select(UnitRow).where(UnitRow.unit_id.in_(visible)).order_by(UnitRow.unit_id).limit(page_size)
    )
    return {"units": list(units), "nextPageToken": ""}


@app.post("/units", response_model=Unit, response_model_by_alias=True, status_code=201)
async def create_unit(unit: NewUnit, subject: Caller, found: Session) -> Any:
    """Make a unit: the entity alone, without event, audit or idempotency."""
    await check(found, subject, unit.parent_unit_id)
    now = dt.datetime.now(dt.UTC)
    row = UnitRow(
        unit_id=uuid.uuid4(),
        parent_unit_id=unit.parent_unit_id,
        name=unit.name,
        kind=unit.kind,
        form=unit.form,
        campus="",
        state="active",
        cohort_year=0,
        major_code="",
        established_on=unit.established_on,
        create_time=now,
        update_time=now,
        version=1,
    )  # fmt: skip - one row reads best as one block
    found.add(row)
    await found.commit()
    return row
