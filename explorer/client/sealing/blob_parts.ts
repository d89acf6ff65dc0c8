// Bytes that come piece by piece, kept as a blob: of what is long, little is in memory at once.

/** So much is put together before the browser may move it to the disk. */
const PART = 4 * 2 ** 20;

export class BlobParts {
  private readonly parts: Blob[] = [];
  private pieces: Uint8Array<ArrayBuffer>[] = [];
  private held = 0;

  /** The piece may be used again afterwards. */
  add(piece: Uint8Array): void {
    this.pieces.push(piece.slice());
    this.held += piece.length;
    if (this.held >= PART) this.put();
  }

  whole(): Blob {
    this.put();
    return new Blob(this.parts);
  }

  private put(): void {
    if (this.held > 0) this.parts.push(new Blob(this.pieces));
    this.pieces = [];
    this.held = 0;
  }
}

/** Each under its name. */
export class NamedParts {
  private readonly found = new Map<string, BlobParts>();

  add(name: string, piece: Uint8Array): void {
    if (!this.found.has(name)) this.found.set(name, new BlobParts());
    this.found.get(name)?.add(piece);
  }

  /** Empty if there was none. */
  whole(name: string): Blob {
    return this.found.get(name)?.whole() ?? new Blob();
  }
}
