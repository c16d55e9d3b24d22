"""Values that pages may show a little late."""

from __future__ import annotations

from itertools import count

from jishi.kernel import lately


def test_a_value_is_read_again_only_when_it_is_too_old_or_forgotten() -> None:
    numbers = count(1)
    patient = lately.Lately(lambda: next(numbers), seconds=3600)
    hasty = lately.Lately(lambda: next(numbers), seconds=-1)

    kept = [patient.get(), patient.get()]
    fresh = [hasty.get(), hasty.get()]
    patient.forget()
    again = [patient.get(), patient.get()]
    lately.forget_all()

    assert kept == [1, 1]
    assert fresh == [2, 3]
    assert again == [4, 4]
    assert patient.get() == 5
