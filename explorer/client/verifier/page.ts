// The page: two files in, the steps in plain words out.

import { toHex } from "./bytes.js";
import { sha256 } from "./digests.js";
import { isReceipt, kindOf } from "./file_kind.js";
import { headingWord, resultOf, type Outcome } from "./page_result.js";
import { verifyReceipt } from "./receipt.js";
import { Refusal } from "./refusal.js";
import { pageWord, type Language, type PageWord } from "./sentences.js";
import { verify } from "./verify.js";

/** By the kinds of what was chosen as bundle and as policy. */
const HINTS: Readonly<Record<string, PageWord>> = {
  "policy bundle": "swapped",
  "bundle bundle": "twoBundles",
  "policy policy": "twoPolicies",
};

let language: Language = navigator.language.startsWith("de") ? "de" : "en";
let outcome: Outcome | undefined;
let notice: () => string = () => "";
/** Counts what people did with the files: what was begun before the last of it is not shown any more. */
let turn = 0;

function byId<Kind extends HTMLElement>(id: string): Kind {
  return document.getElementById(id) as Kind;
}

const form = byId<HTMLFormElement>("form");
const bundle = byId<HTMLInputElement>("bundle");
const policy = byId<HTMLInputElement>("policy");
const passphrase = byId<HTMLInputElement>("passphrase");
const secret = byId("secret");
const status = byId("status");
const result = byId("result");

function say(word: PageWord, values = {}): string {
  return pageWord(word, language, values);
}

/** The line under the form. It is a function, so that it can be said again in the other language. */
function tell(said: () => string): void {
  notice = said;
  status.textContent = said();
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
  tell(notice);
  show();
}

function show(): void {
  result.replaceChildren(...(outcome === undefined ? [] : resultOf(outcome, language)));
}

/** A verdict must not stand beside files that it is not about. Gives the turn that begins. */
function forget(): number {
  outcome = undefined;
  show();
  tell(() => "");
  turn += 1;
  return turn;
}

async function judged(file: File, trusted: File, progress: (read: number) => void): Promise<Outcome> {
  const names = { bundle: file.name, policy: trusted.name };
  const hint = HINTS[`${await kindOf(file)} ${await kindOf(trusted)}`];
  let reading = trusted;
  try {
    const policyBytes = new Uint8Array(await trusted.arrayBuffer());
    reading = file;
    const about = { names, hint, policyDigest: toHex(sha256(policyBytes)) };
    if (!(await isReceipt(file))) return { kind: "report", ...about, report: await verify(file, policyBytes, progress) };
    const given = passphrase.value === "" ? undefined : passphrase.value;
    return { kind: "receipt", ...about, report: await verifyReceipt(file, policyBytes, given, progress) };
  } catch (error) {
    if (error instanceof Refusal) return { kind: "policy", names, hint, refusal: error };
    // The browser's: a file that was changed, moved or deleted since it was chosen, or is none.
    return { kind: "unreadable", file: reading.name, reason: (error as Error).message };
  }
}

async function run(): Promise<void> {
  const begun = forget();
  const [file] = bundle.files as FileList;
  const [trusted] = policy.files as FileList;
  if (file === undefined || trusted === undefined) {
    tell(() => say("choose"));
    (file === undefined ? bundle : policy).focus();
    return;
  }
  const found = await judged(file, trusted, (read) => {
    const percent = Math.floor((100 * read) / Math.max(file.size, 1));
    if (begun === turn) tell(() => say("reading", { percent }));
  });
  if (begun !== turn) return;
  outcome = found;
  show();
  tell(() => say(headingWord(found)));
  byId("verdict").focus();
}

/** Only a receipt has a passphrase; one that was typed for another file is taken away with it. */
async function askForPassphrase(): Promise<void> {
  const [file] = bundle.files as FileList;
  passphrase.value = "";
  secret.hidden = file === undefined || !(await isReceipt(file));
}

/** Dropped files go where they belong, all of them or none: at most one of each kind. */
async function drop(files: readonly File[]): Promise<void> {
  const begun = forget();
  const kinds = await Promise.all(files.map(kindOf));
  if (begun !== turn) return;
  const strangers = files.filter((_, place) => kinds[place] === undefined);
  if (strangers.length > 0) {
    tell(() => say("dropUnknown", { files: strangers.map(({ name }) => name).join(", ") }));
    return;
  }
  if (new Set(kinds).size < kinds.length) {
    tell(() => say("dropTwice"));
    return;
  }
  files.forEach((file, place) => {
    const chosen = new DataTransfer();
    chosen.items.add(file);
    (kinds[place] === "policy" ? policy : bundle).files = chosen.files;
  });
  await askForPassphrase();
  if (bundle.files?.length && policy.files?.length) await run();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void run();
});
// Whoever chooses the same path again gets no change but a cancel, and the file there may be another by now.
for (const input of [bundle, policy, passphrase]) {
  for (const name of ["change", "cancel"]) input.addEventListener(name, forget);
}
bundle.addEventListener("change", () => void askForPassphrase());
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  const files = [...(event.dataTransfer?.files ?? [])];
  if (files.length > 0) void drop(files);
});
for (const button of document.querySelectorAll<HTMLButtonElement>("[data-language]")) {
  button.addEventListener("click", () => {
    language = button.dataset.language as Language;
    translate();
  });
}
translate();
