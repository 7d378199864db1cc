/**
 * The generated program and what it leaves out: proposed for the request, and saved next to its journal. What fits into a budget depends on the
 * machine's current speed, and a cell that is run again must continue the trials of the same program.
 */
import { join } from "node:path";
import * as v from "valibot";
import canonicalize from "canonicalize";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { makePrivateFolder, writePrivateFile } from "../../../fetch/private.js";
import type { SkippedCandidate, ProgramProposal, ProposedSetting, ExaminedData } from "../../../study/auto/auto.js";
import { type ProposalResult, proposeProgram } from "../../../study/auto/propose.js";
import { RULES_VERSION } from "../../../study/auto/rules.js";
import { toRunFolderError } from "../../../runs/folder-errors.js";
import { objectWith, readJsonCacheFile, schemaGuard, dictionaryOf, type Schema } from "../../../fetch/json.js";
import { isValueText } from "../../../sweep-runs/journal/value-text.js";
import type { AutoContext } from "./auto-context.js";
import type { UsableBase } from "./initial-facts.js";
import { metricsOfTask } from "#dsl/compiler/plan/metrics.js";
import { estimateCandidateCosts } from "./costs.js";
import type { ScoredContestant } from "./probes.js";

const text = v.pipe(v.string(), v.check(isValueText));
const key = v.pipe(v.string(), v.regex(/^\w+(?:\.\w+)*$/));
const line = v.pipe(v.string(), v.regex(/^[^\r\n]*$/));
const setting: Schema<ProposedSetting> = objectWith({ key, value: text, why: v.exactOptional(line) });
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
  const known: unknown = readJsonCacheFile(file, proposalSchema);
  return isKept(known) ? known : null;
}

export function saveProposal(file: string, made: SavedProposal): void {
  try {
    makePrivateFolder(join(file, ".."));
    writePrivateFile(file, JSON.stringify(made));
  } catch (error) {
    throw toRunFolderError(error, file);
  }
}

interface Looking {
  readonly looked: ExaminedData;
  readonly able: Parameters<typeof estimateCandidateCosts>[1];
  readonly probed: readonly ScoredContestant[];
  readonly seconds: number;
}

export async function proposeFromProbes(around: AutoContext, { looked: there, able, probed, seconds }: Looking) {
  const { auto } = around.action;
  return proposeProgram(await estimateCandidateCosts(around, able, probed), {
    rows: there.rows.train,
    validating: there.rows.validation,
    task: there.task,
    seconds,
    trials: auto.trials,
    fixed: auto.fixed,
    requested: askedIn(around, seconds),
    keep: keptBy(around),
  });
}

/** The request as settings of a sweep. */
function askedIn({ action }: AutoContext, seconds: number): readonly ProposedSetting[] {
  const { written, trials, budgetTokens, atOnce, runner } = action.auto;
  const counted = Object.entries({ trials, tokens: budgetTokens ?? null, at_once: atOnce ?? null });
  return [
    ...counted.flatMap(([key, value]) => (value === null ? [] : [{ key, value: String(value) }])),
    budgetLine(seconds),
    ...(runner === undefined ? [] : [{ key: "runner", value: runner }]),
    ...Object.entries(written.keys).map(([key, value]) => ({ key, value })),
  ];
}

function budgetLine(seconds: number): ProposedSetting {
  return { key: "budget", value: `${String(Math.max(1, Math.round(seconds)))}s`, why: "the remaining budget" };
}

/** Replaces the proposal's budget by the current one. */
export function proposalWithBudget(proposal: ProgramProposal, seconds: number): ProgramProposal {
  return { ...proposal, sweep: proposal.sweep.map((one) => (one.key === "budget" ? budgetLine(seconds) : one)) };
}

/** The first goal, if validations measure it during training; else null. */
function keptBy(around: AutoContext): string | null {
  const { session, action } = around;
  const { task, data, goal, written } = action.auto;
  const roles = Object.keys(data.columns);
  const measured = metricsOfTask(session.vocabulary.registry, task, roles, { training: true });
  return measured.includes(goal.metric.word) ? written.goal : null;
}
