// A file on a disk as a source, for the command. No browser has this.

import { closeSync, openSync, readSync, statSync } from "node:fs";
import type { Source } from "./source.js";

const PIECE = 65536;

export class FileSource implements Source {
  constructor(
    private readonly path: string,
    /** Bytes that are read at once. */
    private readonly piece = PIECE,
    private readonly from = 0,
    private readonly to = statSync(path).size,
  ) {}

  get size(): number {
    return this.to - this.from;
  }

  slice(from: number, to: number): FileSource {
    return new FileSource(this.path, this.piece, this.from + from, Math.min(this.from + to, this.to));
  }

  stream(): ReadableStream<Uint8Array> {
    const file = openSync(this.path, "r");
    let at = this.from;
    return new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const piece = new Uint8Array(Math.min(this.piece, this.to - at));
        const count = piece.length && readSync(file, piece, 0, piece.length, at);
        at += count;
        if (count > 0) controller.enqueue(piece.subarray(0, count));
        else {
          closeSync(file);
          controller.close();
        }
      },
      cancel: () => {
        closeSync(file);
      },
    });
  }
}
