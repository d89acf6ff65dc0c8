// What is in the opened bids, on the screen only. What a tenderer wrote stays text, each piece by itself.

import { shownDecimal } from "../bid/amount.js";
import { el, type Child } from "../bid/element.js";
import { shownSize } from "../bid/missing.js";
import type { Terms } from "../bid/terms.js";
import { facts } from "../bid/view.js";
import { spokenBid } from "../sealing/bid_number.js";
import { readField } from "../sealing/field.js";
import { groupName, type GroupNumber } from "../sealing/key_set.js";
import { Fields, type Json } from "../verifier/json.js";
import type { FalseContribution, Found, OpenedDocument } from "./counting.js";
import type { MainBids } from "./main_bids.js";
import { plain } from "./round_file.js";
import { button, holderOf, shownAccount, type View } from "./view.js";
import { word } from "./words.js";

export interface BidsView extends View {
  /** Of a round of answers. */
  readonly mainBids: MainBids | undefined;
  save(name: string, content: Blob): void;
}

const LOT = /^lots\/(.+)\/(value|discount|variant)$/;
const FIRM = /^(tenderers|subcontractors)\/[0-9]{4}$/;
const RESPONSE = /^requirementResponses\/(.+)$/;
/** Endings that say what a file is; all others, programs among them, are saved as bytes. */
const ENDING = /\.(pdf|xml|x83|x84|d83|d84|zip|docx|xlsx|odt|ods|txt|csv|jpg|jpeg|png|tif|tiff|dwg|dxf|p7s)$/i;
const LONGEST = 500;

/** How many opened answers name each main bid, by what they state. */
export type Named = ReadonlyMap<Json | undefined, number>;

export function countNamed(all: readonly Found[]): Named {
  const counts = new Map<Json | undefined, number>();
  for (const stated of all.filter(({ disclosures }) => disclosures !== undefined).map(mainBidOf)) {
    counts.set(stated, (counts.get(stated) ?? 0) + 1);
  }
  return counts;
}

export function bidPart(view: BidsView, found: Found, named: Named): HTMLElement {
  const { bid, outcome, disclosures, documents, document } = found;
  const { say, mainBids } = view;
  return el("article", { class: "bid", "aria-labelledby": `bid-${bid}` },
    el("h3", { id: `bid-${bid}` }, say("bid", { bid: spokenBid(bid), outcome: say(`outcome_${outcome.outcome}`) })),
    disclosures && mainBids && facts([say("mainBid"), mainBidPart(view, mainBids, found, named)]),
    disclosures && facts(...disclosures.map(readField).flatMap((field) => rowOf(view, field.name, field.value))),
    documents && documents.length > 0 && el("p", {}, say("files")),
    documents && el("div", { class: "buttons" }, ...documents.map((each) => fileButton(view, bid, each))),
    document && el("div", {}, el("p", {}, say("evidenceOf")), el("pre", {}, JSON.stringify(document, null, 1))));
}

export function falsePart({ say }: View, terms: Terms, wrong: readonly FalseContribution[]): HTMLElement | false {
  return wrong.length > 0 && el("div", { class: "whole bad", id: "false" }, el("h3", {}, say("falseTitle")),
    el("ul", {}, ...wrong.map(({ bid, group, index, account, why }) => el("li", {}, say("falseShare", {
      bid: spokenBid(bid), group: say(`group_${groupName(group)}`), index: shareOf(terms, group, index), account: shownAccount(account), why,
    })))));
}

/** It is what the answer says of itself; two to one bid are worth a question. */
function mainBidPart({ say, language }: View, mainBids: MainBids, found: Found, named: Named): HTMLElement {
  const stated = mainBidOf(found);
  const bids = mainBids.named(stated);
  const count = named.get(stated) ?? 0;
  return el("ul", { class: "main-bid" },
    ...bids.map(({ round, bid, outcome }) => el("li", {}, say(outcome === "opened" ? "mainBidOpened" : "mainBidOther", {
      bid: spokenBid(bid), round, outcome: word(`outcome_${outcome}`, language),
    }))),
    bids.length === 0 && el("li", {}, stated === undefined ? say("mainBidMissing") : say("mainBidUnknown", { stated: text(stated) })),
    bids.length > 0 && count > 1 && el("li", {}, say("mainBidShared", { count })));
}

function mainBidOf({ disclosures }: Found): Json | undefined {
  return disclosures?.map(readField).find(({ name }) => name === "mainBid")?.value;
}

/** The share's number in its group, and the custodian that holds it. */
function shareOf(terms: Terms, group: GroupNumber, index: number): string {
  const name = holderOf(terms, group, index);
  return name === undefined ? String(index) : `${index} – ${name}`;
}

function rowOf({ say, language, mainBids }: BidsView, name: string, value: Json): (readonly [string, Child])[] {
  const [, lot, what] = LOT.exec(name) ?? [];
  if (lot !== undefined) {
    const shown = what === "value" ? amount(value, language) : what === "discount" ? `${text(member(value, "percentage"))} %` : text(value);
    return [[say(what as "value" | "discount" | "variant", { lot }), el("bdi", {}, shown)]];
  }
  const role = FIRM.exec(name)?.[1];
  if (role !== undefined) return [[say(role === "subcontractors" ? role : "tenderer"), el("bdi", {}, firm(value))]];
  const id = RESPONSE.exec(name)?.[1];
  if (id !== undefined) {
    const answer = member(value, "value");
    return [[say("response", { id }), el("bdi", {}, typeof answer === "boolean" ? say(answer ? "yes" : "no") : text(answer))]];
  }
  return name.startsWith("documents/") || (name === "mainBid" && mainBids !== undefined) ? [] : [[name, el("bdi", {}, text(value))]];
}

function fileButton(view: BidsView, bid: number, { name, title, content }: OpenedDocument): HTMLElement {
  const number = name.slice("documents/".length);
  const safe = `${view.say("fileName")}-${spokenBid(bid)}-${number}${(ENDING.exec(title)?.[0] ?? ".bin").toLowerCase()}`;
  const words = view.say("saveFile", { title: shortened(title), size: shownSize(content.size, view.language), name: safe });
  return button(view, `file-${bid}-${number}`, words, () => view.save(safe, content));
}

function member(value: Json | undefined, name: string): Json | undefined {
  return value instanceof Fields ? value.get(name) : undefined;
}

function amount(value: Json, language: "de" | "en"): string {
  const [sum, currency] = [member(value, "amount"), member(value, "currency")];
  if (typeof sum !== "string" || typeof currency !== "string") return text(value);
  return shortened(`${/^[0-9]+(\.[0-9]+)?$/.test(sum) ? shownDecimal(sum, language) : sum} ${currency}`);
}

function firm(value: Json): string {
  const [name, town] = [member(value, "name"), member(member(value, "address"), "locality")];
  return typeof name === "string" ? shortened(typeof town === "string" ? `${name}, ${town}` : name) : text(value);
}

function text(value: Json | undefined): string {
  if (value === undefined) return "–";
  return shortened(typeof value === "string" ? value : JSON.stringify(plain(value)));
}

function shortened(given: string): string {
  return given.length > LONGEST ? `${given.slice(0, LONGEST)}…` : given;
}
