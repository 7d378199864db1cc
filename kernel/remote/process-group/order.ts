/** What a process that is to be a rank is given, on its input, and what it says of itself where it can't be one, on its output. */
import * as v from "valibot";
import { objectWith, parseJsonOrNull, wholeNumber, type Schema } from "../../fetch/json.js";
import { ENGINE_NAMES, type EngineName } from "../../engines/engine.js";

export interface RankProcessOrder {
  readonly address: string;
  readonly port: number;
  readonly token: string;
  readonly rank: number;
  readonly of: number;
  readonly version: string;
  /** Hashes of what it is to train: what it compiles must come to the same. */
  readonly recipe: string;
  readonly plan: string;
  /** Folder of the shipment. */
  readonly shipment: string;
  /** As rank 0 has it: the same engine with as many threads gives the same bits. */
  readonly engine: { readonly engine: EngineName; readonly threads: number };
}
const text = v.string();
const ordered: Schema<RankProcessOrder> = objectWith({
  address: text,
  port: wholeNumber(1),
  token: text,
  rank: wholeNumber(1),
  of: wholeNumber(2),
  version: text,
  recipe: text,
  plan: text,
  shipment: text,
  engine: objectWith({ engine: v.picklist(ENGINE_NAMES), threads: wholeNumber(1) }),
});
export const parseRankProcessOrder = (line: string): RankProcessOrder | null => parseJsonOrNull(line, ordered);

const failure = objectWith({ failed: text });
export const rankFailureText = (why: string): string => `${JSON.stringify({ failed: why })}\n`;
/** Undefined: it said nothing. */
export function rankFailureIn(output: string): string | undefined {
  for (const line of output.split("\n").reverse()) {
    const found = line === "" ? null : parseJsonOrNull(line, failure);
    if (found) return found.failed;
  }
  return undefined;
}
