"""What the evaluation service refuses, each with its reason from `error_reason.proto`."""

from chassis.errors import (
    AlreadyExistsError,
    NotFoundError,
    PermissionDeniedError,
    RulesError,
    StateError,
    UnavailableError,
)


class AwardNotFoundError(NotFoundError):
    """No such award."""

    reason = "AWARD_NOT_FOUND"


class AwardNameTakenError(AlreadyExistsError):
    """The unit has an award of that name."""

    reason = "AWARD_NAME_TAKEN"


class EditionNotFoundError(NotFoundError):
    """No such edition."""

    reason = "EDITION_NOT_FOUND"


class EditionNumberTakenError(AlreadyExistsError):
    """The award has an edition of that number."""

    reason = "EDITION_NUMBER_TAKEN"


class EditionStateError(StateError):
    """The edition is not in a state that allows this."""

    reason = "EDITION_STATE"


class NoCriteriaError(StateError):
    """Nothing says how nominations are scored."""

    reason = "NO_CRITERIA"


class NoNominationsError(StateError):
    """Nobody is nominated."""

    reason = "NO_NOMINATIONS"


class PeriodNotOverError(StateError):
    """Facts of the period may still come."""

    reason = "PERIOD_NOT_OVER"


class FactsUnavailableError(UnavailableError):
    """A service that recorded facts does not answer."""

    reason = "FACTS_UNAVAILABLE"


class NoJudgesError(StateError):
    """Criteria wait for judges, and there is none."""

    reason = "NO_JUDGES"


class JudgeHasScoredError(StateError):
    """A judge who has scored a nomination stays on its panel."""

    reason = "JUDGE_HAS_SCORED"


class NotAJudgeError(PermissionDeniedError):
    """Only a judge assigned to the nomination scores it."""

    reason = "NOT_A_JUDGE"


class NominationNotFoundError(NotFoundError):
    """No such nomination."""

    reason = "NOMINATION_NOT_FOUND"


class NominationExistsError(AlreadyExistsError):
    """The unit is nominated in the edition already."""

    reason = "NOMINATION_EXISTS"


class NominationWithdrawnError(StateError):
    """The nomination was withdrawn."""

    reason = "NOMINATION_WITHDRAWN"


class TieUndecidedError(StateError):
    """More units share the last winning place than there is room for."""

    reason = "TIE_UNDECIDED"


class EvaluationRuleError(RulesError):
    """A rule forbids it; carries what the rules said."""

    reason = "EVALUATION_RULE_REFUSED"


class UnitUnknownError(StateError):
    """The unit has not arrived here."""

    reason = "UNIT_UNKNOWN"


class UnitNotInForceError(StateError):
    """The unit does not exist on the day."""

    reason = "UNIT_NOT_IN_FORCE"


class UnitNotEligibleError(StateError):
    """The award is not for such a unit."""

    reason = "UNIT_NOT_ELIGIBLE"


class PersonUnknownError(StateError):
    """The person has not arrived here."""

    reason = "PERSON_UNKNOWN"


class HonourNotFoundError(NotFoundError):
    """No such honour."""

    reason = "HONOUR_NOT_FOUND"


class HonourExistsError(AlreadyExistsError):
    """The person's honour is recorded already."""

    reason = "HONOUR_EXISTS"


class HonourWithdrawnError(StateError):
    """The honour was withdrawn before."""

    reason = "HONOUR_WITHDRAWN"


class IndicatorNotFoundError(NotFoundError):
    """No such indicator."""

    reason = "INDICATOR_NOT_FOUND"


class IndicatorCodeTakenError(AlreadyExistsError):
    """Another indicator has the code."""

    reason = "INDICATOR_CODE_TAKEN"


class IndicatorValueNotFoundError(NotFoundError):
    """No such value of an indicator."""

    reason = "INDICATOR_VALUE_NOT_FOUND"


class ImprovementItemNotFoundError(NotFoundError):
    """No such improvement item."""

    reason = "IMPROVEMENT_ITEM_NOT_FOUND"


class ImprovementItemWrongStateError(StateError):
    """The improvement item stands where that cannot be done."""

    reason = "IMPROVEMENT_ITEM_WRONG_STATE"


class ModelPostNotFoundError(NotFoundError):
    """No such model post."""

    reason = "MODEL_POST_NOT_FOUND"


class ModelPostWrongStateError(StateError):
    """The model post stands where that cannot be done."""

    reason = "MODEL_POST_WRONG_STATE"


class ModelPostExistsError(AlreadyExistsError):
    """The member is nominated or holds one."""

    reason = "MODEL_POST_EXISTS"


class ModelPostHolderNotMemberError(StateError):
    """The person is not on the roll of the branch."""

    reason = "MODEL_POST_HOLDER_NOT_MEMBER"
