// What failed, in words, whoever refused it.

import { Refusal as RankingRefusal, sentence as rankingSentence } from "../ranking/refusal.js";
import { Refusal as SealingRefusal, sentence } from "../sealing/refusal.js";
import { Refusal as ReceiptRefusal } from "../verifier/refusal.js";
import receiptWords from "../verifier/refusal_words.json" with { type: "json" };
import { problemSentence } from "./problem_sentence.js";
import { PageRefusal, pageSentence, Problem } from "./refusal.js";
import { BrowserFailure } from "./worker_client.js";
import problemWords from "./problem_words.json" with { type: "json" };
import { word, type Language } from "./words.js";

export function failureSentence(error: unknown, language: Language): string {
  if (error instanceof PageRefusal) return pageSentence(error.error, error.values, language);
  if (error instanceof SealingRefusal) return sentence(error.error, error.values, language);
  if (error instanceof RankingRefusal) return rankingSentence(error.error, error.values, language);
  if (error instanceof ReceiptRefusal) return receiptSentence(error, language);
  if (error instanceof Problem) return `${word("refusedBy", language)} ${problemSentence(error, language, problemWords)}`;
  if (error instanceof BrowserFailure && error.error === "NotReadableError") return word("fileUnreadable", language);
  return word("unforeseen", language, { reason: (error as Error).message });
}

function receiptSentence({ error, values }: ReceiptRefusal, language: Language): string {
  if (error === "WrongPassphrase") return pageSentence("WrongPassphrase", {}, language);
  return receiptWords[error][language].replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}
