/** Details of one run: curves, scores, checkpoints, source text, card, and differences from another run. Read-only. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { programText } from "#dsl/compiler/plan/text.js";
import { registry } from "#stdlib/registry.js";
import { curvesFigure } from "../../display/curves/curves.js";
import type { Figure } from "../../display/figure.js";
import { learningRateAndNormFigure } from "../../display/curves/rate-curves.js";
import { commonNumberFormat } from "../../display/column.js";
import { byteSizeText, printable, significantText } from "../../host/value-text.js";
import { downsampleFigure } from "../../display/curves/thin.js";
import { readHeader } from "../../tensors/safetensors.js";
import { settingDifferences, type RunSettingsSource, type SettingDifference } from "./differences.js";
import type { RunEvent } from "../../events/events.js";
import { parseRunEvents, readRegularJson, readRegularFile } from "../read-events.js";
import { isValidPlan } from "../plan-schema.js";
import { isPinnedRunFacts } from "../run-folder.js";
import { loadStatementText } from "./load-text.js";
import { listedScoreOf, isLiveState, type RunSummary } from "./newest-scores.js";
import type { RunList } from "./run-list.js";
import { parseRunScores } from "./run-scores.js";

export interface RunDetails {
  readonly summary: RunSummary;
  readonly folder: string;
  readonly curves: Figure | null;
  /** Learning rate and gradient norm; null if no step was taken. */
  readonly rates: Figure | null;
  readonly evaluations: readonly EvaluationRow[];
  /** One row per validation during training. */
  readonly scores: { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] };
  readonly checkpoints: readonly {
    readonly file: string;
    readonly size: string;
    readonly notes: readonly string[];
  }[];
  /** The program as written; null if its plan cannot be read. */
  readonly tune: string | null;
  /** The program that resumes it; null if it is done, or has no checkpoint. */
  readonly resume: string | null;
  /**
   * The statement that opens it as a model, under a name that is free in a new notebook; null if it is training or has
   * no weights.
   */
  readonly load: string | null;
  /** The program that repeats the training under a new name. */
  readonly again: string | null;
  readonly card: string | null;
  readonly against: {
    readonly id: string;
    readonly name: string;
    readonly differences: readonly SettingDifference[];
  } | null;
}

export interface EvaluationRow {
  /** ISO 8601. */
  readonly at: string;
  readonly step: number;
  /** For example `reviews.test`. */
  readonly on: string;
  readonly rows: string;
  readonly metric: string;
  readonly value: string;
  /** Its 95 % confidence interval. */
  readonly interval: string | null;
}
/** Display limits. */
const most = { evaluations: 400, scores: 1 << 24, card: 1 << 24 } as const;

/** Returns undefined if there is no such run. */
export async function readRunDetails(
  list: RunList,
  id: string,
  against: string | null,
): Promise<RunDetails | undefined> {
  await list.look();
  const summary = list.get(id);
  if (!summary) return undefined;
  const folder = join(list.root, id);
  const [log, scores, here, checkpoints, card] = await Promise.all([
    readRegularFile(join(folder, "events.jsonl")) ?? "",
    readRegularFile(join(folder, "scores.jsonl"), most.scores) ?? "",
    readPlanAndLockLeniently(folder),
    checkpointsOf(folder),
    cardOf(folder),
  ]);
  const events = parseRunEvents(log);
  const best = events.findLast((event) => event.kind === "checkpoint" && event.best);
  const rates = learningRateAndNormFigure(events);
  const bestStep = best?.kind === "checkpoint" ? best.step : null;
  const goesOn = ["interrupted", "killed", "failed"].includes(summary.state) && checkpoints.some((one) => one.whole);
  const program = (options: Parameters<typeof programText>[2]): string | null =>
    here ? attempt(() => programText(here.plan, registry, options)) : null;
  return {
    summary,
    folder,
    curves: events.some((event) => event.kind === "step" || event.kind === "evaluated")
      ? downsampleFigure(curvesFigure(events))
      : null,
    rates: rates && downsampleFigure(rates),
    evaluations: evaluationsIn(scores),
    scores: scoresOf(events, bestStep),
    checkpoints: checkpoints.map(({ file, size, step, whole }, i) => ({
      file,
      size: byteSizeText(size),
      notes: [
        ...(step !== null && step === bestStep ? ["best"] : []),
        ...(i === checkpoints.length - 1 && step !== null ? ["last"] : []),
        ...(whole ? [] : ["cannot be read"]),
      ],
    })),
    tune: program({}),
    resume: goesOn ? program({ resume: true }) : null,
    load: loadable(summary, checkpoints) ? loadStatementText(list.root, id, summary.name, []) : null,
    again: program({ as: `${summary.name.replace(/[^\p{ID_Continue}]/gu, "_")}_again` }),
    card,
    against: here ? await comparedWith(list, here, against) : null,
  };
}

/**
 * Returns the statement that opens a run as a model, under a name that is free in these cells; null as for
 * `RunDetails.load`.
 */
export async function loadStatementOf(list: RunList, id: string, cells: readonly string[]): Promise<string | null> {
  await list.look();
  const summary = list.get(id);
  if (!summary || !loadable(summary, await checkpointsOf(join(list.root, id)))) return null;
  return loadStatementText(list.root, id, summary.name, cells);
}
function loadable({ state, problem }: RunSummary, checkpoints: readonly CheckpointFile[]): boolean {
  const damaged = state === "broken" || (problem !== undefined && state !== "killed");
  return !isLiveState(state) && !damaged && checkpoints.some((one) => one.whole);
}

async function comparedWith(
  list: RunList,
  here: RunSettingsSource,
  against: string | null,
): Promise<RunDetails["against"]> {
  const other = against === null ? undefined : list.get(against);
  const there = other && readPlanAndLockLeniently(join(list.root, other.id));
  return other && there ? { id: other.id, name: other.name, differences: settingDifferences(here, there) } : null;
}

export function readPlanAndLockLeniently(folder: string): RunSettingsSource | null {
  const [plan, lock] = ["plan.json", "lock.json"].map((name) => readRegularJson(join(folder, name)) ?? null);
  return isValidPlan(plan) ? { plan, lock: isPinnedRunFacts(lock) ? lock : null } : null;
}

interface CheckpointFile {
  readonly file: string;
  readonly size: number;
  readonly step: number | null;
  readonly whole: boolean;
}
async function checkpointsOf(folder: string): Promise<readonly CheckpointFile[]> {
  const names = await readdir(join(folder, "checkpoints")).catch(() => []);
  const found = await Promise.all(
    names.map(async (name): Promise<CheckpointFile> => {
      const path = join(folder, "checkpoints", name);
      const size = await stat(path).then(
        (s) => s.size,
        () => 0,
      );
      const step = /^step-(\d+)\.safetensors$/.exec(name)?.[1];
      const whole = step !== undefined && attempt(() => readHeader(path)) !== null;
      return { file: name, size, step: step === undefined ? null : Number(step), whole };
    }),
  );
  return found.sort((a, b) => (a.step ?? -1) - (b.step ?? -1) || a.file.localeCompare(b.file));
}

/** The card is treated as plain text, never as our own markup. */
function cardOf(folder: string): string | null {
  for (const path of ["README.md", join("adapter", "README.md")]) {
    const text = readRegularFile(join(folder, path), most.card);
    if (text !== null) return printable(text.slice(0, 40_000));
  }
  return null;
}

function evaluationsIn(text: string): readonly EvaluationRow[] {
  return parseRunScores(text)
    .toReversed()
    .flatMap((score) =>
      Object.entries(score.metrics).map(([name, given]) => {
        const { metric, on, count, low, high } = listedScoreOf(score, name, given);
        return {
          at: printable(score.at),
          step: score.step,
          on,
          rows: count === null ? "" : String(count),
          metric,
          value: significantText(given.value),
          interval: low === null || high === null ? null : `${significantText(low)} – ${significantText(high)}`,
        };
      }),
    )
    .slice(0, most.evaluations);
}

function scoresOf(events: readonly RunEvent[], best: number | null): RunDetails["scores"] {
  const evaluations = events.filter((event) => event.kind === "evaluated");
  const names = [
    ...new Set(evaluations.flatMap(({ split, metrics }) => Object.keys(metrics).map((name) => `${split} ${name}`))),
  ];
  const stepValues = [...new Set(evaluations.map(({ step }) => step))].map((step) => ({
    step,
    values: new Map<string, number>(
      evaluations
        .filter((event) => event.step === step)
        .flatMap(({ split, metrics }) =>
          Object.entries(metrics).map(([name, value]) => [`${split} ${name}`, value] as const),
        ),
    ),
  }));
  const columns = names.map((name) => {
    const numbers = stepValues.flatMap(({ values }) => values.get(name) ?? []);
    return { name, written: commonNumberFormat(numbers) };
  });
  const rows = stepValues.map(({ step, values }) => {
    const texts = columns.map(({ name, written }) => {
      const value = values.get(name);
      return value === undefined ? "" : (written(value) ?? significantText(value));
    });
    return [String(step), ...texts, step === best ? "best" : ""];
  });
  return { columns: ["step", ...names.map(printable), ""], rows };
}

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null; // of another version, or truncated
  }
}
