// What came of a verification, as elements of the page in one language.

import type { ReceiptReport, ReceiptStepName } from "./receipt_report.js";
import type { Report, Result } from "./report.js";
import {
  faultWord, momentWord, noteWord, pageWord, refusalParts, stepWord, verdictWord, type Language, type NoteName,
  type PageWord, type StepTable,
} from "./sentences.js";

/** Names of the two files that were chosen. */
export type Names = { readonly bundle: string; readonly policy: string };

interface Told {
  readonly names: Names;
  /** What is probably wrong with the choice of files. */
  readonly hint: PageWord | undefined;
}

type Failure = NonNullable<Result["refusal"]>;

export type Outcome =
  | (Told & { readonly kind: "report"; readonly report: Report; readonly policyDigest: string })
  | (Told & { readonly kind: "receipt"; readonly report: ReceiptReport; readonly policyDigest: string })
  | (Told & { readonly kind: "policy"; readonly refusal: Failure })
  | { readonly kind: "unreadable"; readonly file: string; readonly reason: string };

/** The verdict on the whole. */
export function headingWord(outcome: Outcome): PageWord {
  if (outcome.kind === "policy") return "policyUnusable";
  if (outcome.kind === "unreadable") return "unreadable";
  const { verified } = outcome.report;
  if (outcome.kind === "receipt") return verified ? "receiptVerified" : "receiptNotVerified";
  return verified ? "verified" : "notVerified";
}

/** All that is shown of it; the heading has the id `verdict` and takes the focus. */
export function resultOf(outcome: Outcome, language: Language): Node[] {
  const heading = element("h2", `whole ${toneOf(outcome)}`, pageWord(headingWord(outcome), language));
  heading.tabIndex = -1;
  heading.id = "verdict";
  if (outcome.kind === "report") return [heading, ...reportOf(outcome, language)];
  if (outcome.kind === "receipt") return [heading, ...receiptOf(outcome, language)];
  if (outcome.kind === "unreadable") {
    const why = element("p", "lead", pageWord("unreadableWhy", language, { file: outcome.file }));
    const detail = element("p", "hint", `${pageWord("technical", language)}: `, technical(outcome.reason));
    return [heading, why, detail];
  }
  const { names, hint, refusal } = outcome;
  const why = hint === undefined ? sentence(refusal, language) : [pageWord(hint, language, names)];
  return [heading, element("p", "lead", ...why), element("p", "lead", pageWord("aboutPolicy", language, names))];
}

function toneOf(outcome: Outcome): string {
  if (outcome.kind === "unreadable") return "open";
  return outcome.kind !== "policy" && outcome.report.verified ? "good" : "bad";
}

function element(name: string, className: string, ...children: readonly (Node | string)[]): HTMLElement {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** What stays English in every language, and looks it. */
function technical(text: string): HTMLElement {
  const made = element("span", "technical", text);
  made.lang = "en";
  return made;
}

function sentence({ error, values }: Failure, language: Language): (Node | string)[] {
  const [before, ...after] = refusalParts(error, values, language);
  return [before as string, ...after.flatMap((part) => [technical(String(values.reason)), part])];
}

function reportOf({ report, policyDigest, names, hint }: Outcome & { kind: "report" }, language: Language): Node[] {
  const say = (word: PageWord, values = {}) => pageWord(word, language, values);
  const leads = [say("about", names), ...(hint === undefined ? [] : [say(hint, names)]), ...spoken(report, language)];
  return [
    ...leads.map((lead) => element("p", "lead", lead)),
    facts([...ofBundle(report), ...ofPolicy(report.policy, policyDigest)], language),
    element("h2", "", say("steps")),
    stepsOf("steps", report.steps, language),
    ...limits(report, language),
    ...again(names, language),
  ];
}

/** What it proves stands first, for it can be verified and say that a bid was late. */
function receiptOf({ report, policyDigest, names }: Outcome & { kind: "receipt" }, language: Language): Node[] {
  const say = (word: PageWord, values = {}) => pageWord(word, language, values);
  const { receipt, proof, says } = report;
  const inner = proof === null ? [] : [
    element("h2", "", say("proof")),
    ...spoken(proof, language).map((lead) => element("p", "lead", lead)),
    facts(ofBundle(proof), language),
    stepsOf("steps", proof.steps, language),
    ...limits(proof, language),
  ];
  return [
    element("h2", "", say("says")),
    element("ul", "says", ...says.map((note) => element("li", BAD.includes(note.note) ? "bad" : "", noteWord(note, language)))),
    element("p", "lead", say("about", names)),
    facts([
      ["ocid", receipt?.ocid ?? null],
      ["round", receipt === null ? null : String(receipt.round)],
      ["commitment", receipt?.commitment ?? null],
      ["author", receipt?.author ?? null],
      ["receiptIdentity", report.identity],
      ...ofPolicy(report.policy, policyDigest),
    ], language),
    element("h2", "", say("steps")),
    stepsOf("receiptSteps", report.steps, language),
    ...inner,
    ...again(names, language),
  ];
}

/** What a reader must not miss. */
const BAD: readonly NoteName[] = ["tooLate", "provesNothing", "notProven", "secretFails"];

function spoken({ block, time }: Report, language: Language): string[] {
  return block === null || time === null ? [] : [pageWord("speaks", language, { block, time: momentWord(time, language) })];
}

type Fact = readonly [PageWord, string | null];

function ofBundle({ identity, subject, block, time }: Report): (readonly [PageWord, string | bigint | null])[] {
  return [
    ["identity", identity],
    [subject?.kind === "organisation" ? "organisation" : "process", subject?.id ?? null],
    ["block", block === null ? null : String(block)],
    ["time", time],
  ];
}

function ofPolicy(name: string, digest: string): Fact[] {
  return [["policyName", name], ["policyDigest", digest]];
}

function facts(rows: readonly (readonly [PageWord, string | bigint | null])[], language: Language): HTMLElement {
  const list = element("dl", "facts");
  for (const [word, value] of rows) {
    if (value === null) continue;
    const shown = typeof value === "bigint" ? momentWord(value, language) : value;
    list.append(element("div", "", element("dt", "", pageWord(word, language)), element("dd", "", shown)));
  }
  return list;
}

type AnyResult = Result | Result<ReceiptStepName>;

function stepsOf(table: StepTable, steps: readonly AnyResult[], language: Language): HTMLElement {
  return element("ol", "steps", ...steps.map((step) => stepOf(table, step, language)));
}

function stepOf(
  table: StepTable, { step, verdict, refusal, notes, number }: AnyResult, language: Language,
): HTMLElement {
  const title = element("h3", "", `${number}. ${stepWord(table, step, "title", language)}`);
  const made = element("li", `step ${verdict}`, title, element("p", "verdict", verdictWord(verdict, language)));
  made.append(element("p", "question", stepWord(table, step, "question", language)));
  const row = (word: PageWord, ...told: (Node | string)[]) =>
    element("p", "", element("strong", "", pageWord(word, language) + ": "), ...told);
  if (refusal !== null) {
    made.append(row("expected", ...sentence(refusal, language), ` [${refusal.error}]`));
    made.append(row("fault", faultWord(table, step, refusal.error, language)));
  }
  for (const note of notes) made.append(element("p", "note", noteWord(note, language)));
  return made;
}

function limits(report: Report, language: Language): Node[] {
  const isSingle = report.steps.some(({ notes }) => notes.some(({ note }) => note === "oneOperator"));
  const words: PageWord[] = ["limitTruth", "limitLater", ...(isSingle ? ["limitSingle" as const] : []), "limitPolicy"];
  const list = element("ul", "", ...words.map((word) => element("li", "", pageWord(word, language))));
  return [element("h2", "", pageWord("limits", language)), list];
}

function again(names: Names, language: Language): Node[] {
  const command = `siegel verify ${shellWord(names.bundle)} --policy ${shellWord(names.policy)}`;
  return [element("h2", "", pageWord("again", language)), element("pre", "", command)];
}

/** A file's name as one word of a command line, also one with blanks, quotes or a hyphen in front. */
function shellWord(name: string): string {
  const path = name.startsWith("-") ? `./${name}` : name;
  return /^[\w.,+@%/-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
