// The two keys of one officer, and what is done with them. They are held where this runs, and go nowhere else.

import { accessHeader, type Access } from "../bid/access.js";
import { textSignature } from "../bid/account.js";
import { signedTransaction, transactionHash } from "../bid/transaction.js";
import { toHex, type Hex } from "../verifier/bytes.js";
import { accountOf } from "../verifier/signature.js";
import { publicOf } from "../sealing/hpke.js";
import { contributionDigest, type SignedContribution } from "../sealing/signed_contribution.js";
import { openKeystore } from "./keystore.js";
import { openSealingKey } from "./sealing_key.js";

/** The cap of a transaction's gas since Osaka (EIP-7825): gas costs nothing here, and the most bids need much. */
const GAS = 2 ** 24;

export interface KeyFiles {
  /** Texts of the files. */
  readonly keystore: string;
  readonly sealing: string;
  readonly passphrase: string;
}

/** What others may know of the keys. */
export interface PublicKeys {
  readonly account: Hex;
  /** 65 bytes, hex. */
  readonly sealing: Hex;
}

export interface Transaction {
  readonly chainId: bigint;
  readonly ledger: Hex;
  readonly nonce: bigint;
  readonly call: Uint8Array;
}

export class Keys {
  private constructor(
    private readonly account: Uint8Array,
    /** The private sealing key, 32 bytes. */
    readonly sealing: Uint8Array,
  ) {}

  /** Throws KeystoreUnreadable, SealingKeyUnreadable, WrongPassphrase. */
  static async open({ keystore, sealing, passphrase }: KeyFiles): Promise<Keys> {
    const sealingKey = await openSealingKey(sealing, passphrase);
    return new Keys(await openKeystore(keystore, passphrase), sealingKey);
  }

  get public(): PublicKeys {
    return { account: accountOf(this.account), sealing: toHex(publicOf(this.sealing)) };
  }

  access(access: Access): string {
    return accessHeader(access, this.account);
  }

  signed(contribution: Uint8Array): SignedContribution {
    return { contribution, signature: textSignature(contributionDigest(contribution), this.account) };
  }

  transaction({ chainId, ledger, nonce, call }: Transaction): { readonly raw: Uint8Array; readonly hash: Hex } {
    const raw = signedTransaction(chainId, ledger, nonce, call, this.account, GAS);
    return { raw, hash: transactionHash(raw) };
  }
}
