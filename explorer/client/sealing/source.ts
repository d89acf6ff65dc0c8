// Bytes that are read piece by piece, as often as needed: a Blob, or a file with the same three members.

import { concat } from "../verifier/bytes.js";

export interface Source {
  readonly size: number;
  slice(from: number, to: number): Source;
  stream(): ReadableStream<Uint8Array>;
}

/** Bytes one after the other, in pieces of any size. */
export type Pieces = AsyncGenerator<Uint8Array, void, undefined>;

/** Short ones only. */
export async function bytesOf(source: Source): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of piecesOf(source.stream())) pieces.push(piece);
  return concat(...pieces);
}

/** Not every browser lets a stream be walked through by itself. Whoever stops early cancels it. */
export async function* piecesOf(stream: ReadableStream<Uint8Array>): Pieces {
  const reader = stream.getReader();
  let isDone = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      isDone = done;
      if (done) return;
      yield value;
    }
  } catch (error) {
    isDone = true;
    throw error;
  } finally {
    if (!isDone) await reader.cancel();
  }
}

/** The other way round; a piece is made when it is asked for. */
export function streamOf(pieces: Pieces): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pieces.return();
    },
  });
}
