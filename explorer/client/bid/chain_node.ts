// A node of the chain, asked directly (JSON-RPC): whoever runs it need not be believed, and its answers are bounded.

import { toHex, type Hex } from "../verifier/bytes.js";
import { PageRefusal, Problem } from "./refusal.js";
import { revertOf } from "./revert.js";
import { fetched, readBounded, type Server } from "./servers.js";
import { Told } from "./told_members.js";

/** As much as an answer may have. */
const MOST_BYTES = 2 ** 20;
/** Characters of a node's own words that are shown. */
const LONGEST = 200;

/** What a node says of a transaction that stands in a block: all of it is the node's word. */
export interface InBlock {
  readonly isDone: boolean;
  readonly block: bigint;
  /** Whether the ledger's log of this transaction names the commitment. */
  readonly namesIt: boolean;
}

export interface Call {
  readonly from: Hex;
  readonly to: Hex;
  readonly data: Uint8Array;
}

/** Every method throws ServerSilent, AnswerTooLarge, AnswerUnreadable, NodeRefused, and a Problem for what the ledger refuses. */
export class ChainNode {
  private readonly told: Told;

  constructor(readonly server: Server) {
    this.told = new Told(server.name);
  }

  /** Throws WrongChain, too. */
  async requireChain(expected: bigint): Promise<void> {
    const got = this.quantity(await this.ask("eth_chainId", []));
    if (got !== expected) {
      throw new PageRefusal("WrongChain", { server: this.server.name, got: String(got), expected: String(expected) });
    }
  }

  /** The number of the account's next transaction. */
  async nextNonce(account: Hex): Promise<bigint> {
    return this.quantity(await this.ask("eth_getTransactionCount", [`0x${account}`, "pending"]));
  }

  async knows(hash: Hex): Promise<boolean> {
    return (await this.ask("eth_getTransactionByHash", [`0x${hash}`])) !== null;
  }

  /** Tries a call without recording anything; throws what refuses it. `block`: after which one, else the newest. */
  async run({ from, to, data }: Call, block?: bigint): Promise<void> {
    const call = { from: `0x${from}`, to: `0x${to}`, data: `0x${toHex(data)}`, gasPrice: "0x0" };
    await this.ask("eth_call", [call, block === undefined ? "latest" : `0x${block.toString(16)}`]);
  }

  /** Every node has other words for a transaction that it has already: it is asked, instead of reading them. */
  async send(raw: Uint8Array, hash: Hex): Promise<void> {
    try {
      if (await this.ask("eth_sendRawTransaction", [`0x${toHex(raw)}`]) !== `0x${hash}`) this.told.unreadable();
    } catch (error) {
      const isRefusal = error instanceof Problem || (error instanceof PageRefusal && error.error === "NodeRefused");
      if (!isRefusal || !(await this.knows(hash))) throw error;
    }
  }

  /** Null where no block has it. */
  async inBlock(hash: Hex, ledger: Hex, commitment: Hex): Promise<InBlock | null> {
    const found = await this.ask("eth_getTransactionReceipt", [`0x${hash}`]);
    if (found === null) return null;
    const { transactionHash, status, blockNumber, logs } = this.told.object(found);
    if (transactionHash !== `0x${hash}` || (status !== "0x0" && status !== "0x1")) this.told.unreadable();
    const namesIt = this.told.list(logs).map((log) => this.told.object(log))
      .some(({ address, data }) => this.told.text(address).toLowerCase() === `0x${ledger}` && this.told.text(data).includes(commitment));
    return { isDone: status === "0x1", block: this.quantity(blockNumber), namesIt };
  }

  /** Seconds since 1970. */
  async timeOf(block: bigint): Promise<number> {
    const found = this.told.object(await this.ask("eth_getBlockByNumber", [`0x${block.toString(16)}`, false]));
    if (this.quantity(found.number) !== block) this.told.unreadable();
    return this.told.moment(Number(this.quantity(found.timestamp)));
  }

  private quantity(given: unknown): bigint {
    return typeof given === "string" && /^0x[0-9a-f]{1,64}$/i.test(given) ? BigInt(given) : this.told.unreadable();
  }

  private async ask(method: string, params: readonly unknown[]): Promise<unknown> {
    const { server } = this;
    const answer = await fetched(server, server.url, {
      method: "POST", headers: { "content-type": "application/json" }, redirect: "error", credentials: "omit",
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    if (!answer.ok) {
      void answer.body?.cancel();
      throw new PageRefusal("NodeRefused", { server: server.name, reason: `HTTP ${answer.status}` });
    }
    const { result, error } = this.told.object(await readBounded(server, answer, MOST_BYTES));
    if (error === undefined || error === null) return result === undefined ? this.told.unreadable() : result;
    const { message, data } = this.told.object(error);
    throw revertOf(data) ?? new PageRefusal("NodeRefused", { server: server.name, reason: String(message).slice(0, LONGEST) });
  }
}
