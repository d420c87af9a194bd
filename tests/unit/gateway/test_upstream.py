import pytest

from chassis.errors import UnavailableError
from gateway.upstream import Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        """Tell the time that the test has set."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(failures=2, seconds=1.0, clock=clock)


def test_one_failure_changes_nothing(breaker: Breaker) -> None:
    breaker.silent()

    breaker.admit()


def test_a_silent_service_is_left_alone(breaker: Breaker) -> None:
    breaker.silent()
    breaker.silent()

    with pytest.raises(UnavailableError):
        breaker.admit()


def test_one_call_tries_after_a_while(breaker: Breaker, clock: Clock) -> None:
    breaker.silent()
    breaker.silent()
    clock.now = 1.0

    breaker.admit()
    with pytest.raises(UnavailableError):
        breaker.admit()


def test_an_answer_lets_everybody_in_again(breaker: Breaker, clock: Clock) -> None:
    breaker.silent()
    breaker.silent()
    clock.now = 1.0
    breaker.admit()

    breaker.answered()

    breaker.admit()
    breaker.admit()
