/**
 * The generated program and what it leaves out, saved next to its journal. What fits into a budget depends on the
 * machine's current speed, and a cell that is run again must continue the trials of the same program.
 */
import { join } from "node:path";
import * as v from "valibot";
import canonicalize from "canonicalize";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { makePrivateFolder, writePrivate } from "../../../fetch/private.js";
import type { SkippedCandidate, ProgramProposal, ProgramSetting } from "../../../study/auto/auto.js";
import type { ProposalResult } from "../../../study/auto/propose.js";
import { RULES_VERSION } from "../../../study/auto/rules.js";
import { toRunFolderError } from "../../../runs/folder-errors.js";
import { objectWith, readHint, schemaGuard, dictionaryOf, type Schema } from "../../../fetch/json.js";
import { isValueText } from "../../../sweep-runs/journal/value-text.js";
import type { AutoContext } from "./auto-context.js";
import type { UsableBase } from "./initial-facts.js";

const text = v.pipe(v.string(), v.check(isValueText));
const key = v.pipe(v.string(), v.regex(/^\w+(?:\.\w+)*$/));
const line = v.pipe(v.string(), v.regex(/^[^\r\n]*$/));
const setting: Schema<ProgramSetting> = objectWith({ key, value: text, why: v.exactOptional(line) });
const settings = v.array(setting);
const proposal: Schema<ProgramProposal> = objectWith({
  model: settings,
  recipe: settings,
  vary: settings,
  sweep: settings,
  first: v.array(dictionaryOf(v.string())),
});
const left: Schema<readonly SkippedCandidate[]> = v.array(objectWith({ what: line, why: line }));
const proposalSchema: Schema<SavedProposal> = objectWith({ proposal, left });
const isKept = schemaGuard(proposalSchema);

export type SavedProposal = ProposalResult & { readonly proposal: ProgramProposal };

/**
 * The file name depends on the request, the rows, the bases and the rules: other budgets, rows or bases give other
 * programs, as do changed weights under the same name.
 */
export function proposalFile({ session, action }: AutoContext, dataHash: string, able: readonly UsableBase[]): string {
  const { data, ...request } = action.auto;
  const bases = able.map(({ looked, plan }) => [looked.name, plan.recipe.model.baseHash]);
  const identity = { ...request, data: dataHash, columns: data.columns, beside: bases, rules: RULES_VERSION };
  const hash = bytesToHex(sha256(utf8ToBytes(canonicalize(identity) ?? "")));
  return join(session.runs, "sweeps", `${action.name}-${hash.slice(0, 12)}.auto.json`);
}

export function readProposal(file: string): SavedProposal | null {
  const known: unknown = readHint(file, proposalSchema);
  return isKept(known) ? known : null;
}

export function saveProposal(file: string, made: SavedProposal): void {
  try {
    makePrivateFolder(join(file, ".."));
    writePrivate(file, JSON.stringify(made));
  } catch (error) {
    throw toRunFolderError(error, file);
  }
}
