"""How often something is taken: so many a minute, and as many at once after a pause."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final

KEPT: Final = 10_000
_MINUTE: Final = 60.0


class Buckets:
    """One token bucket for each key; ``per_minute`` tokens fit into it. Thread safe.

    Those of the least recently asked keys are forgotten, which gives them a full one: so this bounds what each takes,
    and a bucket that all share bounds the rest.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._each, self._clock = _MINUTE / per_minute, clock
        # Up to which moment the tokens that time has brought are taken.
        self._taken: OrderedDict[Hashable, float] = OrderedDict()
        self._guard = threading.Lock()

    def take(self, key: Hashable = None) -> int:
        """Take a token: 0, or the seconds until there is one."""
        with self._guard:
            now = self._clock()
            after = max(self._taken.get(key, -math.inf), now - _MINUTE) + self._each
            if after > now:
                return math.ceil(after - now)
            self._taken[key] = after
            self._taken.move_to_end(key)
            while len(self._taken) > KEPT:
                self._taken.popitem(last=False)
            return 0
