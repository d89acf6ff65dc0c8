// What came of a verification, as elements of the page in one language.

import type { Report, Result } from "./report.js";
import {
  faultWord, noteWord, pageWord, refusalParts, stepWord, verdictWord, type Language, type PageWord,
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
  | (Told & { readonly kind: "policy"; readonly refusal: Failure })
  | { readonly kind: "unreadable"; readonly file: string; readonly reason: string };

/** The verdict on the whole. */
export function headingWord(outcome: Outcome): PageWord {
  if (outcome.kind === "policy") return "policyUnusable";
  if (outcome.kind === "unreadable") return "unreadable";
  return outcome.report.verified ? "verified" : "notVerified";
}

/** All that is shown of it; the heading has the id `verdict` and takes the focus. */
export function resultOf(outcome: Outcome, language: Language): Node[] {
  const heading = element("h2", `whole ${toneOf(outcome)}`, pageWord(headingWord(outcome), language));
  heading.tabIndex = -1;
  heading.id = "verdict";
  if (outcome.kind === "report") return [heading, ...reportOf(outcome, language)];
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
  return outcome.kind === "report" && outcome.report.verified ? "good" : "bad";
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
  const leads = [say("about", names)];
  if (hint !== undefined) leads.push(say(hint, names));
  if (report.block !== null && report.time !== null) {
    leads.push(say("speaks", { block: report.block, time: shownTime(report.time, language) }));
  }
  return [
    ...leads.map((lead) => element("p", "lead", lead)),
    facts(report, policyDigest, language),
    element("h2", "", say("steps")),
    element("ol", "steps", ...report.steps.map((step) => stepOf(step, language))),
    element("h2", "", say("limits")),
    limits(report, language),
    element("h2", "", say("again")),
    element("pre", "", `siegel verify ${shellWord(names.bundle)} --policy ${shellWord(names.policy)}`),
  ];
}

function shownTime(seconds: bigint, language: Language): string {
  const format = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "medium", timeZone: "UTC" });
  return `${format.format(Number(seconds) * 1000)} UTC`;
}

function facts(report: Report, policyDigest: string, language: Language): HTMLElement {
  const rows: (readonly [PageWord, string | null])[] = [
    ["identity", report.identity],
    [report.subject?.kind === "organisation" ? "organisation" : "process", report.subject?.id ?? null],
    ["block", report.block === null ? null : String(report.block)],
    ["time", report.time === null ? null : shownTime(report.time, language)],
    ["policyName", report.policy],
    ["policyDigest", policyDigest],
  ];
  const list = element("dl", "facts");
  for (const [word, value] of rows) {
    if (value === null) continue;
    list.append(element("div", "", element("dt", "", pageWord(word, language)), element("dd", "", value)));
  }
  return list;
}

function stepOf({ step, verdict, refusal, notes, number }: Result, language: Language): HTMLElement {
  const title = element("h3", "", `${number}. ${stepWord(step, "title", language)}`);
  const made = element("li", `step ${verdict}`, title, element("p", "verdict", verdictWord(verdict, language)));
  made.append(element("p", "question", stepWord(step, "question", language)));
  const row = (word: PageWord, ...told: (Node | string)[]) =>
    element("p", "", element("strong", "", pageWord(word, language) + ": "), ...told);
  if (refusal !== null) {
    made.append(row("expected", ...sentence(refusal, language), ` [${refusal.error}]`));
    made.append(row("fault", faultWord(step, refusal.error, language)));
  }
  for (const note of notes) made.append(element("p", "note", noteWord(note, language)));
  return made;
}

function limits(report: Report, language: Language): HTMLElement {
  const isSingle = report.steps.some(({ notes }) => notes.some(({ note }) => note === "oneOperator"));
  const words: PageWord[] = ["limitTruth", "limitLater", ...(isSingle ? ["limitSingle" as const] : []), "limitPolicy"];
  return element("ul", "", ...words.map((word) => element("li", "", pageWord(word, language))));
}

/** A file's name as one word of a command line, also one with blanks, quotes or a hyphen in front. */
function shellWord(name: string): string {
  const path = name.startsWith("-") ? `./${name}` : name;
  return /^[\w.,+@%/-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
