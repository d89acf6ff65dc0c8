// What people do on the page, but for typing: go on, seal, send, save, report, come back with a receipt.

import { utf8, ZERO } from "../verifier/bytes.js";
import { alteredOf, documentMembers, fieldsOf, formOf } from "./bid_fields.js";
import { emptyForm, translatedForm, variantForm } from "./bid_form.js";
import { calendarOf } from "./calendar.js";
import { followed, hasUnsavedReceipt, isOfForm, mayArrive, maySend, type Intent, type KeptBid, type Purpose } from "./hand_in_course.js";
import { HandInFailed, handIn, rehearse, withdraw, type Hearing } from "./hand_in.js";
import { incidentOf } from "./incident.js";
import type { StepName } from "./missing.js";
import {
  allLacks, beforeSaid, beginAnew, byId, changed, follow, go, isBeside, NOT_OPENED, say, state, stepsOf, superseded, tell, tellTrouble,
  type Step,
} from "./page_state.js";
import { proofOf } from "./proof.js";
import { PageRefusal, Problem } from "./refusal.js";
import { criteriaNamed, type Round } from "./round.js";
import { saveFile } from "./saving.js";
import { signedBefore } from "./signed_before.js";
import { ask as askServer, type Server } from "./servers.js";
import { failureSentence } from "./failure_sentence.js";
import { visible } from "./visible.js";
import { ask, BrowserFailure } from "./worker_client.js";
import type { Language } from "./words.js";

/** Milliseconds between two drawings of how much was sent. */
const DRAWN_AFTER = 200;

export function chooseLanguage(chosen: Language): void {
  state.form = translatedForm(state.form, state.round?.criteria ?? null, state.language, chosen);
  state.language = chosen;
  changed();
}

/** Onward only if nothing of this step lacks. */
export function onward(round: Round): void {
  const here = state.step as StepName;
  state.shown = new Set([...state.shown, here]);
  if (allLacks(round).some((lack) => lack.step === here)) {
    changed();
    byId("summary").focus();
    return;
  }
  const steps = stepsOf(round);
  go(steps[steps.indexOf(here) + 1] as Step);
}

export async function seal(round: Round, intent: Intent): Promise<void> {
  const { terms } = round;
  const criteria = round.criteria ?? null;
  state.shown = new Set(["lots", "answers", "firms", "files", "seal"]);
  if (allLacks(round).length > 0) {
    changed();
    byId("summary").focus();
    return;
  }
  state.step = "handIn";
  follow({ kind: "seal", intent });
  tell(() => say("sealing"));
  try {
    const sealed = await ask("seal", {
      terms,
      fields: fieldsOf(state.form, criteria, state.language),
      documents: state.form.attachments.map((each) => ({ file: each.file, members: documentMembers(each, criteria) })),
      passphrase: state.passphrase.passphrase,
      // A rehearsal must not be bound to the account of a bid.
      supersedes: intent === "handIn" ? superseded() : ZERO,
      key: intent === "handIn" ? (state.before?.key ?? null) : null,
    }, showShare);
    const beside = intent === "handIn" && isBeside() ? (state.before?.commitment ?? null) : null;
    follow({ kind: "sealed", bid: { ...sealed, terms, isOpened: false, beside } });
    tell(() => say(intent === "rehearse" ? "toRehearse" : "sealedNow"));
  } catch (error) {
    state.step = "seal";
    follow({ kind: "form" });
    tellTrouble(() => failureSentence(error, state.language));
  }
}

function showShare(share: number): void {
  state.course = followed(state.course, { kind: "sealProgress", share });
  document.querySelector("main progress")?.setAttribute("value", String(Math.floor(100 * share)));
}

export async function send({ servers, nodes }: Round): Promise<void> {
  if (!maySend(state.course)) {
    tell(() => say("saveFirst"));
    return;
  }
  const { intent, bid } = state.course;
  let drawn = 0;
  const hear: Hearing = {
    stage(stage, server) {
      follow({ kind: "stage", stage, server });
      tell(() => `${say(`stage_${stage}`)} – ${server.name}`);
    },
    progress(sent, total) {
      state.course = followed(state.course, { kind: "progress", sent, total });
      if (Date.now() - drawn < DRAWN_AFTER) return;
      drawn = Date.now();
      changed();
    },
    signed: (promise, transaction) => keep({ ...bid, promise, transaction }),
  };
  state.incident = "none";
  follow({ kind: "send" });
  try {
    const recorded = intent === "rehearse" ? await rehearse(bid, servers, hear)
      : intent === "withdraw" ? await withdraw(bid, servers, nodes, hear)
        : await handIn(await withSigned(bid, servers, nodes, hear), servers, nodes, hear);
    // All else stands in the form only.
    if (isOfForm(state.course)) state.isTouched = false;
    if (intent === "withdraw" && superseded() === bid.commitment) state.before = undefined;
    follow({ kind: "done", recorded: recorded ?? null });
    const node = recorded?.node;
    tell(() => node ? say(intent === "withdraw" ? "withdrawnByNode" : "doneByNode", { server: node.name })
      : say(intent === "rehearse" ? "rehearsedTitle" : intent === "withdraw" ? "withdrawnTitle" : "doneTitle"));
  } catch (error) {
    const own = { url: location.origin, name: location.host };
    const failures = error instanceof HandInFailed ? error.failures
      : [{ server: own, error: new Problem(0, (error as Error).name, (error as Error).message) }];
    const recorded = error instanceof HandInFailed ? error.recorded : null;
    follow({ kind: "failed", failures, recorded });
    tell(() => say(recorded === null ? "failedTitle" : "envelopeTitle"));
  }
  // Whatever becomes of that, the bid is handed in.
  await addProof(servers);
}

/** A receipt that was chosen may be older than what came of its bid. */
async function withSigned(bid: KeptBid, servers: readonly Server[], nodes: readonly Server[], hear: Hearing): Promise<KeptBid> {
  const before = bid.isOpened ? await signedBefore(bid, servers, nodes) : null;
  if (before === null) return bid;
  await hear.signed(before.promise, before.transaction);
  return { ...bid, ...before };
}

/** The receipt with what has come to it. */
async function keep(bid: KeptBid): Promise<void> {
  const receipt = await ask("keep", bid);
  follow({ kind: "kept", bid: { ...bid, receipt } });
}

/**
 * The evidence of the act, once a server can give it; a receipt without it can be proven later, too. One that the receipt has
 * stays: whether another one is better, only a verifier can say.
 */
async function addProof(servers: readonly Server[]): Promise<void> {
  if (state.course.at !== "done" || state.course.intent !== "handIn" || state.course.bid.proof !== null) return;
  const { bid } = state.course;
  const proven = await proofOf(servers, bid, async (proof) => {
    const receipt = await ask("keep", { ...bid, bundle: proof });
    return { ...bid, proof, receipt };
  }).catch((error: unknown) => {
    if (!(error instanceof BrowserFailure)) throw error;
    return null;
  });
  const before = state.course;
  if (proven !== null) follow({ kind: "kept", bid: proven });
  if (state.course !== before) tell(() => say("proofThere"));
}

export function saveReceipt(): void {
  if (!("bid" in state.course)) return;
  const { at, bid } = state.course;
  saveFile(`${say("receiptName")}-${bid.commitment.slice(0, 8)}.zip`, bid.receipt);
  follow({ kind: "saved" });
  byId(at === "sealed" ? "send" : "save").focus();
  tell(() => say("saved"));
}

/** Signed, sent to whoever takes it, and saved in any case. */
export async function report({ servers, terms }: Round): Promise<void> {
  if (state.course.at !== "failed") return;
  const { bid, failures } = state.course;
  const [first] = failures;
  if (first === undefined) return;
  const detail = failures.map(({ server, error }) => `${server.name}: ${nameOf(error)}`).join("; ");
  const record = incidentOf(terms, bid.author, bid.key, Math.floor(first.error.at / 1000), nameOf(first.error), detail);
  let answer: unknown = null;
  for (const server of servers) {
    if (answer !== null) break;
    answer = await askServer(server, "/incidents", record).catch((error: unknown) => {
      if (!(error instanceof PageRefusal || error instanceof Problem)) throw error;
      return null;
    });
  }
  state.incident = answer === null ? "saved" : "taken";
  const kept = JSON.stringify({ incident: record, answer }, null, 1);
  saveFile(`${say("incidentName")}-${record.at}.json`, new Blob([kept], { type: "application/json" }));
  changed();
  tell(() => say(state.incident === "taken" ? "reportTaken" : "reportSaved"));
}

function nameOf(error: PageRefusal | Problem): string {
  return error instanceof PageRefusal ? error.error : error.name;
}

/** Comes back with a receipt. */
export async function openReceipt(round: Round, purpose: Purpose): Promise<void> {
  await withReceipt(async (receipt, passphrase) => {
    const { terms } = round;
    const isNew = purpose === "replace" || purpose === "beside";
    const { bid, fields, documents } = await ask("open", { receipt, passphrase, terms, withContent: isNew });
    state.opening = NOT_OPENED;
    if (state.course.at !== "form" || (isNew && state.isTouched && !confirm(say("leaveForm")))) {
      changed();
      return;
    }
    if (!isNew) {
      state.step = "handIn";
      follow({ kind: "opened", bid: { ...bid, terms, isOpened: true, beside: null }, intent: purpose });
      return;
    }
    const { commitment, key, promise } = bid;
    const criteria = round.criteria ?? null;
    const earlier = formOf(fields, criteria, state.language);
    const attachments = documents.map(({ title, slot, format, earlier: { value }, blob }) =>
      ({ title, slot, file: new File([blob], title, { type: format }), earlier: value as object }));
    const isReplaced = purpose === "replace";
    const taken = isReplaced ? fields : fields.filter(({ name }) => /^(?:tenderers|subcontractors)\//.test(name));
    const altered = alteredOf(taken, earlier, criteria, state.language);
    if (isReplaced) altered.push(...documents.flatMap((each) => each.earlier.rewritten));
    state.form = isReplaced ? { ...earlier, attachments } : variantForm(earlier, criteria);
    state.before = { as: isReplaced ? "replaced" : "beside", commitment, key, arrivedAt: promise?.arrivedAt ?? null, altered };
    state.shown = new Set();
    state.isTouched = true;
    go("lots");
    tell(beforeSaid);
  });
}

/** With the receipt that was chosen and its passphrase; what keeps it from being opened is said in place. */
export async function withReceipt(open: (receipt: File, passphrase: string) => Promise<void>): Promise<void> {
  const { file, passphrase } = state.opening;
  if (file === null || passphrase === "") {
    openingTold(say("receiptChoose"));
    return;
  }
  openingTold(say("receiptOpening"));
  try {
    await open(file, passphrase);
  } catch (error) {
    openingTold(failureSentence(error, state.language));
  }
}

/** Said in place: drawn anew, the browser would forget which file was chosen. */
function openingTold(told: string): void {
  state.opening = { ...state.opening, told };
  byId("receipt-told").textContent = visible(told);
}

export async function chooseCriteria(round: Round, file: File): Promise<void> {
  try {
    const criteria = criteriaNamed(new Uint8Array(await file.arrayBuffer()), round.terms);
    state.round = { ...round, criteria };
    state.form = { ...emptyForm(criteria), mainBid: state.form.mainBid };
    state.trouble = undefined;
    changed();
  } catch (error) {
    tellTrouble(() => failureSentence(error, state.language));
  }
}

/** To the form as it was; after the bid that was sealed from it, to an empty one. */
export function back(round: Round): void {
  const { course } = state;
  if (mayArrive(course) && !confirm(say("leaveUnfinished"))) return;
  // Of what was not sent nobody needs a receipt.
  if (course.at !== "sealed" && hasUnsavedReceipt(course) && !confirm(say("leaveUnsaved"))) return;
  if (course.at === "done" && isOfForm(course)) beginAnew(round);
  state.step = state.isTouched ? "seal" : "lots";
  follow({ kind: "form" });
}

export function saveCalendar({ terms }: Round): void {
  const summary = say("calendarSummary", { title: terms.title });
  const made = Math.floor(Date.now() / 1000);
  const text = calendarOf(`${terms.processId}-${terms.round}`, Number(terms.deadline), made, summary, location.href);
  saveFile(`${say("calendarName")}.ics`, new Blob([utf8(text) as Uint8Array<ArrayBuffer>], { type: "text/calendar" }));
}
