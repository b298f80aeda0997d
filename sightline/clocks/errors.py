"""What the clocks room refuses, each in one sentence that a practitioner can act on."""


class ClockError(ValueError):
    """Bad input to a clock; the message names the value and what was expected."""


class UnknownClock(ClockError):
    """No clock has this key or reference."""


class NoLimit(ClockError):
    """The clock has no limit in force until the partnership sets one."""


class NeedsTime(ClockError):
    """A clock that counts hours was given a day without a time, or a time without a zone."""


class LooserThanStatute(ClockError):
    """A local limit could fall later than the limit that it must not exceed."""


class OutsideCalendar(ClockError):
    """A day lies outside the years whose bank holidays are known."""
