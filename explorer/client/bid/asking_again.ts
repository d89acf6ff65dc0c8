// Asks again after a while, until there is an answer or patience ends: for a block, a proof, an index that is behind.

export interface Patience {
  readonly tries: number;
  /** Milliseconds between two of them. */
  readonly pause: number;
}

/** As long as a transaction is waited for. */
export const FOR_A_BLOCK: Patience = { tries: 90, pause: 1_000 };

/** What `ask` gives first that is not undefined; undefined if not even the last try does. Throws what `ask` throws. */
export async function untilAnswered<Answer>(
  { tries, pause }: Patience, ask: (isLast: boolean) => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  for (let tried = 1; ; tried += 1) {
    const isLast = tried === tries;
    const answer = await ask(isLast);
    if (answer !== undefined || isLast) return answer;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
