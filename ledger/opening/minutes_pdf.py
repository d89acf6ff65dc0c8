"""Minutes as PDF: A4, tagged, PDF/A-2a and PDF/UA-1, the same bytes for the same minutes.

Typst sets it with the fonts that it brings, so that no machine's own fonts change a byte. The template is a file of
ours; everything else reaches it as one JSON text, which it sets and never evaluates.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ledger.opening.minutes import Minutes
from ledger.opening.minutes_print import printed_minutes
from ledger.opening.result_print import printed_result

TEMPLATE: Final = Path(__file__).with_name("minutes.typ")


def minutes_pdf(minutes: Minutes) -> bytes:
    """The minutes for the file of the procedure. Confidential."""
    return _pdf(printed_minutes(minutes), minutes.made_at)


def result_pdf(minutes: Minutes) -> bytes:
    """What tenderers may see, on paper. Raises OpeningResultForbidden."""
    return _pdf(printed_result(minutes), minutes.made_at)


def _pdf(printed: Mapping[str, Any], made_at: int) -> bytes:
    # Here, because it is a large library that no other command needs.
    import typst

    return typst.compile(
        TEMPLATE,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(printed, ensure_ascii=False)},
        pdf_standards=["a-2a", "ua-1"],
        # Without it the clock would be in the file.
        timestamp=made_at,
    )
