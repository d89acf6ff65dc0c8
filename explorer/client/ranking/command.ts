// Criteria and ranking on a command line, for comparing them with another implementation: a task on each line of standard
// input, its answer on a line of standard output, both JSON. Documents are given as text. It is not part of a page.

import { createInterface } from "node:readline";
import { utf8, type Hex } from "../verifier/bytes.js";
import { Fields, parseJson, type Json } from "../verifier/json.js";
import { readCriteria, requireDigest } from "./criteria.js";
import { readEvaluation, requireOf } from "./evaluation.js";
import { readDecimal } from "./figure.js";
import { priceOrder, type ToldSum } from "./price_order.js";
import { rank, type Exclusion } from "./rank.js";
import { Refusal } from "./refusal.js";
import { tell, tellPriceOrder } from "./telling.js";

/** `bids` is the text of a JSON list of objects, each `bid` and `values`. */
interface RankTask {
  readonly criteria: string;
  readonly lot: string;
  readonly bids: string;
  readonly evaluation: string | null;
  readonly excluded: readonly Exclusion[];
  readonly expected?: Hex;
  readonly of?: readonly [processId: Hex, round: number];
}

interface PriceOrderTask {
  readonly criteria: string;
  readonly lot: string;
  readonly offers: readonly ToldSum[];
}

const tasks = {
  criteria({ text }: { readonly text: string }): object {
    return { digest: readCriteria(utf8(text)).digest };
  },

  rank({ criteria, lot, bids, evaluation, excluded, expected, of }: RankTask): object {
    const read = readCriteria(utf8(criteria));
    if (expected !== undefined) requireDigest(read, expected);
    const judged = evaluation === null ? null : readEvaluation(utf8(evaluation), read);
    if (judged && of) requireOf(judged, ...of);
    return tell(rank(read, lot, (parseJson(bids) as Fields[]).map(submitted), judged, excluded));
  },

  priceOrder({ criteria, lot, offers }: PriceOrderTask): object {
    return tellPriceOrder(lot, priceOrder(readCriteria(utf8(criteria)), lot, offers));
  },

  shown({ text, places }: { readonly text: string; readonly places: number }): object {
    return { shown: readDecimal(text)?.shown(places) ?? null };
  },
} as const;

function submitted(given: Fields): { readonly number: number; readonly values: ReadonlyMap<string, Json> } {
  return { number: Number((given.get("bid") as { readonly text: string } & Json).text), values: given.get("values") as Fields };
}

type Task = Readonly<Record<string, unknown>>;

function answer(task: Task): object {
  const [[name, given]] = Object.entries(task) as [[keyof typeof tasks, never]];
  try {
    return tasks[name](given);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { refusal: { error: error.error, values: error.values } };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(answer(JSON.parse(line) as Task)) + "\n");
}
