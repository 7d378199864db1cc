/** Order that a rank's process reads from its input, and the failure that it reports on its output. */
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
  /** Hashes of the recipe and plan to train: the rank's compilation must give the same. */
  readonly recipe: string;
  readonly plan: string;
  readonly shipment: string;
  /** Same as rank 0: the same engine with the same number of threads gives identical bits. */
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
/** Returns undefined if the rank reported no failure. */
export function rankFailureIn(output: string): string | undefined {
  for (const line of output.split("\n").reverse()) {
    const found = line === "" ? null : parseJsonOrNull(line, failure);
    if (found) return found.failed;
  }
  return undefined;
}
