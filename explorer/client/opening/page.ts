// The page: whose keys are open, what was last seen of the round, and what is drawn of both.

import { el, type Child } from "../bid/element.js";
import { saveFile } from "../bid/saving.js";
import { ask as askServer, type Server } from "../bid/servers.js";
import { readTerms, type Terms } from "../bid/terms.js";
import { shownMoment } from "../bid/words.js";
import { spokenBid } from "../sealing/bid_number.js";
import { equal, toHex } from "../verifier/bytes.js";
import { closeCall, openCall, type JointAct } from "./acts.js";
import { agree, stepOf, type CallUntil, type Step } from "./joint.js";
import { look, readAddress, type Look } from "./look.js";
import { OpeningRefusal } from "./refusal.js";
import { roundFile } from "./round_file.js";
import { RoundServer } from "./server.js";
import { toldOf } from "./told.js";
import { button, type View } from "./view.js";
import { keysPart, type ChosenFiles, type Officer } from "./view_keys.js";
import { contributePart, openPart, type Count } from "./view_opening.js";
import { closeBefore, closePart, rehearsalPart, roundPart } from "./view_round.js";
import { contribute, MOST_OUTCOMES, openAll, sealedRound } from "./work.js";
import { ask, forget } from "./worker_client.js";
import { word, type Language, type Word, type WordValues } from "./words.js";

const NOTHING_CHOSEN: ChosenFiles = { keystore: null, sealing: null, passphrase: "" };
const TRIES = 20;
const AGAIN_AFTER = 500;
const own: Server = { url: location.origin, name: location.host };

let language: Language = navigator.language.startsWith("de") ? "de" : "en";
let terms: Terms | undefined;
/** Seconds by which the own clock is ahead of the server's. */
let ahead = 0;
let refusal: unknown;
let chosen = NOTHING_CHOSEN;
let officer: Officer | undefined;
let server: RoundServer | undefined;
let seen: Look | undefined;
let count: Count | undefined;
let isBusy = false;
/** What came of the last step, again in the other language if that is chosen. */
let told: (() => string) | undefined;
let isTrouble = false;

function byId(id: string): HTMLElement {
  return document.getElementById(id) as HTMLElement;
}

function say(name: Word, values: WordValues = {}): string {
  return word(name, language, values);
}

function tell(words: () => string, trouble = false): void {
  told = words;
  isTrouble = trouble;
  byId("status").textContent = words();
}

function now(): number {
  return Math.floor(Date.now() / 1000) - ahead;
}

/** One thing at a time; what fails is told where it was begun. */
async function busily(words: () => string, work: () => Promise<void>): Promise<void> {
  if (isBusy) return;
  isBusy = true;
  tell(words);
  draw();
  try {
    await work();
  } catch (error) {
    tell(() => toldOf(error, language), true);
  }
  isBusy = false;
  draw();
  byId("told").focus();
}

// ---- Keys --------------------------------------------------------------------------------------------------------

async function unlock(given: Terms): Promise<void> {
  const { keystore, sealing, passphrase } = chosen;
  if (keystore === null || sealing === null || passphrase === "") {
    tell(() => say("chooseBoth"), true);
    draw();
    byId("told").focus();
    return;
  }
  await busily(() => say("unlocking"), async () => {
    try {
      const keys = await ask("keys", { keystore: await keystore.text(), sealing: await sealing.text(), passphrase });
      officer = { ...keys, index: indexOf(given, keys.sealing, keys.account) };
    } catch (error) {
      forget();
      throw error;
    }
    chosen = NOTHING_CHOSEN;
    server = new RoundServer(own, given, officer.account, now);
    await lookAgain();
  });
}

/** Which recipient of the officers this is. Throws RecipientUnknown, ShareNotHeld. */
function indexOf({ keySet }: Terms, sealing: string, account: string): number {
  const at = keySet.officers.recipients.findIndex(({ key }) => toHex(key) === sealing);
  if (at === -1) throw new OpeningRefusal("RecipientUnknown");
  if (keySet.officers.recipients[at]?.holder !== account.padStart(64, "0")) throw new OpeningRefusal("ShareNotHeld");
  return at + 1;
}

function forgetAll(): void {
  forget();
  officer = undefined;
  server = undefined;
  seen = undefined;
  count = undefined;
  chosen = NOTHING_CHOSEN;
}

/** Looks until the server's index has all that its ledger has, which takes a moment, and until `isEnough`. */
async function lookAgain(isEnough: (at: Look) => boolean = () => true): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      seen = await look(server as RoundServer, now());
      if (isEnough(seen) || tried === TRIES) break;
    } catch (error) {
      const isBehind = error instanceof OpeningRefusal && error.error === "IndexNotReady";
      if (!isBehind || tried === TRIES) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
  }
  const time = now();
  tell(() => say("looked", { time: shownMoment(time, language) }));
}

// ---- What an officer does ------------------------------------------------------------------------------------------

function rehearse(given: Terms, at: Look, { index }: Officer): void {
  void busily(() => say("looking"), async () => {
    const [fresh] = (await (server as RoundServer).rehearsal()).filter(({ challenge }) => challenge !== null);
    const sealed = fresh?.challenge;
    if (sealed === undefined || sealed === null) throw new OpeningRefusal("AnswerUnusable", { what: "challenge" });
    const opened = await ask("challenge", { round: sealedRound(given, at.facts), sealed, officer: index });
    await (server as RoundServer).answerRehearsal(index, opened);
    await lookAgain();
    tell(() => say("rehearsed"));
  });
}

/** The own call of a joint act, as it follows from what was found here; undefined if there is nothing to say. */
function callOf(act: JointAct): CallUntil | undefined {
  const at = seen as Look;
  if (act === "RoundClosed") {
    const made = at.close;
    return made === null ? undefined : (where) => closeCall(where, made);
  }
  if (count === undefined || count.unfinished.length > 0 || at.facts.state !== "closed") return undefined;
  const start = at.facts.opened;
  const outcomes = count.found.slice(start, start + MOST_OUTCOMES).map(({ outcome }) => outcome);
  return (where) => openCall(where, start, outcomes);
}

function stepFor(given: Terms, act: JointAct): Step | undefined {
  const call = callOf(act);
  return call && stepOf((seen as Look).proposals, act, (officer as Officer).account, given, call);
}

/** It is looked at once more: what is sent is what was shown, or nothing. */
function agreeTo(given: Terms, act: JointAct): void {
  const where = { processId: given.processId, round: given.round, expires: 0n };
  const [shown, shownCall] = [stepFor(given, act), callOf(act)?.(where)];
  void busily(() => say("sending"), async () => {
    await lookAgain();
    const [call, step] = [callOf(act), stepFor(given, act)];
    const isAsShown = call !== undefined && shownCall !== undefined && equal(call(where), shownCall) && step?.at === shown?.at;
    if (!isAsShown || step === undefined) {
      tell(() => say("changedMeanwhile"), true);
      return;
    }
    const acts = await agree(step, own, given, (officer as Officer).account, now(), call);
    const { state, opened } = (seen as Look).facts;
    await lookAgain(({ facts }) => acts.length === 0 || facts.state !== state || facts.opened !== opened);
    tell(() => say(acts.length === 0 ? "proposed" : act === "RoundClosed" ? "closed" : "openedNow"));
  });
}

function contributeNow(given: Terms, at: Look, { index }: Officer): void {
  void busily(() => say("contributing"), async () => {
    const done = await contribute(server as RoundServer, sealedRound(given, at.facts), at.facts, index);
    await lookAgain();
    const lines = (): string[] => [
      say("contributed", { count: done.count }),
      ...done.refused.map(({ bid, error }) => say("bidTrouble", { bid: spokenBid(bid), reason: toldOf(error, language) })),
    ];
    tell(() => lines().join(" "), done.refused.length > 0);
  });
}

function openNow(given: Terms, { index }: Officer): void {
  void busily(() => say("looking"), async () => {
    await lookAgain();
    count = undefined;
    const at = seen as Look;
    const opened = await openAll(server as RoundServer, sealedRound(given, at.facts), at.facts, index, (bid, done, all) => {
      tell(() => say("opening", { bid: spokenBid(bid), done, count: all }));
      byId("told").textContent = byId("status").textContent;
    });
    count = opened;
    await lookAgain();
    tell(() => say(opened.unfinished.length === 0 ? "openDone" : "openUnfinished"), opened.unfinished.length > 0);
  });
}

function saveRound(given: Terms, at: Look): void {
  const text = roundFile(given.processId, at.facts, (count as Count).found);
  saveFile("round.json", new Blob([text], { type: "application/json" }));
  tell(() => say("saved"));
}

// ---- Drawing -----------------------------------------------------------------------------------------------------

function draw(): void {
  document.documentElement.lang = language;
  document.title = `${say("title")} – Vergabesiegel`;
  for (const each of document.querySelectorAll<HTMLElement>("[data-word]")) each.textContent = say(each.dataset.word as Word);
  for (const each of document.querySelectorAll<HTMLElement>("[data-language]")) {
    each.setAttribute("aria-pressed", String(each.dataset.language === language));
  }
  const focused = document.activeElement?.id;
  byId("content").replaceChildren(...parts().filter((part) => part !== false && part !== null && part !== undefined) as Node[]);
  if (focused) document.getElementById(focused)?.focus();
}

function parts(): Child[] {
  if (refusal !== undefined) {
    return [el("div", { class: "whole bad", id: "refusal", tabindex: -1 }, el("h2", {}, say("refusalTitle")), el("p", {}, toldOf(refusal, language)))];
  }
  if (terms === undefined) return [el("p", {}, say("loading"))];
  const given = terms;
  const view: View = { language, say, isBusy };
  return [
    ...roundPart(view, given, seen?.facts.state),
    keysPart({
      ...view, chosen, officer, count: given.keySet.officers.recipients.length,
      choose: (change) => { chosen = { ...chosen, ...change }; },
      unlock: () => void unlock(given),
      forget: () => {
        forgetAll();
        tell(() => say("forgotten"));
        draw();
        byId("told").focus();
      },
    }),
    el("p", { id: "told", tabindex: -1, class: isTrouble ? "whole bad" : "state" }, told?.() ?? ""),
    ...(officer === undefined ? [] : [
      el("div", { class: "buttons" }, button(view, "look", say("look"), () => void busily(() => say("looking"), () => lookAgain()))),
      ...(seen === undefined ? [] : stateParts(view, given, seen, officer)),
    ]),
  ];
}

function stateParts(view: View, given: Terms, at: Look, who: Officer): Child[] {
  if (at.facts.state === "open") {
    const step = stepFor(given, "RoundClosed");
    return [
      rehearsalPart(view, given, at.recipients, who.index, () => rehearse(given, at, who)),
      at.close === null || step === undefined ? closeBefore(view) : closePart(view, at.close, step, () => agreeTo(given, "RoundClosed")),
    ];
  }
  return [
    at.facts.state === "closed" && contributePart(view, given, at.brought, () => contributeNow(given, at, who)),
    openPart({
      ...view, terms: given, count, step: stepFor(given, "BidsOpened"), mainBids: at.facts.mainBids,
      save: saveFile,
      told: (error) => toldOf(error, language),
      open: () => openNow(given, who),
      agree: () => agreeTo(given, "BidsOpened"),
      saveRound: () => saveRound(given, at),
    }),
  ];
}

// ---- Beginning ---------------------------------------------------------------------------------------------------

for (const each of document.querySelectorAll<HTMLElement>("[data-language]")) {
  each.addEventListener("click", () => {
    language = each.dataset.language as Language;
    if (told !== undefined) byId("status").textContent = told();
    draw();
  });
}
// Also where the browser keeps the page for its way back.
addEventListener("pagehide", () => {
  forgetAll();
  told = undefined;
  draw();
});
draw();
try {
  const asked = readAddress(location.pathname);
  if (asked === undefined) throw new OpeningRefusal("AddressUnusable");
  const path = `/processes/0x${asked.processId}/rounds/${asked.round}/sealing`;
  terms = readTerms(await askServer(own, path), asked);
  ahead = Math.floor(Date.now() / 1000) - terms.now;
} catch (error) {
  refusal = error;
}
draw();
