// What earlier steps of a verification proved, for the later ones.

import type { Act } from "./act.js";
import type { Hex } from "./bytes.js";
import type { Header } from "./header.js";
import type { Procedure } from "./procedure.js";

export interface Process {
  readonly organisation: Hex;
  readonly ocid: string;
  readonly acts: readonly Act[];
  /** The head before the first act, and after each. */
  readonly heads: readonly Hex[];
}

export class Proven {
  readonly headers = new Map<number, Header>();
  /** Heads after the proven block, by account and series; zero for a series without items. */
  heads: ReadonlyMap<Hex, ReadonlyMap<Hex, Hex>> = new Map();
  /** Heads of processes after earlier blocks. */
  readonly earlier = new Map<number, ReadonlyMap<Hex, Hex>>();
  readonly processes = new Map<Hex, Process>();
  /** Where each process stands. */
  readonly procedures = new Map<Hex, Procedure>();
  readonly roles = new Map<Hex, readonly Act[]>();
}
