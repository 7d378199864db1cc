/**
 * The program that was written and what it leaves out, kept beside its journal: what fits into a budget depends on what the machine did just now, and a
 * cell that is run again goes on with the trials of its own program.
 */
import { join } from "node:path";
import * as v from "valibot";
import canonicalize from "canonicalize";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { makePrivateFolder, writePrivate } from "../../../fetch/private.js";
import type { Left, Proposal, Setting } from "../../../study/auto/auto.js";
import type { Proposed } from "../../../study/auto/propose.js";
import { RULES } from "../../../study/auto/rules.js";
import { writing } from "../../../runs/folder-errors.js";
import { fields, hintIn, like, table, type Schema } from "../../../fetch/json.js";
import { isValueText } from "../../../sweep-runs/journal/value-text.js";
import type { AroundAuto } from "./auto-context.js";
import type { Able } from "./initial-facts.js";

const text = v.pipe(v.string(), v.check(isValueText));
const key = v.pipe(v.string(), v.regex(/^\w+(?:\.\w+)*$/));
const line = v.pipe(v.string(), v.regex(/^[^\r\n]*$/));
const setting: Schema<Setting> = fields({ key, value: text, why: v.exactOptional(line) });
const settings = v.array(setting);
const proposal: Schema<Proposal> = fields({
  model: settings,
  recipe: settings,
  vary: settings,
  sweep: settings,
  first: v.array(table(v.string())),
});
const left: Schema<readonly Left[]> = v.array(fields({ what: line, why: line }));
const kept: Schema<Kept> = fields({ proposal, left });
const isKept = like(kept);

export type Kept = Proposed & { readonly proposal: Proposal };

/**
 * By what was asked, of which rows, with which bases, and by which rules: other budgets, rows or bases write other programs, and
 * so do other weights by a name that stays.
 */
export function keptFile({ session, action }: AroundAuto, dataHash: string, able: readonly Able[]): string {
  const { data, ...asked } = action.auto;
  const bases = able.map(({ looked, plan }) => [looked.name, plan.recipe.model.baseHash]);
  const identity = { ...asked, data: dataHash, columns: data.columns, beside: bases, rules: RULES };
  const hash = bytesToHex(sha256(utf8ToBytes(canonicalize(identity) ?? "")));
  return join(session.runs, "sweeps", `${action.name}-${hash.slice(0, 12)}.auto.json`);
}

export function keptIn(file: string): Kept | null {
  const known: unknown = hintIn(file, kept);
  return isKept(known) ? known : null;
}

export function keep(file: string, made: Kept): void {
  try {
    makePrivateFolder(join(file, ".."));
    writePrivate(file, JSON.stringify(made));
  } catch (error) {
    throw writing(error, file);
  }
}
