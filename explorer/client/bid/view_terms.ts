// What stands above all steps: for which round, until when, who can open, and what of that was compared.

import { el, type Child } from "./element.js";
import type { Pin } from "./pins.js";
import { processName } from "./process_name.js";
import { takesBids } from "./round.js";
import type { Server } from "./servers.js";
import { custodianName, type Terms } from "./terms.js";
import { button, facts } from "./view.js";
import { shownMoment, shownSpan, type Language, type Word, type WordValues } from "./words.js";

export interface TermsView {
  readonly language: Language;
  readonly terms: Terms;
  readonly pins: readonly Pin[] | undefined;
  /** Other servers that told the same, and those that did not answer. */
  readonly agreed: readonly Server[];
  readonly silent: readonly Server[];
  /** Seconds by which the own clock is ahead of the server's. */
  readonly ahead: number;
  readonly isUnfolded: boolean;
  say(name: Word, values?: WordValues): string;
  toggled(isUnfolded: boolean): void;
  calendar(): void;
}

/** Differences below are those of the way and of rounding. */
const UNHEEDED = 3;

export function termsPart(view: TermsView): Child[] {
  const { terms, say, language } = view;
  const { officers, custodians } = terms.keySet;
  const noted = (event: Event): void => view.toggled((event.target as HTMLDetailsElement).open);
  return [
    el("h2", { id: "terms-title" }, say("termsTitle")),
    facts(
      [say("process"), processName(terms)],
      [say("deadline"), el("span", {},
        shownMoment(Number(terms.deadline), language), " – ", el("span", { id: "left", role: "timer" }, leftOf(view)))],
      [say("openedBy"), custodians === null
        ? say("officersAlone", { threshold: officers.threshold, count: officers.recipients.length })
        : say("officersAndCustodians", {
          threshold: officers.threshold, count: officers.recipients.length,
          custodianThreshold: custodians.threshold, custodianCount: custodians.recipients.length,
        })],
    ),
    custodians === null && takesBids(terms) && el("p", { class: "whole open" }, say("noCustodians")),
    el("details", { class: "folded", open: view.isUnfolded, ontoggle: noted },
      el("summary", { id: "more" }, say("compare")),
      takesBids(terms) && el("p", {}, view.pins === undefined ? say("noPins") : say("pinned")),
      facts(
        terms.custodians.length === 0 ? null : [say("custodians"), el("ul", {},
          ...terms.custodians.map((each) => el("li", {}, custodianName(each))))],
        [say("keySet"), el("code", {}, `0x${terms.keySetId}`)],
        terms.criteriaDigest === null ? null : [say("criteria"), el("code", {}, `0x${terms.criteriaDigest}`)],
        [say("round"), String(terms.round)],
        [say("clock"), clockOf(view)],
        [say("servers"), comparedOf(view)],
      )),
    takesBids(terms) && el("div", { class: "buttons" }, button(say("calendar"), () => view.calendar(), { id: "calendar" })),
  ];
}

/** The time that is left by the server's clock. */
export function leftOf({ terms, ahead, say, language }: Pick<TermsView, "terms" | "ahead" | "say" | "language">): string {
  if (!takesBids(terms)) return say("roundOver");
  const left = Number(terms.deadline) - (Date.now() / 1000 - ahead);
  return left < 0 ? say("deadlinePassed") : say("left", { span: shownSpan(left, language) });
}

function clockOf({ ahead, say, language }: TermsView): string {
  if (Math.abs(ahead) <= UNHEEDED) return say("clockSame");
  return say(ahead > 0 ? "clockAhead" : "clockBehind", { span: shownSpan(Math.abs(ahead), language) });
}

function comparedOf({ agreed, silent, say }: TermsView): string {
  const names = (servers: readonly Server[]): string => servers.map(({ name }) => name).join(", ");
  const told = agreed.length === 0 ? say("comparedNone") : say("comparedWith", { servers: names(agreed) });
  return silent.length === 0 ? told : `${told} ${say("comparedSilent", { servers: names(silent) })}`;
}
