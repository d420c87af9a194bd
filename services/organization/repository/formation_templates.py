"""SQL about templates of temporary branches and vanguard teams."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import insert, query
from organization import tables
from organization.domain.formation_templates import NewTemplate, Template, TemplateKind, TemplatePost
from organization.domain.posts import PostKind
from organization.domain.units import Purpose

_GET = query(sa.text("SELECT * FROM formation_template WHERE template_id = :template_id"))
_LOCK = query(sa.text("SELECT * FROM formation_template WHERE template_id = :template_id FOR UPDATE"))
_MANY = query(sa.text("SELECT * FROM formation_template WHERE template_id = ANY (CAST(:ids AS uuid[]))"))
_BY_NAME = query(sa.text("SELECT template_id FROM formation_template WHERE name = :name"))
_PAGE = query(
    sa.text(
        """SELECT * FROM formation_template
            WHERE name > CAST(:after AS text) AND (CAST(:kind AS text) IS NULL OR kind = :kind)
              AND (CAST(:include_retired AS bool) OR retired_on IS NULL)
            ORDER BY name LIMIT CAST(:most AS int)"""
    )
)
_ADD = query(
    insert(
        tables.formation_template,
        "template_id",
        "kind",
        "name",
        "purpose",
        "task",
        "posts",
        "default_length",
        "created_at",
        "updated_at",
        "version",
    )
)
_CHANGE = query(
    sa.text(
        """UPDATE formation_template
              SET name = :name, purpose = :purpose, task = :task, posts = CAST(:posts AS jsonb),
                  default_length = :default_length, retired_on = CAST(:retired_on AS date),
                  updated_at = :updated_at, version = :version
            WHERE template_id = :template_id"""
    )
)


def _read(row: Record) -> Template:
    return Template(
        template_id=row["template_id"],
        says=NewTemplate(
            kind=TemplateKind(row["kind"]),
            name=row["name"],
            purpose=Purpose(row["purpose"]) if row["purpose"] else None,
            task=row["task"],
            posts=tuple(TemplatePost(PostKind(kind), title, seats) for kind, title, seats in row["posts"]),
            default_length=row["default_length"],
        ),
        retired_on=row["retired_on"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )


async def find(reader: Reader, template_id: UUID) -> Template | None:
    """The template, if there is one."""
    row = await reader.fetch_one(_GET, template_id=template_id)
    return None if row is None else _read(row)


async def find_many(reader: Reader, template_ids: list[UUID]) -> dict[UUID, Template]:
    """The templates that exist of these, by id."""
    return {row["template_id"]: _read(row) for row in await reader.fetch(_MANY, ids=template_ids)}


async def lock(work: UnitOfWork, template_id: UUID) -> Template | None:
    """The template; nobody else changes it until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, template_id=template_id)
    return None if row is None else _read(row)


async def with_name(reader: Reader, name: str) -> UUID | None:
    """The template of a name."""
    found: UUID | None = await reader.fetch_value(_BY_NAME, name=name)
    return found


async def page(
    reader: Reader, *, kind: TemplateKind | None, include_retired: bool, after: str, most: int
) -> list[Template]:
    """Templates by name."""
    rows = await reader.fetch(_PAGE, kind=kind, include_retired=include_retired, after=after, most=most)
    return [_read(row) for row in rows]


def _values(template: Template) -> dict[str, Any]:
    says = template.says
    return {
        "template_id": template.template_id,
        "name": says.name,
        "purpose": says.purpose,
        "task": says.task,
        "posts": [[post.kind.value, post.title, post.seats] for post in says.posts],
        "default_length": says.default_length,
        "updated_at": template.updated_at,
        "version": template.version,
    }


async def add(work: UnitOfWork, template: Template) -> None:
    """Keep a new template."""
    await work.execute(_ADD, kind=template.says.kind, created_at=template.created_at, **_values(template))


async def change(work: UnitOfWork, template: Template) -> None:
    """Keep the next version of a template."""
    await work.execute(_CHANGE, retired_on=template.retired_on, **_values(template))
