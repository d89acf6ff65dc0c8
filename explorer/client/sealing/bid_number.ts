// How people count the bids of a round: from 1, on paper P1, P2. The ledger counts from 0, on paper from 2^31, and so do acts,
// JSON and names of files. Only here one becomes the other (ledger/bid_number.py).

/** Of a round, on paper. */
export const FIRST_EXTERNAL_BID = 2 ** 31;

/** `1` is the ledger's 0, `P1` its 2^31. */
export function spokenBid(number: number): string {
  return number < FIRST_EXTERNAL_BID ? String(number + 1) : `P${number - FIRST_EXTERNAL_BID + 1}`;
}

/** `1, 2, P1`. */
export function spokenBids(numbers: readonly number[]): string {
  return numbers.map(spokenBid).join(", ");
}
