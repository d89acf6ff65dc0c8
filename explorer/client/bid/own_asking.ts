// Asks the page's own server for what is for a bid's author alone. Other origins do not answer such requests to a page.

import { accessHeader } from "./access.js";
import { readLetters, type Letter } from "./letters.js";
import type { OwnBid } from "./own_bid.js";
import { readResult, type Result } from "./result.js";
import { askBounded, type Server } from "./servers.js";

/** Seconds that a signed header counts. */
const COUNTS_FOR = 600;
/** As much as an answer may have that is read whole. */
const MOST_BYTES = 17 * 2 ** 20;

/** They count as fetched from then on. `now`: seconds since 1970 by the server's clock. Throws what `readLetters` and a server do. */
export async function fetchLetters(server: Server, own: OwnBid, now: number): Promise<readonly Letter[]> {
  return readLetters(await askAsAuthor(server, own, "letters", now), own, server.name);
}

/** Throws what `readResult` throws, AccessForbidden and OpeningResultMissing of the server. */
export async function fetchResult(server: Server, own: OwnBid, now: number): Promise<Result> {
  return readResult(await askAsAuthor(server, own, "result", now), own, server.name);
}

async function askAsAuthor(server: Server, own: OwnBid, what: "letters" | "result", now: number): Promise<unknown> {
  const access = { ...own, account: own.author, expires: BigInt(Math.floor(now) + COUNTS_FOR) };
  const path = `/processes/0x${own.processId}/rounds/${own.round}/${what}`;
  return await askBounded(server, path, { headers: { authorization: accessHeader(access, own.key) } }, MOST_BYTES);
}
