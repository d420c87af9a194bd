"""Storage of the evaluation service, beside the tables of the frame.

Scores and weights are kept exactly as given; a ranking is kept as it was announced, and never computed for reading.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB, ExcludeConstraint

from chassis import tables as frame
from chassis.subject_moves import folded_rows, merged_rows

metadata = frame.new_metadata()
for _table in frame.metadata.tables.values():
    _table.to_metadata(metadata)


def _id(name: str, *, null: bool = False, of: str | None = None) -> "sa.Column[object]":
    references = [] if of is None else [sa.ForeignKey(of)]
    return sa.Column(name, sa.Uuid, *references, nullable=null)


def _text(name: str, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=null)


def _int(name: str, *, null: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, nullable=null)


def _day(name: str, *, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Date, nullable=null)


def _instant(name: str, *, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _flag(name: str) -> "sa.Column[bool]":
    return sa.Column(name, sa.Boolean, nullable=False)


def _json(name: str) -> "sa.Column[object]":
    return sa.Column(name, JSONB, nullable=False)


def _exact(name: str, *, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Numeric, nullable=null)


def _stamps() -> "list[sa.Column[object]]":
    return [_instant("created_at"), _instant("updated_at"), sa.Column("version", sa.Integer, nullable=False)]


# Copies of what others own: units of organization, persons of membership.
unit = sa.Table(
    "unit",
    metadata,
    sa.Column("unit_id", sa.Uuid, primary_key=True),
    _text("kind"),
    _text("name"),
    _day("established_on"),
    _day("dissolved_on", null=True),
    _int("version"),
)

person = sa.Table(
    "person",
    metadata,
    sa.Column("person_id", sa.Uuid, primary_key=True),
    _text("category", null=True),
    _int("version"),
)

award = sa.Table(
    "award",
    metadata,
    sa.Column("award_id", sa.Uuid, primary_key=True),
    _id("unit_id"),
    _text("name"),
    _text("level"),
    sa.Column("eligible_kinds", ARRAY(sa.Text), nullable=False),
    _int("first_year"),
    _json("dimensions"),
    _json("criteria"),
    _int("criteria_version"),
    *_stamps(),
    sa.UniqueConstraint("unit_id", "name"),
)

edition = sa.Table(
    "edition",
    metadata,
    sa.Column("edition_id", sa.Uuid, primary_key=True),
    _id("award_id", of="award.award_id"),
    _int("number"),
    _int("year"),
    _int("quota"),
    _text("state"),
    _day("period_from", null=True),
    _day("period_until", null=True),
    _text("policy", null=True),
    _text("tie_rule", null=True),
    _int("criteria_version"),
    _json("criteria"),
    _instant("captured_at", null=True),
    _instant("ranked_at", null=True),
    _json("entries"),
    _text("digest"),
    _text("tie_reason"),
    _day("notice_posted_on", null=True),
    _day("publishable_on", null=True),
    _day("awarded_on", null=True),
    _flag("imported"),
    _flag("partial"),
    _json("evidence"),
    _text("cancel_reason"),
    _json("judgements"),
    *_stamps(),
)
# A number is taken until its edition is cancelled.
sa.Index(
    "edition_award_id_number_idx",
    edition.c.award_id,
    edition.c.number,
    unique=True,
    postgresql_where=edition.c.state != sa.text("'cancelled'"),
)

edition_result = sa.Table(
    "edition_result",
    metadata,
    sa.Column("edition_id", sa.Uuid, sa.ForeignKey("edition.edition_id"), primary_key=True),
    sa.Column("line", sa.Integer, primary_key=True),
    _int("place", null=True),
    _id("unit_id", null=True),
    _text("unit_name"),
    _flag("winner"),
    _exact("total", null=True),
)

nomination = sa.Table(
    "nomination",
    metadata,
    sa.Column("nomination_id", sa.Uuid, primary_key=True),
    _id("edition_id", of="edition.edition_id"),
    _id("unit_id"),
    _text("unit_name"),
    _text("statement"),
    _text("state"),
    *_stamps(),
)
sa.Index(
    "nomination_edition_id_unit_id_idx",
    nomination.c.edition_id,
    nomination.c.unit_id,
    unique=True,
    postgresql_where=nomination.c.state != sa.text("'withdrawn'"),
)
sa.Index("nomination_unit_id_idx", nomination.c.unit_id)

judge_assignment = sa.Table(
    "judge_assignment",
    metadata,
    sa.Column("nomination_id", sa.Uuid, sa.ForeignKey("nomination.nomination_id"), primary_key=True),
    sa.Column("person_id", sa.Uuid, primary_key=True),
    _id("edition_id", of="edition.edition_id"),
)
sa.Index("judge_assignment_edition_id_idx", judge_assignment.c.edition_id)
sa.Index("judge_assignment_person_id_idx", judge_assignment.c.person_id)

judge_score = sa.Table(
    "judge_score",
    metadata,
    sa.Column("score_id", sa.Uuid, primary_key=True),
    _id("edition_id", of="edition.edition_id"),
    _id("nomination_id", of="nomination.nomination_id"),
    _id("judge_id"),
    _text("criterion"),
    _exact("score"),
    _text("remark"),
    _instant("scored_at"),
    _int("version"),
    sa.UniqueConstraint("nomination_id", "judge_id", "criterion"),
)
sa.Index("judge_score_edition_id_idx", judge_score.c.edition_id)

captured_fact = sa.Table(
    "captured_fact",
    metadata,
    sa.Column("nomination_id", sa.Uuid, sa.ForeignKey("nomination.nomination_id"), primary_key=True),
    sa.Column("fact", sa.Text, primary_key=True),
    _id("edition_id", of="edition.edition_id"),
    _text("service"),
    _text("method"),
    _day("period_from"),
    _day("period_until"),
    _exact("value", null=True),
    _text("evidence_noun"),
    sa.Column("evidence_ids", ARRAY(sa.Uuid), nullable=False),
    _instant("captured_at"),
)
sa.Index("captured_fact_edition_id_idx", captured_fact.c.edition_id)

honour = sa.Table(
    "honour",
    metadata,
    sa.Column("honour_id", sa.Uuid, primary_key=True),
    _id("unit_id"),
    _id("person_id"),
    _text("kind"),
    _text("title"),
    _text("issuer"),
    _text("level"),
    _int("year"),
    _day("awarded_on"),
    _text("evidence"),
    _instant("recorded_at"),
    _instant("withdrawn_at", null=True),
    _text("withdraw_reason"),
    _int("version"),
)
sa.Index(
    "honour_sameness_idx",
    honour.c.person_id,
    honour.c.kind,
    honour.c.title,
    honour.c.year,
    unique=True,
    postgresql_where=honour.c.withdrawn_at.is_(None),
)
sa.Index("honour_year_kind_idx", honour.c.year, honour.c.kind)

# `valid` is absent unless it is held or was; nobody holds two on one day, and nobody is nominated twice at once.
model_post = sa.Table(
    "model_post",
    metadata,
    sa.Column("model_post_id", sa.Uuid, primary_key=True),
    _id("unit_id"),
    _id("person_id"),
    _text("post"),
    _text("basis"),
    _text("pledge"),
    _text("state"),
    _day("nominated_on"),
    _day("decided_on", null=True),
    sa.Column("valid", DATERANGE),
    _text("document_number"),
    _day("displayed_on", null=True),
    _text("display_place"),
    _text("reason"),
    *_stamps(),
    ExcludeConstraint(
        (sa.column("person_id"), "="),
        (sa.column("valid"), "&&"),
        using="gist",
        name="model_post_one_at_a_time_excl",
    ),
    sa.CheckConstraint("NOT isempty(valid)", name=sa.schema.conv("model_post_valid_check")),
)
sa.Index("model_post_unit_id_idx", model_post.c.unit_id)
sa.Index("model_post_person_id_idx", model_post.c.person_id)
sa.Index(
    "model_post_nominated_once_idx",
    model_post.c.person_id,
    unique=True,
    postgresql_where=model_post.c.state == "nominated",
)

# One for each unit and criterion of an edition; what the next edition said is written once.
improvement_item = sa.Table(
    "improvement_item",
    metadata,
    sa.Column("improvement_item_id", sa.Uuid, primary_key=True),
    _id("award_id", of="award.award_id"),
    _id("edition_id", of="edition.edition_id"),
    _int("edition_number"),
    _id("unit_id"),
    _text("criterion_key"),
    _text("criterion_name"),
    _exact("score"),
    _exact("threshold"),
    _text("state"),
    _text("measure"),
    _day("due_on", null=True),
    _text("report"),
    _day("reported_on", null=True),
    _text("reason"),
    _id("next_edition_id", null=True, of="edition.edition_id"),
    _exact("next_score", null=True),
    *_stamps(),
    sa.UniqueConstraint("edition_id", "unit_id", "criterion_key"),
)
sa.Index("improvement_item_unit_id_idx", improvement_item.c.unit_id)
sa.Index(
    "improvement_item_open_idx",
    improvement_item.c.award_id,
    improvement_item.c.unit_id,
    postgresql_where=improvement_item.c.next_edition_id.is_(None),
)

indicator = sa.Table(
    "indicator",
    metadata,
    sa.Column("indicator_id", sa.Uuid, primary_key=True),
    _id("unit_id"),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    _text("name"),
    _json("definition"),
    *_stamps(),
)

indicator_value = sa.Table(
    "indicator_value",
    metadata,
    sa.Column("value_id", sa.Uuid, primary_key=True),
    _id("indicator_id", of="indicator.indicator_id"),
    _int("definition_version"),
    _json("definition"),
    _int("year"),
    _day("as_of", null=True),
    _instant("known_at"),
    _int("numerator"),
    _int("denominator"),
    _instant("computed_at"),
    _text("digest"),
)
sa.Index(
    "indicator_value_indicator_id_value_id_idx", indicator_value.c.indicator_id, indicator_value.c.value_id
)

indicator_evidence = sa.Table(
    "indicator_evidence",
    metadata,
    sa.Column("value_id", sa.Uuid, sa.ForeignKey("indicator_value.value_id"), primary_key=True),
    sa.Column("person_id", sa.Uuid, primary_key=True),
    _flag("in_numerator"),
    sa.Column("honour_ids", ARRAY(sa.Uuid), nullable=False),
    _day("as_of"),
    _text("status", null=True),
    _id("branch_id", null=True),
)

# Which rows followed a person who was merged into another, and which gave way to the survivor's.
merged_row = merged_rows(metadata)
folded_row = folded_rows(metadata)
