// The receipt on one sheet of paper, with a square code that leads to the commitment.

import encodeQR from "qr";
import type { Course } from "./hand_in_course.js";
import { el, squares } from "./element.js";
import { processName } from "./process_name.js";
import type { Terms } from "./terms.js";
import { facts } from "./view.js";
import { shownMoment, type Language, type Word, type WordValues } from "./words.js";

interface SheetView {
  readonly language: Language;
  readonly terms: Terms;
  readonly origin: string;
  /** When it is printed, seconds since 1970. */
  readonly now: number;
  say(name: Word, values?: WordValues): string;
}

export function receiptSheet(
  { language, terms, origin, now, say }: SheetView, { bid, recorded }: Extract<Course, { at: "done" }>,
): HTMLElement {
  const address = `${origin}/lookup?digest=${bid.commitment}`;
  const promise = bid.promise;
  const receiver = terms.receivers.find(({ organisationId }) => organisationId === promise?.receiver);
  return el("section", { class: "sheet", id: "sheet", "aria-labelledby": "sheet-title" },
    el("h2", { id: "sheet-title" }, say("sheetTitle")),
    el("p", {}, say("sheetLead")),
    facts(
      [say("process"), processName(terms)],
      [say("round"), String(terms.round)],
      [say("deadline"), shownMoment(Number(terms.deadline), language)],
      promise && [say("arrived"), `${shownMoment(Number(promise.arrivedAt), language)}${receiver ? `, ${receiver.name}` : ""}`],
      recorded && [say("recorded"), say("inBlock", { block: recorded.block, time: shownMoment(recorded.time, language) })],
      [say("commitment"), el("code", {}, `0x${bid.commitment}`)],
      [say("account"), el("code", {}, `0x${bid.author}`)],
      bid.beside === null ? null : [say("besideOf"), el("code", {}, `0x${bid.beside}`)],
      [say("envelopeDigest"), el("code", {}, bid.digest)],
      recorded && [say("transaction"), el("code", {}, `0x${recorded.hash}`)],
      [say("printed"), shownMoment(now, language)],
    ),
    // Four light squares all around, as ISO/IEC 18004 wants it.
    squares(encodeQR(address, "raw", { ecc: "medium", border: 4 }), say("qrName")),
    el("p", {}, say("qrLead"), " ", el("code", {}, address)),
    el("p", {}, say("sheetLimits")));
}
