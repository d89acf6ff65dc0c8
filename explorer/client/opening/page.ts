// The page: whose keys are open, what was last seen of the round, and what is drawn of both.

import { untilAnswered, type Patience } from "../bid/asking_again.js";
import { el, type Child } from "../bid/element.js";
import { saveFile } from "../bid/saving.js";
import { ask as askServer, type Server } from "../bid/servers.js";
import { isSupplement } from "../bid/supplement.js";
import { readTerms, type Terms } from "../bid/terms.js";
import { shownMoment } from "../bid/words.js";
import { spokenBid } from "../sealing/bid_number.js";
import { equal, toHex, type Hex } from "../verifier/bytes.js";
import { closeCall, openCall, type JointAct } from "./acts.js";
import { chosenGround, namedGround, NOTHING_ADMITTED, proposedAdmissions, stillAdmitted, type Admission } from "./admission.js";
import { close, lateBids } from "./closing.js";
import type { Count } from "./counting.js";
import { proposedWithout, withoutThem } from "./giving_up.js";
import { documentOf, endingOf, groundOf } from "./ground.js";
import { agree, stepOf, type CallUntil, type Step } from "./joint.js";
import { look, readAddress, type Look } from "./look.js";
import { OpeningRefusal } from "./refusal.js";
import { roundFile } from "./round_file.js";
import { RoundServer } from "./server.js";
import { failureSentence } from "./failure_sentence.js";
import { button, type View } from "./view.js";
import { keysPart, type ChosenFiles, type Officer } from "./view_keys.js";
import { contributePart, openPart } from "./view_opening.js";
import { closeBefore, closePart, rehearsalPart, roundPart } from "./view_round.js";
import { contribute, MOST_OUTCOMES, openAll, sealedRound } from "./work.js";
import { ask, forget, holdsKeys } from "./worker_client.js";
import { word, type Language, type Word, type WordValues } from "./words.js";

const NOTHING_CHOSEN: ChosenFiles = { keystore: null, sealing: null, passphrase: "" };
const FOR_THE_INDEX: Patience = { tries: 20, pause: 500 };
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
let admission: Admission = NOTHING_ADMITTED;
/** Bids that this officer records without opening them, and the one about which the page asks. */
let without: readonly number[] = [];
let asking: number | undefined;
let isBusy = false;
/** What came of the last step, again in the other language if that is chosen. */
let told: (() => string) | undefined;
let isTrouble = false;

function byId(id: string): HTMLElement {
  return document.getElementById(id) as HTMLElement;
}

function say(name: Word, values: WordValues = {}): string {
  return word(name, language, values, isOfAnswers());
}

/** By the acts, and as long as those were not seen by what the server says of the round. */
function isOfAnswers(): boolean {
  return seen?.facts.isSupplement ?? (terms !== undefined && isSupplement(terms.kind));
}

function failure(error: unknown): string {
  return failureSentence(error, language, isOfAnswers());
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
    if (officer !== undefined && !holdsKeys()) forgetAll();
    tell(() => failure(error), true);
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
  admission = NOTHING_ADMITTED;
  without = [];
  asking = undefined;
  chosen = NOTHING_CHOSEN;
}

/** Looks until the server's index has all that its ledger has, which takes a moment, and until `isEnough`. */
async function lookAgain(isEnough: (at: Look) => boolean = () => true): Promise<void> {
  await untilAnswered(FOR_THE_INDEX, async (isLast) => {
    if (server === undefined) throw new OpeningRefusal("KeysForgotten");
    try {
      seen = await look(server, now());
      return isEnough(seen) ? seen : undefined;
    } catch (error) {
      const isBehind = error instanceof OpeningRefusal && error.error === "IndexNotReady";
      if (!isBehind || isLast) throw error;
      return undefined;
    }
  });
  const { admission: admitted, refusal: notAdmitted } = stillAdmitted(admission, seen as Look);
  admission = admitted;
  if (notAdmitted !== undefined) throw notAdmitted;
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

/** What was found, with the bids that are given up. */
function foundNow(): Count | undefined {
  return count && withoutThem(count, (seen as Look).facts.bids, without);
}

/** The own call of a joint act, as it follows from what was found here; undefined if there is nothing to say. */
function callOf(act: JointAct): CallUntil | undefined {
  const at = seen as Look;
  if (act === "RoundClosed") {
    if (!at.isToClose || (admission.bids.length > 0 && admission.ground === null)) return undefined;
    const made = close(at.facts, at.isHere, admission.bids);
    const ground = namedGround(admission);
    return (where) => closeCall(where, made, ground);
  }
  const found = foundNow();
  if (found === undefined || found.unfinished.length > 0 || at.facts.state !== "closed") return undefined;
  const start = at.facts.opened;
  const outcomes = found.found.slice(start, start + MOST_OUTCOMES).map(({ outcome }) => outcome);
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
    if (act === "RoundClosed") namedGround(admission);
    await lookAgain();
    const [call, step] = [callOf(act), stepFor(given, act)];
    const isAsShown = call !== undefined && shownCall !== undefined && equal(call(where), shownCall) && step?.at === shown?.at;
    if (!isAsShown || step === undefined) {
      tell(() => say("changedMeanwhile"), true);
      return;
    }
    if (act === "RoundClosed" && admission.bids.length > 0 && admission.ground !== null) {
      await (server as RoundServer).giveGround(admission.ground);
    }
    const acts = await agree(step, own, given, (officer as Officer).account, now(), call);
    const { state, opened } = (seen as Look).facts;
    await lookAgain(({ facts }) => acts.length === 0 || facts.state !== state || facts.opened !== opened);
    tell(() => say(acts.length === 0 ? "proposed" : act === "RoundClosed" ? "closed" : "openedNow"));
  });
}

/** The bids in their order, this one among them or not. */
function withBid(bids: readonly number[], bid: number, isIn: boolean): readonly number[] {
  const others = bids.filter((each) => each !== bid);
  return isIn ? [...others, bid].sort((one, other) => one - other) : others;
}

function admit(bid: number, isAdmitted: boolean): void {
  // While something is under way a box goes back to what it was.
  if (!isBusy) admission = { ...admission, bids: withBid(admission.bids, bid, isAdmitted) };
  draw();
}

function chooseGround(file: File, { account }: Officer): void {
  void busily(() => say("looking"), async () => {
    const document = new Uint8Array(await file.arrayBuffer());
    if (document.length === 0) throw new OpeningRefusal("GroundMissing");
    const proposed = proposedAdmissions((seen as Look).proposals);
    const found = await chosenGround(document, server as RoundServer, proposed, account);
    admission = { ...admission, ground: { ...found.ground, file: file.name } };
    if (found.refusal !== undefined) throw found.refusal;
    const isProposed = proposed.some(({ ground }) => ground === found.ground.digest);
    tell(() => say(isProposed ? "groundSame" : "groundChosen"));
  });
}

/** Another's ground is read before it is agreed to: it is saved, and named from now on. */
function fetchGround(digest: Hex): void {
  void busily(() => say("looking"), async () => {
    const ground = groundOf(digest, await (server as RoundServer).ground(digest));
    const document = documentOf(ground);
    const file = `${say("groundFile")}-${digest.slice(0, 8)}${endingOf(document)}`;
    saveFile(file, new Blob([document]));
    admission = { ...admission, ground: { ...ground, file } };
    tell(() => say("groundFetched"));
  });
}

function contributeNow(given: Terms, at: Look, { index }: Officer): void {
  void busily(() => say("contributing"), async () => {
    const done = await contribute(server as RoundServer, sealedRound(given, at.facts), at.facts, index);
    await lookAgain();
    const lines = (): string[] => [
      say("contributed", { count: done.count }),
      ...done.refused.map(({ bid, error }) => say("bidTrouble", { bid: spokenBid(bid), reason: failure(error) })),
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
    // What opens after all is not given up.
    without = without.filter((bid) => opened.unfinished.some((each) => each.bid === bid));
    asking = undefined;
    await lookAgain();
    const isFinished = foundNow()?.unfinished.length === 0;
    tell(() => say(opened.unfinished.length === 0 ? "openDone" : isFinished ? "openWithout" : "openUnfinished"), !isFinished);
  });
}

function askToGiveUp(bid: number | undefined): void {
  const left = asking;
  asking = bid;
  draw();
  document.getElementById(bid === undefined ? `give-up-${left}` : "give-up-ask")?.focus();
}

function giveUp(bid: number, isGivenUp: boolean): void {
  without = withBid(without, bid, isGivenUp);
  asking = undefined;
  tell(() => say(isGivenUp ? "givenUpNow" : "takenBack", { bid: spokenBid(bid) }));
  draw();
  byId("told").focus();
}

function saveRound(given: Terms, at: Look): void {
  const text = roundFile(given.processId, at.facts, (foundNow() as Count).found);
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
    return [el("div", { class: "whole bad", id: "refusal", tabindex: -1 }, el("h2", {}, say("refusalTitle")), el("p", {}, failure(refusal)))];
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
    const closing = {
      ...view, late: lateBids(at.facts), admission, proposed: proposedAdmissions(at.proposals), own: who.account, admit, fetchGround,
      isHere: at.isHere,
      chooseGround: (file: File) => chooseGround(file, who),
    };
    return [
      rehearsalPart(view, given, at.recipients, who.index, () => rehearse(given, at, who)),
      at.isToClose ? closePart(closing, close(at.facts, at.isHere, admission.bids), stepFor(given, "RoundClosed"), () => agreeTo(given, "RoundClosed"))
        : closeBefore(view),
    ];
  }
  const step = stepFor(given, "BidsOpened");
  return [
    at.facts.state === "closed" && contributePart(view, given, at.brought, () => contributeNow(given, at, who)),
    openPart({
      ...view, terms: given, count: foundNow(), step, without, asking, giveUp, own: who.account, mainBids: at.facts.mainBids,
      ask: askToGiveUp,
      isReversible: step?.at !== "waiting",
      proposedWithout: proposedWithout(at.proposals, at.facts.bids),
      save: saveFile,
      told: failure,
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
