// The page: two files in, the steps in plain words out.

import { toHex } from "./bytes.js";
import { sha256 } from "./digests.js";
import { Refusal } from "./refusal.js";
import type { Report, Result } from "./report.js";
import { faultWord, noteWord, pageWord, refusalWord, stepWord, verdictWord, type Language, type PageWord } from "./sentences.js";
import { verify } from "./verify.js";

type Outcome =
  | { readonly kind: "report"; readonly report: Report; readonly policyDigest: string }
  | { readonly kind: "policy"; readonly refusal: Refusal }
  | { readonly kind: "unreadable"; readonly reason: string };

let language: Language = navigator.language.startsWith("de") ? "de" : "en";
let outcome: Outcome | undefined;

function byId<Kind extends HTMLElement>(id: string): Kind {
  return document.getElementById(id) as Kind;
}

const form = byId<HTMLFormElement>("form");
const bundle = byId<HTMLInputElement>("bundle");
const policy = byId<HTMLInputElement>("policy");
const status = byId("status");
const result = byId("result");

function element(name: string, className: string, ...children: readonly (Node | string)[]): HTMLElement {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function say(word: PageWord, values = {}): string {
  return pageWord(word, language, values);
}

function translate(): void {
  document.documentElement.lang = language;
  document.title = say("title");
  for (const place of document.querySelectorAll<HTMLElement>("[data-word]")) {
    place.textContent = say(place.dataset.word as PageWord);
  }
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  byId("languages").setAttribute("aria-label", say("language"));
  show();
}

function shownTime(seconds: bigint): string {
  const format = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "medium", timeZone: "UTC" });
  return `${format.format(Number(seconds) * 1000)} UTC`;
}

function facts(report: Report, policyDigest: string): HTMLElement {
  const rows: (readonly [PageWord, string | null])[] = [
    ["identity", report.identity],
    [report.subject?.kind === "organisation" ? "organisation" : "process", report.subject?.id ?? null],
    ["block", report.block === null ? null : String(report.block)],
    ["time", report.time === null ? null : shownTime(report.time)],
    ["policyName", report.policy],
    ["policyDigest", policyDigest],
  ];
  const list = element("dl", "facts");
  for (const [word, value] of rows) {
    if (value !== null) list.append(element("div", "", element("dt", "", say(word)), element("dd", "", value)));
  }
  return list;
}

function stepOf({ step, verdict, refusal, notes, number }: Result): HTMLElement {
  const title = element("h3", "", `${number}. ${stepWord(step, "title", language)}`);
  const made = element("li", `step ${verdict}`, title, element("p", "verdict", verdictWord(verdict, language)));
  made.append(element("p", "question", stepWord(step, "question", language)));
  if (refusal !== null) {
    const why = `${refusalWord(refusal.error, refusal.values, language)} [${refusal.error}]`;
    made.append(element("p", "", element("strong", "", say("expected") + ": "), why));
    made.append(element("p", "", element("strong", "", say("fault") + ": "), faultWord(step, refusal.error, language)));
  }
  for (const note of notes) made.append(element("p", "note", noteWord(note, language)));
  return made;
}

function limits(report: Report): HTMLElement {
  const isSingle = report.steps.some(({ notes }) => notes.some(({ note }) => note === "oneOperator"));
  const words: PageWord[] = ["limitTruth", "limitLater", ...(isSingle ? ["limitSingle" as const] : []), "limitPolicy"];
  return element("ul", "", ...words.map((word) => element("li", "", say(word))));
}

function showReport(report: Report, policyDigest: string): void {
  const heading = verdictHeading(report.verified, report.verified ? "verified" : "notVerified");
  result.append(heading);
  if (report.block !== null && report.time !== null) {
    result.append(element("p", "lead", say("speaks", { block: report.block, time: shownTime(report.time) })));
  }
  result.append(facts(report, policyDigest));
  result.append(element("h2", "", say("steps")), element("ol", "steps", ...report.steps.map(stepOf)));
  result.append(element("h2", "", say("limits")), limits(report));
  result.append(element("h2", "", say("again")));
  result.append(element("pre", "", "siegel verify bundle.zip --policy policy.json"));
}

function verdictHeading(isGood: boolean, word: PageWord): HTMLElement {
  const heading = element("h2", isGood ? "whole good" : "whole bad", say(word));
  heading.tabIndex = -1;
  heading.id = "verdict";
  return heading;
}

function show(): void {
  result.replaceChildren();
  if (outcome === undefined) return;
  if (outcome.kind === "report") {
    showReport(outcome.report, outcome.policyDigest);
  } else if (outcome.kind === "policy") {
    const { error, values } = outcome.refusal;
    result.append(verdictHeading(false, "policyUnusable"), element("p", "", refusalWord(error, values, language)));
  } else {
    result.append(verdictHeading(false, "notVerified"), element("p", "", say("unreadable", { reason: outcome.reason })));
  }
}

async function judged(file: File, trusted: File): Promise<Outcome> {
  try {
    const policyBytes = new Uint8Array(await trusted.arrayBuffer());
    const report = await verify(file, policyBytes, (read) => {
      status.textContent = say("reading", { percent: Math.floor((100 * read) / Math.max(file.size, 1)) });
    });
    return { kind: "report", report, policyDigest: toHex(sha256(policyBytes)) };
  } catch (error) {
    if (error instanceof Refusal) return { kind: "policy", refusal: error };
    return { kind: "unreadable", reason: (error as Error).message };
  }
}

async function run(): Promise<void> {
  const [file] = bundle.files as FileList;
  const [trusted] = policy.files as FileList;
  if (file === undefined || trusted === undefined) {
    status.textContent = say("choose");
    (file === undefined ? bundle : policy).focus();
    return;
  }
  outcome = undefined;
  show();
  outcome = await judged(file, trusted);
  show();
  const heading = byId("verdict");
  status.textContent = heading.textContent;
  heading.focus();
}

/** A dropped file goes where its name says: a policy is JSON, a bundle a ZIP. */
function drop(event: DragEvent): void {
  event.preventDefault();
  for (const file of event.dataTransfer?.files ?? []) {
    const chosen = new DataTransfer();
    chosen.items.add(file);
    (file.name.toLowerCase().endsWith(".json") ? policy : bundle).files = chosen.files;
  }
  if (bundle.files?.length && policy.files?.length) void run();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void run();
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", drop);
for (const button of document.querySelectorAll<HTMLButtonElement>("[data-language]")) {
  button.addEventListener("click", () => {
    language = button.dataset.language as Language;
    translate();
  });
}
translate();
