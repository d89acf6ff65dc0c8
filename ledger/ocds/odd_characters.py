"""Characters of foreign text that one cannot see, made visible.

Notices come from anybody. A character that turns the direction of writing lets ``gnp.exe`` read ``exe.png``, one
without width makes two different names look alike, control characters do what no reader expects. Stripping them would
show something else than what was recorded, so they are shown by their number. The soft hyphen alone stays: it only
says where a word may be broken.
"""

from __future__ import annotations

import re
from typing import Final

_ODD: Final = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # C0 and C1 controls but tab and line ends
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks, embeddings, overrides and isolates of direction
    "\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\ufeff\u3164\u115f\u1160\uffa0"  # without width, or blank
    "\u2028\u2029\ufff9-\ufffb\U000e0000-\U000e007f"  # line and paragraph separators, annotations, tags
    "\ud800-\udfff"  # halves of surrogate pairs, which cannot be sent at all
    "]"
)


def visible(text: str) -> str:
    """``text`` with each of those characters as ``[U+202E]``; safe inside HTML, in texts as in attributes."""
    return _ODD.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)
