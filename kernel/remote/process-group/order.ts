/** What a process that is to be a rank is given, on its input, and what it says of itself where it can't be one, on its output. */
import * as v from "valibot";
import { fields, jsonOrNone, whole, type Schema } from "../../fetch/json.js";
import { ENGINE_NAMES, type EngineName } from "../../engines/engine.js";

export interface Ordered {
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
const ordered: Schema<Ordered> = fields({
  address: text,
  port: whole(1),
  token: text,
  rank: whole(1),
  of: whole(2),
  version: text,
  recipe: text,
  plan: text,
  shipment: text,
  engine: fields({ engine: v.picklist(ENGINE_NAMES), threads: whole(1) }),
});
export const orderIn = (line: string): Ordered | null => jsonOrNone(line, ordered);

const failure = fields({ failed: text });
export const failureText = (why: string): string => `${JSON.stringify({ failed: why })}\n`;
/** Undefined: it said nothing. */
export function failureIn(said: string): string | undefined {
  for (const line of said.split("\n").reverse()) {
    const found = line === "" ? null : jsonOrNone(line, failure);
    if (found) return found.failed;
  }
  return undefined;
}
