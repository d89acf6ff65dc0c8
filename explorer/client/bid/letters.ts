// Letters of the buyer to a bid's account, as the server tells them (docs/opening.md, letters and answers).

import type { NamedBid } from "./own_bid.js";
import { PageRefusal } from "./refusal.js";
import { Told } from "./told_members.js";

/** Times are seconds since 1970. `answerRound`: where an answer is handed in; `readAt`: when it was first fetched. */
export interface Letter {
  readonly number: number;
  readonly at: number;
  readonly subject: string;
  readonly text: string;
  readonly answerRound: number | null;
  readonly readAt: number | null;
}

const LAST_ROUND = 2 ** 32 - 1;
/** As a server takes them (`api/letters.py`): characters there, of which one may be two units here. */
const LONGEST_SUBJECT = 2 * 200;
const LONGEST_TEXT = 2 * 50_000;
const MOST = 10_000;

/**
 * The newest first. Throws AnswerUnreadable, LettersForeign where a letter is to somebody else: then nothing of the answer is shown,
 * for it is another one's secret, or a trick.
 */
export function readLetters(answer: unknown, own: NamedBid, server: string): readonly Letter[] {
  const told = new Told(server);
  const given = told.list(told.object(answer).letters);
  if (given.length > MOST) told.unreadable();
  const letters = given.map((each): Letter => {
    const { recipient, number, at, subject, text, answerRound, readAt } = told.object(each);
    if (told.text(recipient).toLowerCase() !== `0x${own.author}`) throw new PageRefusal("LettersForeign", { server });
    const found = {
      number: told.whole(number), at: told.moment(at), subject: told.text(subject), text: told.text(text),
      answerRound: answerRound === null ? null : told.whole(answerRound, LAST_ROUND),
      readAt: readAt === null ? null : told.moment(readAt),
    };
    const isTooLong = found.subject.length > LONGEST_SUBJECT || found.text.length > LONGEST_TEXT;
    return isTooLong || found.answerRound === 0 ? told.unreadable() : found;
  });
  return letters.sort((one, other) => other.number - one.number);
}

/** All of them as one text, to be kept. `heading` says what stands above each. */
export function lettersText(letters: readonly Letter[], heading: (letter: Letter) => string): string {
  return letters.map((letter) => `${heading(letter)}\n\n${letter.text}\n`).join(`\n${"-".repeat(60)}\n\n`);
}
