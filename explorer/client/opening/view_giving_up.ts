// Bids that do not open: what keeps each of them, and the choice to record it without opening it.

import { el, type Child } from "../bid/element.js";
import { spokenBid, spokenBids } from "../sealing/bid_number.js";
import type { Hex } from "../verifier/bytes.js";
import type { Count } from "./counting.js";
import type { ProposedWithout } from "./giving_up.js";
import { button, shownAccount, type View } from "./view.js";

export interface GivingUpView extends View {
  /** Bids that this officer gave up. */
  readonly without: readonly number[];
  /** The bid about which the page asks whether it is meant. */
  readonly asking: number | undefined;
  /** The own half is not sent yet. */
  readonly isReversible: boolean;
  readonly proposedWithout: readonly ProposedWithout[];
  readonly own: Hex;
  told(error: unknown): string;
  ask(bid: number | undefined): void;
  giveUp(bid: number, isGivenUp: boolean): void;
}

/** What others gave up, which nobody takes over unseen; `count` says what of it opens here. */
export function proposedWithoutPart(view: GivingUpView, count: Count | undefined): Child[] {
  const { say, own } = view;
  return view.proposedWithout.map(({ account, bids }, at) => {
    const values = { account: shownAccount(account), bids: spokenBids(bids) };
    const opening = bids.filter((bid) => count?.found.some((found) => found.bid === bid && found.outcome.outcome === "opened"));
    return el("div", { class: opening.length > 0 ? "whole bad" : "whole open", id: `without-proposed-${at}` },
      el("p", {}, say(account === own ? "ownWithout" : "proposedWithout", values)),
      opening.length > 0 && el("p", {}, say("opensHere", { bids: spokenBids(opening) })));
  });
}

export function unfinishedPart(view: GivingUpView, { unfinished }: Count): HTMLElement | false {
  const { say, asking } = view;
  if (unfinished.length === 0) return false;
  return el("div", { class: "whole bad", id: "unfinished" }, el("p", {}, say("openUnfinished")),
    el("ul", {}, ...unfinished.map(({ bid, error }) => el("li", {},
      say("bidTrouble", { bid: spokenBid(bid), reason: view.told(error) }),
      el("div", { class: "buttons" }, button(view, `give-up-${bid}`, say("giveUp", { bid: spokenBid(bid) }), () => view.ask(bid),
        { "aria-expanded": String(asking === bid) })),
      asking === bid && confirmation(view, bid)))),
    el("p", {}, say("giveUpHint")));
}

function confirmation(view: GivingUpView, bid: number): HTMLElement {
  const { say } = view;
  const values = { bid: spokenBid(bid) };
  return el("div", { class: "step", id: "give-up-ask", role: "group", tabindex: -1, "aria-labelledby": "give-up-title" },
    el("p", { class: "agreed", id: "give-up-title" }, say("giveUpAsk", values)),
    el("p", {}, say("giveUpMeans")), el("p", {}, say("giveUpRemedy")), el("p", {}, say("giveUpSecond")),
    el("div", { class: "buttons" },
      button(view, "give-up-yes", say("giveUpYes", values), () => view.giveUp(bid, true)),
      button(view, "give-up-no", say("giveUpNo"), () => view.ask(undefined))));
}

export function givenUpPart(view: GivingUpView): HTMLElement | false {
  const { say, without } = view;
  return without.length > 0 && el("div", { class: "whole open", id: "given-up" },
    el("p", {}, say("givenUp", { bids: spokenBids(without) })),
    el("p", {}, say("giveUpRemedy")),
    view.isReversible && el("div", { class: "buttons" }, ...without.map((bid) =>
      button(view, `take-back-${bid}`, say("takeBack", { bid: spokenBid(bid) }), () => view.giveUp(bid, false)))));
}
