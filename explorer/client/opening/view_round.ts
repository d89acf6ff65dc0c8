// What stands above all, the rehearsal, and the close.

import { el, type Child } from "../bid/element.js";
import { processName } from "../bid/process_name.js";
import type { Terms } from "../bid/terms.js";
import { facts } from "../bid/view.js";
import { shownMoment } from "../bid/words.js";
import { spokenBids } from "../sealing/bid_number.js";
import { groupName, groupsOf, OFFICERS } from "../sealing/key_set.js";
import type { Close } from "./closing.js";
import type { State } from "./facts.js";
import type { Step } from "./joint.js";
import type { Recipient } from "./server.js";
import { admissionPart, type AdmissionView } from "./view_admission.js";
import { button, holderOf, stepPart, type View } from "./view.js";

export function roundPart({ say, language }: View, terms: Terms, state: State | undefined): Child[] {
  const { officers, custodians } = terms.keySet;
  const values = { threshold: officers.threshold, count: officers.recipients.length };
  return [
    el("h2", {}, say("roundTitle")),
    facts(
      [say("process"), processName(terms)],
      [say("round"), String(terms.round)],
      [say("deadline"), shownMoment(Number(terms.deadline), language)],
      state === undefined ? null : [say("state"), el("span", { id: "state" }, say(`state_${state}`))],
      [say("openedBy"), custodians === null ? say("officersAlone", values) : say("officersAndCustodians", {
        ...values, custodianThreshold: custodians.threshold, custodianCount: custodians.recipients.length,
      })],
    ),
    el("p", { class: "hint" }, say("source")),
  ];
}

/** Who has shown that the own key opens: in words, the colour beside them. */
export function rehearsalPart(view: View, terms: Terms, recipients: readonly Recipient[], own: number, rehearse: () => void): HTMLElement {
  const { say, language } = view;
  const readyOf = ({ isReady, readyAt }: Recipient): string => {
    if (readyAt === null) return say("readyNever");
    return say(isReady ? "ready" : "readyOnce", { time: shownMoment(readyAt, language) });
  };
  const groups = groupsOf(terms.keySet).map(([group, { threshold }]) => {
    const of = recipients.filter((each) => each.group === group);
    return { group, threshold, of, ready: of.filter(({ isReady }) => isReady).length };
  });
  const isEnough = groups.every(({ ready, threshold }) => ready >= threshold);
  return el("section", { "aria-labelledby": "rehearsal-title" },
    el("h2", { id: "rehearsal-title", tabindex: -1 }, say("rehearsalTitle")),
    el("p", {}, say("rehearsalLead")),
    el("p", { class: isEnough ? "good state" : "state", id: "enough" }, say(isEnough ? "enough" : "notEnough")),
    ...groups.flatMap(({ group, threshold, of, ready }) => [
      el("h3", {}, say("readyCount", { group: say(`group_${groupName(group)}`), ready, threshold })),
      el("ul", { class: "people" }, ...of.map((each) => {
        const name = group === OFFICERS && each.index === own ? say("you") : holderOf(terms, group, each.index);
        const whose = `${say("number", { index: each.index })}${name === undefined ? "" : ` – ${name}`}`;
        return el("li", { class: each.isReady ? "ready" : "waiting" }, el("bdi", {}, whose), `: ${readyOf(each)}`);
      })),
    ]),
    el("div", { class: "buttons" }, button(view, "rehearse", say("rehearse"), rehearse)));
}

/** Numbers of bids, and when late ones came. `step` is undefined as long as an admission lacks its ground. */
export function closePart(view: AdmissionView, made: Close, step: Step | undefined, agree: () => void): HTMLElement {
  const { say } = view;
  const which = (numbers: readonly number[]): string => numbers.length === 0 ? "0"
    : say("which", { count: numbers.length, numbers: spokenBids(numbers) });
  return el("section", { "aria-labelledby": "close-title" },
    el("h2", { id: "close-title", tabindex: -1 }, say("closeTitle")),
    el("p", {}, say("closeLead")),
    facts([say("here"), el("span", { id: "here" }, which(made.here))], [say("missing"), el("span", { id: "missing" }, which(made.missing))],
      [say("late"), el("span", { id: "late" }, which(made.late))]),
    admissionPart(view),
    made.late.length < view.late.length && el("p", { class: "state", id: "admitted" }, say("admitted", { bids: spokenBids(view.admission.bids) })),
    step === undefined ? el("div", { class: "step", id: "close-step" }, el("p", { class: "agreed" }, say("groundFirst")),
      button(view, "close", say("propose"), agree)) : stepPart(view, "close", step, agree));
}

export function closeBefore({ say }: View): HTMLElement {
  return el("section", { "aria-labelledby": "close-title" }, el("h2", { id: "close-title", tabindex: -1 }, say("closeTitle")),
    el("p", {}, say("closeBefore")));
}

