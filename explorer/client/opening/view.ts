// What all parts of the page are made of: buttons, and the box of a joint act.

import { el } from "../bid/element.js";
import { custodianName, type Terms } from "../bid/terms.js";
import { shownMoment } from "../bid/words.js";
import { CUSTODIANS, type GroupNumber } from "../sealing/key_set.js";
import type { Hex } from "../verifier/bytes.js";
import type { Step } from "./joint.js";
import type { Language, Say } from "./words.js";

/** What people read of a custodian, by its index in the key set; undefined for an officer, who is an account. */
export function holderOf({ custodians }: Terms, group: GroupNumber, index: number): string | undefined {
  const found = group === CUSTODIANS ? custodians[index - 1] : undefined;
  return found && custodianName(found);
}

export interface View {
  readonly language: Language;
  readonly say: Say;
  /** Something is under way: nothing else begins meanwhile. */
  readonly isBusy: boolean;
}

/** A button that stays in reach of the keyboard while something is under way, and does nothing then. */
export function button({ isBusy }: View, id: string, text: string, hear: () => void, more: Readonly<Record<string, string>> = {}): HTMLElement {
  return el("button", { type: "button", id, "aria-disabled": isBusy ? "true" : undefined, ...more, onclick: () => !isBusy && hear() }, text);
}

export function shownAccount(account: Hex): string {
  return `0x${account.slice(0, 6)}…${account.slice(-4)}`;
}

/** How far the joint act is, and what this person can do about it. */
export function stepPart(view: View, id: string, step: Step, agree: () => void): HTMLElement {
  const { say, language } = view;
  const until = (expires: bigint): string => shownMoment(Number(expires), language);
  switch (step.at) {
    case "first":
      return el("div", { class: "step", id: `${id}-step` }, el("p", { class: "agreed" }, say("nobody")),
        button(view, id, say("propose"), agree, { class: "primary" }));
    case "second": {
      const { account, expires } = step.proposal;
      return el("div", { class: "step passed", id: `${id}-step` },
        el("p", { class: "agreed" }, say("otherSame", { account: shownAccount(account), time: until(expires) })),
        button(view, id, say("agree"), agree, { class: "primary" }));
    }
    case "waiting":
      return el("div", { class: "step notProvable", id: `${id}-step` },
        el("p", { class: "agreed" }, say("ownWaits", { time: until(step.proposal.expires) })));
    case "differs":
      return el("div", { class: "step failed", id: `${id}-step` },
        el("p", { class: "agreed" }, say("otherDiffers", { account: shownAccount(step.proposal.account) })),
        el("p", {}, say("differsIn", { difference: step.difference })),
        button(view, `${id}-despite`, say("despite"), agree));
  }
}
