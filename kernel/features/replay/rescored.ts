/** Repeats a run's recorded evaluations on its replay: those on its own data with metrics that need only the model. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseValue, fillValueDefaults } from "#dsl/compiler/statement/value.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import { readCheckpoints } from "../../runs/checkpoints.js";
import { appendRunScore, readRunScores, type RunScore } from "../../runs/history/run-scores.js";
import { resampleMetrics } from "../../inference/measuring/comparison.js";
import { metricReadsGeneratedTexts, metricFilesIn } from "../../inference/measuring/measure-metric.js";
import type { ComparedRunRecord } from "../../runs/record/compared-run.js";
import { finalCheckpoint } from "../../models/kept-checkpoint.js";
import type { RunFolder } from "../../runs/run-folder.js";
import type { ModelHandle } from "../../models/model-handle.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { evaluateModel } from "../../evaluation/evaluate-once.js";
import type { RunNumberPair } from "../../runs/record/number-tolerance.js";

export interface RepeatedScores {
  readonly numbers: readonly RunNumberPair[];
  /** Scores that were not repeated, with the reasons. */
  readonly left: readonly string[];
}

/** `run`: the replay, which stores the scores. */
export async function rescoreReplay(
  session: OpenSession,
  { side, handle, run }: { readonly side: ComparedRunRecord; readonly handle: ModelHandle; readonly run: RunFolder },
  context: ExecutionContext,
): Promise<RepeatedScores> {
  const [numbers, left]: [RunNumberPair[], string[]] = [[], []];
  for (const score of newestOf(side)) {
    const on = `${score.data}${score.split === null ? "" : `.${score.split}`}`;
    const why = whyNot(side, score);
    if (why !== null) {
      left.push(`scores on ${on}: ${why}`);
      continue;
    }
    const { calls, not } = await metricsOf(session, score);
    left.push(...not.map((name) => `${name} on ${on}: it is not a prediction of the model alone`));
    if (calls.length === 0) continue;
    const how = {
      metrics: calls,
      batch_size: batchSize(session),
      groups: true,
      world: metricFilesIn(context.hostContext.folder),
    };
    const subject = { data: side.plan.recipe.data, split: score.split };
    const { measures, prepared, evaluation } = await evaluateModel(session, handle, subject, how, context);
    const drawn = await resampleMetrics(measures, context.signal);
    const metrics = measures.map((measure) => {
      const { value, interval } = mustExist(drawn.get(measure), "its interval").score;
      const { better } = measure;
      return [measure.name, { value, low: interval?.low ?? null, high: interval?.high ?? null, better }] as const;
    });
    appendRunScore(run, {
      at: new Date().toISOString(),
      step: mustExist(handle.weights, "its weights").checkpoint.position.step,
      data: score.data,
      split: score.split,
      dataHash: prepared.facts.hash,
      rows: evaluation.rows,
      metrics: Object.fromEntries(metrics),
    });
    for (const [name, { value }] of metrics) {
      const then = score.metrics[name]?.value;
      const sort = name === "loss" ? ("loss" as const) : ("score" as const);
      if (then !== undefined) numbers.push({ what: `${name} on ${on}`, sort, then, now: value, rows: score.rows });
    }
  }
  return { numbers, left };
}

/** The newest evaluation per data set and split. */
function newestOf({ run }: ComparedRunRecord): readonly RunScore[] {
  const found = new Map<string, RunScore>();
  for (const score of readRunScores(run)) found.set(`${score.data} ${String(score.split)}`, score);
  return [...found.values()];
}

function whyNot({ run, plan, lock }: ComparedRunRecord, score: RunScore): string | null {
  if (score.data !== plan.recipe.data.name || score.dataHash !== lock.dataHash)
    return "the run has no information about those data";
  if (existsSync(join(run.path, "calibration.json"))) return "its calibration is not repeated";
  if (readCheckpoints(run).length === 0) return null;
  return score.step === finalCheckpoint(run, plan).position.step ? null : "they belong to other weights";
}

async function metricsOf({ vocabulary: { registry } }: OpenSession, score: RunScore) {
  const parameter = mustExist(
    registry.find("verb", "evaluate")?.parameters.find(({ name }) => name === "metrics"),
    "`metrics` of an evaluation",
  );
  const calls: Call[] = [];
  const not: string[] = [];
  for (const name of Object.keys(score.metrics)) {
    const read = parseValue(name, parameter, registry);
    const whole = read.value === undefined ? undefined : fillValueDefaults(read.value, parameter, registry).value;
    const [call] = Array.isArray(whole) ? (whole as Call[]) : [];
    const measuredKinds = (call && registry.find("metric", call.word)?.capabilities?.outcomes) ?? [];
    const timed = measuredKinds.includes("time") || measuredKinds.includes("cost");
    if (!call || timed || (await metricReadsGeneratedTexts(call))) not.push(name);
    else calls.push(call);
  }
  return { calls, not };
}

function batchSize({ vocabulary: { registry } }: OpenSession): number {
  const found = registry.find("verb", "evaluate")?.parameters.find(({ name }) => name === "batch_size")?.default;
  return found && "value" in found && typeof found.value === "number" ? found.value : 64;
}
