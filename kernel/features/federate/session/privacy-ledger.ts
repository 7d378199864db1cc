/**
 * Privacy ledger of row-level federations in which each client has its own: a file in the runs folder per hash of the
 * rows. A round is recorded before training and counts whether its response arrives or not.
 */
import { appendFileSync, closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync } from "node:fs";
import { dirname, join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { PrivacyPlan, Plan } from "#dsl/compiler/plan/plan.js";
import type { PrivacyImplementation, NoisySampledSteps } from "#stdlib/privacies/kind.js";
import * as v from "valibot";
import { objectWith, parseJsonOrNull, wholeNumber } from "../../../fetch/json.js";
import { readNamedText } from "../../../fetch/regular.js";
import { toRunFolderError } from "../../../runs/folder-errors.js";
import { withJournalLock } from "../../../runs/optuna/journal-lock.js";
import { loadImplementation } from "../../../host/load-implementation.js";
import type { LocalFederation } from "./local-clients.js";
import { shortHash } from "./node-key.js";

const entry = objectWith({ noise: v.number(), rate: v.number(), steps: wholeNumber(1) });
/** Maximum bytes of a ledger: half a million rounds. */
const MOST = 64 * 2 ** 20;

export interface PrivacyLedgerOptions {
  readonly file: string;
  readonly accountant: PrivacyImplementation;
  readonly privacy: Pick<PrivacyPlan, "call" | "epsilon">;
  /** Privacy cost of one round of this client. */
  readonly round: NoisySampledSteps;
}

export class PrivacyLedger {
  constructor(private readonly options: PrivacyLedgerOptions) {}

  /** ε spent in all rounds so far. Coded errors of files. */
  get spent(): number {
    const all = this.entries();
    const { accountant, privacy } = this.options;
    return all.length === 0 ? 0 : accountant.spent(privacy.call, together(all));
  }

  /**
   * Records one more round. @returns the ε spent including it. Coded errors `join-epsilon`, `no-space`, `run-folder`.
   */
  charge(what: { readonly round: number }): number {
    const { file } = this.options;
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      // A lock serializes two clients that train on the same rows.
      return withJournalLock(file, () => this.charged(what));
    } catch (error) {
      throw error instanceof CodedError ? error : toRunFolderError(error, file);
    }
  }

  private charged(what: { readonly round: number }): number {
    const { file, accountant, privacy, round } = this.options;
    const spent = accountant.spent(privacy.call, together([...this.entries(), round]));
    // ε is found by a search whose last digits are not exact.
    if (spent > privacy.epsilon * (1 + 1e-3))
      throw new CodedError("join-epsilon", { spent, most: privacy.epsilon, account: file });
    const line = JSON.stringify({ at: new Date().toISOString(), ...what, ...round });
    // A torn line stays a separate line.
    appendFileSync(file, `${endsInLine(file) ? "" : "\n"}${line}\n`, { mode: 0o600, flush: true });
    return spent;
  }

  /**
   * Reads the file each time: other processes may train on the same rows. A torn line, after a machine crash, still
   * counts as a round.
   */
  private entries(): readonly NoisySampledSteps[] {
    const { file, round } = this.options;
    if (!existsSync(file)) return [];
    const lines = readNamedText(file, file, { most: MOST }).split("\n");
    return lines.flatMap((line) => (line === "" ? [] : [parseJsonOrNull(line, entry) ?? round]));
  }
}

/** Also true for an empty or missing file. */
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

function together(all: readonly NoisySampledSteps[]): readonly NoisySampledSteps[] {
  const groups = new Map<string, NoisySampledSteps>();
  for (const { noise, rate, steps } of all) {
    const key = `${String(noise)} ${String(rate)}`;
    groups.set(key, { noise, rate, steps: steps + (groups.get(key)?.steps ?? 0) });
  }
  return [...groups.values()];
}

/** Returns the ledger of the rows with this hash; null without row-level privacy. */
export async function privacyLedgerOf(
  { recipe }: Plan,
  { privacy }: LocalFederation,
  { runs, rows }: { readonly runs: string; readonly rows: string },
): Promise<PrivacyLedger | null> {
  const round = privacy?.rounds?.[0];
  const promised = recipe.training.privacy;
  if (!round || !promised) return null;
  return new PrivacyLedger({
    file: join(runs, ".joined", `${shortHash(rows)}.jsonl`),
    accountant: await loadImplementation(promised.call, "privacy"),
    privacy: promised,
    round,
  });
}
