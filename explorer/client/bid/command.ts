// The page's parts that need no browser, on a command line: a task on each line of standard input, its answer on a line of
// standard output, both JSON. Bytes are lower-case hex. It is not part of a page.

import { createInterface } from "node:readline";
import { fromHex, NOBODY, toHex, ZERO, type Hex } from "../verifier/bytes.js";
import { readCriteria, type Criteria } from "../ranking/criteria.js";
import { Refusal as RankingRefusal } from "../ranking/refusal.js";
import { parseJson } from "../verifier/json.js";
import { accountOf } from "../verifier/signature.js";
import { readDecimal, shownDecimal } from "./amount.js";
import { alteredOf, documentMembers, earlierField, fieldsOf, formOf, keptOf } from "./bid_fields.js";
import { changedForm, emptyForm, translatedForm, variantForm, type Attachment, type FormAction } from "./bid_form.js";
import { calendarOf } from "./calendar.js";
import { followed, hasUnsavedReceipt, type Course, type CourseAction } from "./hand_in_course.js";
import { incidentOf } from "./incident.js";
import { readLetters } from "./letters.js";
import { lacks } from "./missing.js";
import { readPins, requirePinned } from "./pins.js";
import { readPromise, signerOfPromise } from "./promise.js";
import { PageRefusal } from "./refusal.js";
import { firstOffers, readResult } from "./result.js";
import { revertOf } from "./revert.js";
import { hurried, silentLast } from "./servers.js";
import { askedAgain, isSupplement } from "./supplement.js";
import { readAddress, readTerms, requireSame, requireStill, type Asked, type Terms } from "./terms.js";
import { failureSentence } from "./failure_sentence.js";
import { commitCall, signedTransaction, withdrawCall } from "./transaction.js";
import { visible } from "./visible.js";
import type { Language } from "./words.js";

interface FormTask {
  readonly criteria: string | null;
  readonly kind: string;
  readonly mostBytes: number | null;
  readonly language: Language;
  readonly isBeside?: boolean;
  /** The language that is changed to before all is read. */
  readonly then?: Language;
  /** The fields of an earlier bid, with which the form begins: names, and JSON texts of the values. */
  readonly earlier?: readonly (readonly [name: string, value: string])[];
  readonly actions: readonly FormAction[];
}

/** `other` is what another server tells, `still` what this one tells later. */
interface TermsTask extends Readonly<Record<"answer" | "other" | "still" | "pins", unknown>> {
  readonly path: string;
}

interface CourseTask {
  readonly actions: readonly CourseAction[];
}

interface IncidentTask extends Readonly<Record<"author" | "key", Hex>>, Readonly<Record<"failure" | "detail", string>> {
  readonly terms: unknown;
  readonly at: number;
}

type CalendarTask = Readonly<Record<"uid" | "summary" | "address", string>> & Readonly<Record<"deadline" | "made", number>>;

interface PromiseTask {
  readonly answer: unknown;
  readonly terms: unknown;
  readonly commitment: Hex;
  readonly author: Hex;
}

interface CommitTask {
  readonly chainId: string;
  readonly ledger: Hex;
  readonly nonce: string;
  readonly key: Hex;
  readonly processId: Hex;
  readonly round: string;
  readonly commitment: Hex;
  readonly supersedes?: Hex;
  readonly expires: string;
  readonly promised?: (Readonly<Record<"receiver" | "signature", Hex>> & Readonly<Record<"arrivedAt" | "deliverBy", string>>) | null;
}

interface ResultTask {
  readonly answer: unknown;
  readonly bid: Readonly<Record<"chainId" | "round", number>> & Readonly<Record<"processId" | "ledger", Hex>>;
  readonly most: number;
}

function askedIn(kind: string, criteria: Criteria): Criteria {
  return isSupplement(kind) ? askedAgain(criteria) : criteria;
}

/** Where it is at first, and after each step. */
function courses(actions: readonly CourseAction[]): readonly Course[] {
  return actions.reduce<Course[]>((before, action) => [...before, followed(before.at(-1) as Course, action)], [{ at: "form" }]);
}

const TASKS: Readonly<Record<string, (given: never) => unknown>> = {
  decimal: ({ typed, language, decimals }: { typed: string; language: Language; decimals: number }) => {
    const value = readDecimal(typed, language, decimals);
    return { value: value ?? null, shown: value === undefined ? null : shownDecimal(value, language) };
  },
  form: (given: FormTask) => {
    const criteria = given.criteria === null ? null : askedIn(given.kind, readCriteria(fromHex(given.criteria)));
    let { language } = given;
    const earlier = given.earlier?.map(([name, value]) => earlierField(name, parseJson(value)));
    const begun = earlier === undefined ? emptyForm(criteria) : formOf(earlier, criteria, language);
    let form = given.actions.reduce(changedForm, begun);
    if (given.then !== undefined) {
      form = translatedForm(form, criteria, language, given.then);
      language = given.then;
    }
    const fields = fieldsOf(form, criteria, language);
    const variant = variantForm(form, criteria);
    const again = formOf(fields.map(([name, value]) => ({ name, value, rewritten: [] })), criteria, language);
    return {
      fields,
      kept: form.tenderers.map(keptOf),
      altered: alteredOf(earlier ?? [], begun, criteria, given.language),
      again: fieldsOf(again, criteria, language),
      documents: form.attachments.map((each: Attachment) => documentMembers(each, criteria)),
      variant: { ...variant, lots: [...variant.lots], answers: [...variant.answers] },
      lacks: lacks(form, criteria, given.kind, given.mostBytes, language, given.isBeside),
    };
  },
  course: ({ actions }: CourseTask) => courses(actions).map(({ at }) => at),
  unsaved: ({ actions }: CourseTask) => courses(actions).map(hasUnsavedReceipt),
  terms: ({ answer, path, other, still, pins }: TermsTask) => {
    const asked = readAddress(path);
    const terms = readTerms(answer, asked);
    if (other !== undefined) requireSame(terms, readTerms(other, asked), "another");
    if (still !== undefined) requireStill(terms, readTerms(still, asked), "later");
    if (pins !== undefined) requirePinned(terms, readPins(JSON.stringify(pins)) ?? []);
    return { keySetId: terms.keySetId, keySetCode: toHex(terms.keySetCode), deadline: String(terms.deadline) };
  },
  promise: ({ answer, terms, commitment, author }: PromiseTask) => {
    const { processId, round } = terms as { processId: string; round: number };
    const asked: Asked = { processId: processId.slice(2), round: BigInt(round) };
    const read = readTerms(terms, asked);
    return { signer: signerOfPromise(readPromise(answer, read, { commitment, author }), read, { commitment, author }) };
  },
  commit: (given: CommitTask) => {
    const { processId, commitment, supersedes, promised } = given;
    const [round, expires] = [BigInt(given.round), BigInt(given.expires)];
    const common = { processId, round, commitment, expires };
    const call = promised === undefined || supersedes === undefined ? withdrawCall(common) : commitCall({
      ...common, supersedes,
      promised: promised && {
        receiver: promised.receiver, arrivedAt: BigInt(promised.arrivedAt), deliverBy: BigInt(promised.deliverBy),
        signature: fromHex(promised.signature),
      },
    });
    const key = fromHex(given.key);
    const raw = signedTransaction(BigInt(given.chainId), given.ledger, BigInt(given.nonce), call, key);
    return { raw: toHex(raw), call: toHex(call), account: accountOf(key) };
  },
  incident: ({ terms, author, key, at, failure, detail }: IncidentTask) => {
    const { processId, round } = terms as { processId: string; round: number };
    const read: Terms = readTerms(terms, { processId: processId.slice(2), round: BigInt(round) });
    return incidentOf(read, author, fromHex(key), at, failure, detail);
  },
  letters: ({ answer, author }: { answer: unknown; author: Hex }) => ({
    letters: readLetters(answer, { round: 1n, author, commitment: ZERO }, "the server"),
  }),
  result: ({ answer, bid, most }: ResultTask) => {
    const own = { ...bid, chainId: BigInt(bid.chainId), round: BigInt(bid.round), author: NOBODY, commitment: ZERO, key: new Uint8Array() };
    const { source, authority, openedAt, lots } = readResult(answer, own, "the server");
    return { source, authority, openedAt, lots: firstOffers(lots, most) };
  },
  revert: ({ data, language }: { data: unknown; language: Language }) => {
    const found = revertOf(data);
    return found && { name: found.name, values: found.values, told: failureSentence(found, language) };
  },
  patience: ({ deadline, now, others }: Readonly<Record<"deadline" | "now" | "others", number>>) =>
    hurried({ url: "", name: "" }, deadline, now, others).patience ?? null,
  inOrder: ({ names, silent }: Readonly<Record<"names" | "silent", readonly string[]>>) => {
    const servers = names.map((name) => ({ url: "", name }));
    return silentLast(servers, servers.filter(({ name }) => silent.includes(name))).map(({ name }) => name);
  },
  visible: ({ text }: { text: string }) => ({ text: visible(text) }),
  calendar: ({ uid, deadline, made, summary, address }: CalendarTask) =>
    ({ text: calendarOf(uid, deadline, made, summary, address) }),
};

function answered(task: string, given: never): unknown {
  try {
    return TASKS[task]?.(given);
  } catch (error) {
    if (!(error instanceof PageRefusal || error instanceof RankingRefusal)) throw error;
    return { refusal: { error: error.error, values: error.values } };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const [task, given] = Object.entries(JSON.parse(line) as Record<string, never>)[0] as [string, never];
  process.stdout.write(`${JSON.stringify(answered(task, given))}\n`);
}
