// The servers that can be asked, and how: within a time, and told apart by what went wrong.

import { joined } from "../verifier/bytes.js";
import { PageRefusal, Problem, type Values } from "./refusal.js";
import type { Receiver } from "./terms.js";

/** An origin, and what people call it. */
export interface Server {
  readonly url: string;
  readonly name: string;
  /** Milliseconds that it may be silent for, where that is less than usual. */
  readonly patience?: number;
}

const API = "/api/v1";
const PATIENCE = 20_000;
const LEAST_PATIENCE = 2_000;
const MOST_NODES = 10;
/** Bytes of an answer that is read whole. */
const MOST_BYTES = 16 * 2 ** 20;

/**
 * With the deadline near, a server that hangs takes no more than a part of what is left, so that the others come in time, too.
 * `deadline`, `now` in milliseconds; `others` can be asked after this one.
 */
export function hurried(server: Server, deadline: number, now: number, others: number): Server {
  const left = deadline - now;
  return others === 0 || left <= 0 ? server : { ...server, patience: Math.max(LEAST_PATIENCE, left / (2 * (others + 1))) };
}

/** The own origin first, then the round's receivers that have an address, each once. */
export function serversOf(origin: string, receivers: readonly Receiver[]): Server[] {
  const named = (url: string): string | undefined => receivers.find((each) => each.url !== null && originOf(each.url) === url)?.name;
  const urls = [origin, ...receivers.map(({ url }) => url && originOf(url)).filter((url) => url !== null && url !== "")];
  return [...new Set(urls as string[])].map((url) => ({ url, name: named(url) ?? new URL(url).host }));
}

/** Who did not answer just now is asked last; else they stay in their order. */
export function silentLast(servers: readonly Server[], silent: readonly Server[]): readonly Server[] {
  return [...servers.filter((server) => !silent.includes(server)), ...servers.filter((server) => silent.includes(server))];
}

/** Nodes of the chain that take transactions, by their addresses; what is none is left out. */
export function nodesOf(addresses: readonly string[]): Server[] {
  const usable = [...new Set(addresses)].filter((url) => /^https?:/.test(url) && originOf(url) !== "");
  return usable.slice(0, MOST_NODES).map((url) => ({ url, name: new URL(url).host }));
}

function originOf(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    return "";
  }
}

export function addressOf(server: Server, path: string): string {
  return `${server.url}${API}${path}`;
}

/** The answer's JSON. Throws Problem for a refusal, ServerSilent for none within 20 seconds, AnswerTooLarge, AnswerUnreadable. */
export async function ask(server: Server, path: string, body?: unknown): Promise<unknown> {
  return await askBounded(server, path, body === undefined ? {} : {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  }, MOST_BYTES);
}

export async function answered(server: Server, path: string, init: RequestInit, patience = PATIENCE): Promise<Response> {
  const answer = await fetched(server, addressOf(server, path), init, patience);
  if (!answer.ok) throw await problemOf(answer);
  return answer;
}

/** Whatever is answered. Throws ServerSilent. */
export async function fetched(server: Server, address: string, init: RequestInit, patience = PATIENCE): Promise<Response> {
  try {
    return await fetch(address, { ...init, cache: "no-store", signal: AbortSignal.timeout(Math.min(patience, server.patience ?? patience)) });
  } catch {
    throw new PageRefusal("ServerSilent", { server: server.name });
  }
}

/** The answer's JSON, of which no more than so many bytes is read. Throws as `answered` does, AnswerTooLarge, AnswerUnreadable. */
export async function askBounded(server: Server, path: string, init: RequestInit, most: number): Promise<unknown> {
  return await readBounded(server, await answered(server, path, init), most);
}

/** What is read of an answer's body. Throws ServerSilent where the connection breaks on the way, or all takes too long. */
export async function bodyOf<Body>(server: Server, body: Promise<Body>): Promise<Body> {
  return await body.catch(() => { throw new PageRefusal("ServerSilent", { server: server.name }); });
}

/** Throws ServerSilent, AnswerTooLarge, AnswerUnreadable. */
export async function readBounded(server: Server, answer: Response, most: number): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  for (;;) {
    const { done, value } = await bodyOf(server, reader.read());
    if (done) break;
    size += value.length;
    if (size > most) {
      void reader.cancel().catch(() => {});
      throw new PageRefusal("AnswerTooLarge", { server: server.name });
    }
    pieces.push(value);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(joined(pieces))) as unknown;
  } catch {
    throw new PageRefusal("AnswerUnreadable", { server: server.name });
  }
}

async function problemOf(answer: Response): Promise<Problem> {
  return problemFrom(answer.status, await answer.text().catch(() => ""));
}

/** Reads a refusal (RFC 9457); what is none is named by its status. */
export function problemFrom(status: number, body: string): Problem {
  try {
    const { type, title, detail, status: _, ...values } = JSON.parse(body) as Record<string, unknown>;
    const name = String(type).split("/").at(-1) as string;
    if (/^[A-Z][A-Za-z]+$/.test(name)) return new Problem(status, name, String(detail ?? title ?? name), values as Values);
  } catch {
    // Not ours; a proxy's page, for example.
  }
  return new Problem(status, `HTTP ${status}`, "");
}
