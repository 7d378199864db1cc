/**
 * What rounds of federations have spent of the privacy of rows, where each client counts its own: a file in the runs folder, one
 * for the rows of one hash. A round is written before it is trained, and counts whether its answer arrives or not.
 */
import { appendFileSync, closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync } from "node:fs";
import { dirname } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { PrivacyPlan } from "#dsl/compiler/plan/recipe.js";
import type { PrivacyImplementation, SampledSteps } from "#stdlib/privacies/kind.js";
import * as v from "valibot";
import { objectWith, parseJsonOrNull, wholeNumber } from "../../../fetch/json.js";
import { readNamedText } from "../../../fetch/regular.js";
import { toRunFolderError } from "../../../runs/folder-errors.js";
import { withJournalLock } from "../../../runs/optuna/journal-lock.js";

const entry = objectWith({ noise: v.number(), rate: v.number(), steps: wholeNumber(1) });
/** Bytes of an account at most: half a million rounds. */
const MOST = 64 * 2 ** 20;

export interface PrivacyLedgerOptions {
  readonly file: string;
  readonly accountant: PrivacyImplementation;
  readonly privacy: Pick<PrivacyPlan, "call" | "epsilon">;
  /** What a round of this client spends. */
  readonly round: SampledSteps;
}

export class PrivacyLedger {
  constructor(private readonly options: PrivacyLedgerOptions) {}

  /** ε of all rounds so far. Coded errors of files. */
  get spent(): number {
    const all = this.entries();
    const { accountant, privacy } = this.options;
    return all.length === 0 ? 0 : accountant.spent(privacy.call, together(all));
  }

  /** One more round. @returns ε that is spent with it. Coded errors `join-epsilon`, `no-space`, `run-folder`. */
  charge(what: { readonly round: number }): number {
    const { file } = this.options;
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      // Two that train on the same rows read and write one after the other.
      return withJournalLock(file, () => this.charged(what));
    } catch (error) {
      throw error instanceof CodedError ? error : toRunFolderError(error, file);
    }
  }

  private charged(what: { readonly round: number }): number {
    const { file, accountant, privacy, round } = this.options;
    const spent = accountant.spent(privacy.call, together([...this.entries(), round]));
    // ε is found by a search, whose last digits are no promise.
    if (spent > privacy.epsilon * (1 + 1e-3))
      throw new CodedError("join-epsilon", { spent, most: privacy.epsilon, account: file });
    const line = JSON.stringify({ at: new Date().toISOString(), ...what, ...round });
    // A line that is torn stays one of its own.
    appendFileSync(file, `${endsInLine(file) ? "" : "\n"}${line}\n`, { mode: 0o600, flush: true });
    return spent;
  }

  /** Read anew each time: others may train on the same rows. A line that is torn, by a machine that went down, was whole once. */
  private entries(): readonly SampledSteps[] {
    const { file, round } = this.options;
    if (!existsSync(file)) return [];
    const lines = readNamedText(file, file, { most: MOST }).split("\n");
    return lines.flatMap((line) => (line === "" ? [] : [parseJsonOrNull(line, entry) ?? round]));
  }
}

/** Also where there is nothing yet. */
function endsInLine(file: string): boolean {
  if (!existsSync(file)) return true;
  const open = openSync(file, "r");
  try {
    const { size } = fstatSync(open);
    const last = Buffer.alloc(1);
    return size === 0 || (readSync(open, last, 0, 1, size - 1) === 1 && last[0] === 0x0a);
  } finally {
    closeSync(open);
  }
}

/** Rounds alike, as one. */
function together(all: readonly SampledSteps[]): readonly SampledSteps[] {
  const groups = new Map<string, SampledSteps>();
  for (const { noise, rate, steps } of all) {
    const key = `${String(noise)} ${String(rate)}`;
    groups.set(key, { noise, rate, steps: steps + (groups.get(key)?.steps ?? 0) });
  }
  return [...groups.values()];
}
