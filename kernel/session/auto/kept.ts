/**
 * The program that was written, kept beside its journal: what fits into a budget depends on what the machine did just now, and a
 * cell that is run again goes on with the trials of its own program.
 */
import { join } from "node:path";
import * as v from "valibot";
import canonicalize from "canonicalize";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import writeFileAtomic from "write-file-atomic";
import { mkdirSync } from "node:fs";
import type { Proposal, Setting } from "../../core/auto/auto.js";
import { writing } from "../../artifacts/folder-errors.js";
import { fields, hintIn, like, table, type Schema } from "../../fetch/json.js";
import { isValueText } from "../sweeps/value-text.js";
import type { AroundAuto } from "./around.js";

const text = v.pipe(v.string(), v.check(isValueText));
const key = v.pipe(v.string(), v.regex(/^\w+(?:\.\w+)*$/));
const line = v.pipe(v.string(), v.regex(/^[^\r\n]*$/));
const setting = fields({ key, value: text, why: v.optional(line) }) as unknown as Schema<Setting>;
const settings = v.array(setting) as unknown as Schema<readonly Setting[]>;
const proposal = fields({
  ...{ model: settings, recipe: settings, vary: settings, sweep: settings },
  first: v.array(table(v.string()) as never),
}) as unknown as Schema<Proposal>;
const isProposal = like(proposal);

/** By what was asked, of which rows: other budgets, bases or rows write other programs. */
export function keptFile({ session, action }: AroundAuto, dataHash: string): string {
  const { data, ...asked } = action.auto;
  const identity = { ...asked, data: dataHash, columns: data.columns };
  const hash = bytesToHex(sha256(utf8ToBytes(canonicalize(identity) ?? "")));
  return join(session.runs, "sweeps", `${action.name}-${hash.slice(0, 12)}.auto.json`);
}

export function keptIn(file: string): Proposal | null {
  const known: unknown = hintIn(file, proposal);
  return isProposal(known) ? known : null;
}

export function keep(file: string, made: Proposal): void {
  try {
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileAtomic.sync(file, JSON.stringify(made));
  } catch (error) {
    throw writing(error, file);
  }
}
