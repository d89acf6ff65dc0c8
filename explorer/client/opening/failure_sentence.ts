// What failed, in words, whoever refused it.

import { problemSentence } from "../bid/problem_sentence.js";
import { PageRefusal, pageSentence, Problem } from "../bid/refusal.js";
import { spokenBid } from "../sealing/bid_number.js";
import { Refusal as SealingRefusal, sentence } from "../sealing/refusal.js";
import problemWords from "./problem_words.json" with { type: "json" };
import { OpeningRefusal, openingSentence } from "./refusal.js";
import { word, type Language, type Word } from "./words.js";

/** Why a bid cannot be admitted. */
function whyOf(why: unknown, language: Language, ofAnswers: boolean): string {
  return typeof why === "string" ? word(`why_${why}` as Word, language, {}, ofAnswers) : "";
}

/** `ofAnswers`: in a round of answers to letters. */
export function failureSentence(error: unknown, language: Language, ofAnswers = false): string {
  if (error instanceof OpeningRefusal) {
    const { values } = error;
    const named = error.error === "WrongPassphrase" ? { file: word(values.file === "sealing" ? "fileSealing" : "fileKeystore", language) }
      : typeof values.bid === "number" ? { ...values, bid: spokenBid(values.bid), why: whyOf(values.why, language, ofAnswers) } : values;
    return openingSentence(error.error, named, language, ofAnswers);
  }
  if (error instanceof PageRefusal) return pageSentence(error.error, error.values, language);
  if (error instanceof SealingRefusal) return sentence(error.error, error.values, language);
  if (error instanceof Problem) return `${word("refusedBy", language)} ${problemSentence(error, language, problemWords)}`;
  return openingSentence("BrowserFailed", { reason: (error as Error).message }, language);
}
