"""The columns of sealed values, each with the place its values are bound to."""

from chassis.resealing import Sealed
from membership import tables
from membership.repository import (
    case_materials,
    erasures,
    person_exports,
    person_files,
    persons,
    record_sets,
    rosters,
    sync,
)

SEALED = (
    Sealed(tables.person, "number_sealed", persons.NUMBER_CONTEXT),
    Sealed(tables.person_identity, "number_sealed", person_files.IDENTITY_CONTEXT),
    Sealed(tables.roster_import, "file_sealed", rosters.FILE_CONTEXT),
    Sealed(tables.case_material, "file_sealed", case_materials.FILE_CONTEXT),
    Sealed(tables.sync_part, "rows_sealed", sync.ROWS_CONTEXT),
    Sealed(tables.person_export, "file_sealed", person_exports.FILE_CONTEXT),
    Sealed(tables.reconciliation_part, "file_sealed", record_sets.FILE_CONTEXT),
    Sealed(tables.person_erasure, "terms_sealed", erasures.TERMS_CONTEXT),
)
