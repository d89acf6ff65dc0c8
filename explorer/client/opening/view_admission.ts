// Late bids at the close: what others proposed, the own choice, and its ground. Neither names nor prices: they are sealed.

import { el, type Child } from "../bid/element.js";
import { shownMoment } from "../bid/words.js";
import { spokenBid, spokenBids } from "../sealing/bid_number.js";
import type { Hex } from "../verifier/bytes.js";
import type { Admission, ProposedAdmission } from "./admission.js";
import type { Bid } from "./facts.js";
import { button, shownAccount, type View } from "./view.js";

export interface AdmissionView extends View {
  /** All that arrived late and were not taken back. */
  readonly late: readonly Bid[];
  readonly admission: Admission;
  readonly proposed: readonly ProposedAdmission[];
  readonly own: Hex;
  isHere(bid: Bid): boolean;
  admit(bid: number, isAdmitted: boolean): void;
  chooseGround(file: File): void;
  fetchGround(digest: Hex): void;
}

export function admissionPart(view: AdmissionView): HTMLElement | false {
  const { say, late, admission, proposed } = view;
  if (late.length === 0) return false;
  return el("section", { id: "admission", "aria-labelledby": "admission-title" },
    el("h3", { id: "admission-title" }, say("admissionTitle")),
    el("p", {}, say("admissionLead")),
    ...proposed.map((each, at) => proposedPart(view, each, at)),
    el("fieldset", { "aria-describedby": "late-hint" },
      el("legend", {}, say("admitWhich")),
      el("p", { class: "hint", id: "late-hint" }, say("lateHint")),
      ...late.map((bid) => choice(view, bid))),
    admission.bids.length > 0 && groundField(view));
}

function choice(view: AdmissionView, bid: Bid): HTMLElement {
  const { say, language, admission } = view;
  const id = `admit-${bid.number}`;
  const clocks = say("lateBid", {
    bid: spokenBid(bid.number), arrival: shownMoment(bid.arrival, language), block: shownMoment(bid.blockTime, language),
  });
  if (!view.isHere(bid)) return el("p", { id }, `${clocks}. ${say("lateMissing")}`);
  return el("div", { class: "choice" },
    el("input", {
      type: "checkbox", id, checked: admission.bids.includes(bid.number), "aria-disabled": view.isBusy ? "true" : undefined,
      onchange: (event: Event) => view.admit(bid.number, (event.target as HTMLInputElement).checked),
    }),
    el("label", { for: id }, clocks));
}

function proposedPart(view: AdmissionView, { account, bids, ground }: ProposedAdmission, at: number): Child {
  const { say } = view;
  const values = { account: shownAccount(account), bids: spokenBids(bids) };
  return el("div", { class: "whole open", id: `proposed-${at}` },
    el("p", {}, say(account === view.own ? "ownAdmission" : "proposedAdmission", values)),
    el("p", {}, say("groundIs"), " ", el("code", {}, `0x${ground}`)),
    account !== view.own && el("p", {}, say("compareGround")),
    el("div", { class: "buttons" }, button(view, `fetch-ground-${at}`, say("fetchGround"), () => view.fetchGround(ground))));
}

function groundField(view: AdmissionView): HTMLElement {
  const { say, admission: { ground } } = view;
  return el("div", { class: "field" },
    el("label", { for: "ground" }, say("ground")),
    el("p", { class: "hint", id: "ground-hint" }, say("groundHint")),
    ground !== null && el("p", { id: "ground-chosen" }, say("chosen", { name: ground.file }), " ", el("code", {}, `0x${ground.digest}`)),
    el("input", {
      id: "ground", type: "file", "aria-describedby": "ground-hint",
      onchange: (event: Event) => {
        const file = (event.target as HTMLInputElement).files?.[0];
        if (file !== undefined && !view.isBusy) view.chooseGround(file);
      },
    }));
}
