"""People, their accounts and affiliations."""

import sqlalchemy as sa

from chassis.bitemporal import history_columns, history_constraints
from membership.tables.base import (
    day_column,
    id_column,
    instant_column,
    metadata,
    text_column,
    version_column,
)

person = sa.Table(
    "person",
    metadata,
    id_column("person_id", key=True),
    text_column("name"),
    text_column("pinyin"),
    # Sealed with the field keys; found by the key of the account.
    sa.Column("number_sealed", sa.LargeBinary),
    text_column("kind"),
    text_column("category", null=True),
    day_column("born_on", null=True),
    version_column(),
    instant_column("created_at"),
    instant_column("updated_at"),
    # Since when nothing personal is left: the row stays for the facts that refer to its id.
    instant_column("erased_at", null=True),
    # Set on whoever is one person with somebody else: nothing else names them any more.
    id_column("merged_into", null=True),
    # The database makes them of the pinyin, whoever writes it.
    sa.Column(
        "initials", sa.Text, sa.Computed(r"regexp_replace(pinyin, '(\S)\S*\s*', '\1', 'g')", persisted=True)
    ),
)
sa.Index("person_pinyin_idx", person.c.pinyin, person.c.person_id)
sa.Index("person_pinyin_born_on_idx", person.c.pinyin, person.c.born_on, person.c.person_id)

account = sa.Table(
    "account",
    metadata,
    id_column("account_id", key=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), nullable=False),
    text_column("issuer"),
    text_column("number_key"),
    sa.Column("active", sa.Boolean, nullable=False),
    version_column(),
    sa.UniqueConstraint("issuer", "number_key"),
)
sa.Index("account_person_id_idx", account.c.person_id)

affiliation = sa.Table(
    "affiliation",
    metadata,
    id_column("person_id"),
    text_column("kind"),
    id_column("unit_id"),
    *history_columns(),
    *history_constraints("affiliation", ["person_id", "kind"]),
)
sa.Index("affiliation_person_id_idx", affiliation.c.person_id)
sa.Index("affiliation_unit_id_idx", affiliation.c.unit_id)

# Sealed with the field keys; found by its keyed hash.
person_identity = sa.Table(
    "person_identity",
    metadata,
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), primary_key=True),
    sa.Column("number_sealed", sa.LargeBinary, nullable=False),
    sa.Column("number_key", sa.Text, nullable=False, unique=True),
    instant_column("recorded_at"),
)

# Who read what answers mask. It outlives the person's file, so it refers to nothing.
disclosure = sa.Table(
    "disclosure",
    metadata,
    id_column("disclosure_id", key=True),
    id_column("person_id"),
    text_column("kind"),
    id_column("read_by", null=True),
    text_column("purpose"),
    instant_column("read_at"),
)
sa.Index("disclosure_person_id_idx", disclosure.c.person_id, disclosure.c.disclosure_id)
