// After the close: contribute, open, record.

import { el, type Child } from "../bid/element.js";
import type { Terms } from "../bid/terms.js";
import { groupName, groupsOf } from "../sealing/key_set.js";
import type { Brought, Count } from "./counting.js";
import type { Step } from "./joint.js";
import { givenUpPart, proposedWithoutPart, unfinishedPart, type GivingUpView } from "./view_giving_up.js";
import { bidPart, countNamed, falsePart, type BidsView, type Named } from "./view_bids.js";
import { button, stepPart, type View } from "./view.js";

export interface OpeningView extends BidsView, GivingUpView {
  readonly terms: Terms;
  readonly count: Count | undefined;
  /** Undefined as long as nothing can be recorded, or all is. */
  readonly step: Step | undefined;
  open(): void;
  agree(): void;
  saveRound(): void;
}

export function contributePart(view: View, { keySet }: Terms, brought: readonly Brought[], contribute: () => void): HTMLElement {
  const { say } = view;
  return el("section", { "aria-labelledby": "contribute-title" },
    el("h2", { id: "contribute-title", tabindex: -1 }, say("contributeTitle")),
    el("p", {}, say("contributeLead")),
    el("ul", { id: "contributed" }, ...groupsOf(keySet).map(([group, { threshold }]) => {
      const count = new Set(brought.filter((one) => one.group === group).map(({ index }) => index)).size;
      return el("li", {}, say("contributedBy", { group: say(`group_${groupName(group)}`), count, threshold }));
    })),
    el("div", { class: "buttons" }, button(view, "contribute", say("contribute"), contribute)));
}

export function openPart(view: OpeningView): HTMLElement {
  const { say, count } = view;
  return el("section", { "aria-labelledby": "open-title" },
    el("h2", { id: "open-title", tabindex: -1 }, say("openTitle")),
    el("p", {}, say("openLead")),
    el("p", {}, say("openSigned")),
    el("div", { class: "buttons" }, button(view, "open", say("open"), () => view.open())),
    ...proposedWithoutPart(view, count),
    ...(count === undefined ? [] : countParts(view, count)));
}

function countParts(view: OpeningView, count: Count): Child[] {
  const { say } = view;
  const isFinished = count.unfinished.length === 0;
  const named: Named = view.mainBids === undefined ? new Map() : countNamed(count.found);
  return [
    el("div", { id: "bids" },
      count.found.length === 0 && isFinished && el("p", {}, say("noBids")),
      ...count.found.map((found) => bidPart(view, found, named))),
    falsePart(view, view.terms, count.wrong),
    unfinishedPart(view, count),
    givenUpPart(view),
    ...(view.step === undefined ? [] : [
      el("h2", { id: "record-title", tabindex: -1 }, say("recordTitle")), el("p", {}, say("recordLead")),
      stepPart(view, "record", view.step, () => view.agree()),
    ]),
    ...(isFinished ? [
      el("h2", {}, say("saveTitle")), el("p", {}, say("saveLead")),
      el("div", { class: "buttons" }, button(view, "save-round", say("saveRound"), () => view.saveRound())),
    ] : []),
  ];
}
