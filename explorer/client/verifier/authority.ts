// Who could act for an organisation when it acted.

import type { Act } from "./act.js";
import type { Hex } from "./bytes.js";
import { readRegistry } from "./registry.js";
import type { KeySet, Standing } from "./standing.js";
import { Refused } from "./statute_row.js";
import { ROLES, type Row } from "./statute_table.js";

export class Authorities {
  private readonly standings: ReadonlyMap<Hex, Standing>;

  /** From the registry's acts by organisation, whole and in order. Throws ActImpossible. */
  constructor(series: ReadonlyMap<Hex, readonly Act[]>) {
    this.standings = readRegistry(series);
  }

  /** Role bits and kind bits after so many acts of the organisation, in a block of `time`. */
  rolesAndKinds(id: Hex, account: Hex, position: number, time: bigint): readonly [number, number] {
    const standing = this.standings.get(id);
    const then = standing?.at(position);
    return standing && then ? [standing.rolesOf(account, position, time), then.kinds] : [0, 0];
  }

  /** Whether it can have had exactly so many registry acts in a block of `time`. One that is not known had none. */
  fits(id: Hex, position: number, time: bigint): boolean {
    return this.standings.get(id)?.fits(position, time) ?? position === 0;
  }

  /** Whether it can have been of this kind (bit) in a block of `time`. */
  hadKind(id: Hex, kind: number, time: bigint): boolean {
    return this.standings.get(id)?.possible(time).some(({ kinds }) => (kinds & kind) !== 0) ?? false;
  }

  /** Whether one that is known can have been of this kind, and the account have held this role for it (bits), then. */
  couldAct(id: Hex, account: Hex, kind: number, role: number, time: bigint): boolean {
    const standing = this.standings.get(id) as Standing;
    return standing.positions(time).some((position) => {
      const [roles, kinds] = this.rolesAndKinds(id, account, position, time);
      return (kinds & kind) !== 0 && (roles & role) !== 0;
    });
  }

  /** Its key set, if that was ready after so many acts: accepted by all, not retired, all custodians' series here. */
  keySet(id: Hex, keySet: Hex, position: number): KeySet | undefined {
    const found = this.standings.get(id)?.keySets.get(keySet);
    if (found?.ready == null || found.ready > position) return undefined;
    if (found.retired !== null && found.retired <= position) return undefined;
    return found.custodians.every(({ holder }) => this.standings.has(holder)) ? found : undefined;
  }
}

/** The acts of one series in order: what they say of an organisation's length of roles never falls. */
export class Acting {
  private readonly latest = new Map<Hex, number>();

  constructor(readonly authorities: Authorities) {}

  requireRolesInTime(id: Hex, { roles, time }: Act): void {
    if (roles < (this.latest.get(id) ?? 0) || !this.authorities.fits(id, roles, time)) {
      throw new Refused("RolesOutOfTime", `0x${id} had not had exactly ${roles} acts then`);
    }
    this.latest.set(id, roles);
  }

  /** Who acted held the role of the table for the organisation. Gives the organisation's kinds then. */
  requirePeople(id: Hex, row: Row, act: Act): number {
    this.requireRolesInTime(id, act);
    if (act.first === act.second) throw new Refused("AlreadyApproved", "one person acted twice");
    const who = row.who[0] as keyof typeof ROLES;
    let kindsThen = 0;
    for (const account of row.joint ? [act.first, act.second] : [act.first]) {
      const [roles, kinds] = this.authorities.rolesAndKinds(id, account, act.roles, act.time);
      if ((roles & ROLES[who]) === 0) throw new Refused("RoleMissing", `0x${account} was no ${who} of 0x${id} then`);
      kindsThen = kinds;
    }
    return kindsThen;
  }
}
