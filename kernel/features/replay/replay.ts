/**
 * Replays a run from its folder: trains its plan again on the files in its lock and compares each number with the
 * original. The notebook is not needed. Differences are reported before anything is trained.
 */
import { dirname, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { RunFolder } from "../../runs/run-folder.js";
import type { Engine, EngineName, EngineOptions } from "../../engines/engine.js";
import { allEngines } from "../../engines/engines.js";
import { plainHostContext, type ProgressUpdate } from "../../host/host-context.js";
import { isTraining, runProgressOf } from "../../remote/supervisor/outcome.js";
import type { RecordDifference } from "../../runs/record/record-differences.js";
import { rowChangesText } from "../../runs/record/rows-changed.js";
import { comparedRunRecordOf, type ComparedRunRecord } from "../../runs/record/compared-run.js";
import { engineWorkOf } from "../../engines/engine-work.js";
import { releaseRunLock, assignWeights } from "../../training-runs/assign-weights.js";
import type { TrainingHook } from "../../training/loop/hook.js";
import { runTraining } from "../../training-runs/training.js";
import { TuneSession } from "../tune-session.js";
import { type ExecutionContext, WarningReporter } from "../../session/execution-context.js";
import {
  compareNumbers,
  averageStepLosses,
  numberPairsOf,
  type RunNumbersComparison,
} from "../../runs/record/number-tolerance.js";
import { checkReplayInputs, demandReplayable, baseFolderOfPlan, planToReplay } from "./replay-plan.js";
import { rescoreReplay } from "./rescored.js";

export interface ReplayOptions {
  /** Defaults to the original engine. */
  readonly engine?: EngineName | undefined;
  readonly device?: EngineOptions["device"] | undefined;
  readonly threads?: number | undefined;
  /** Requires bit-identical numbers instead of numbers within tolerance. */
  readonly exact?: boolean | undefined;
  readonly anyway?: boolean | undefined;
  /** Folder that relative paths of its plan start from. Defaults to the original one. */
  readonly home?: string | undefined;
  /** Folder for the replayed run. Defaults to the original run's parent. */
  readonly runs?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ProgressUpdate) => void) | undefined;
  readonly startEngine?: (options: EngineOptions) => Promise<Engine>;
}
export interface ReplayResult {
  readonly run: string;
  readonly again: string;
  readonly engine: { readonly then: string; readonly now: string };
  /** Differences that change numbers, despite which it continued. */
  readonly changed: readonly RecordDifference[];
  readonly elsewhere: readonly RecordDifference[];
  /** An older run records too little about its environment. */
  readonly unknown: boolean;
  readonly numbers: RunNumbersComparison;
  readonly left: readonly string[];
  /** A private run: its rows and noise were sampled anew. */
  readonly drawn: boolean;
  /** Every number is within tolerance, or identical to the last bit if required. */
  readonly same: boolean;
}

/**
 * Replays a run. Coded errors `still-training`, `not-replayable`, `replay-changed`, `run-unreadable`,
 * `run-without-base`, those of reading data and bases, `interrupted`.
 */
export async function replay(run: RunFolder, options: ReplayOptions = {}): Promise<ReplayResult> {
  demandEnded(run);
  const side = comparedRunRecordOf(run);
  demandReplayable(side);
  const home = options.home ?? baseFolderOfPlan(side);
  const session = new TuneSession({
    folder: home,
    runs: options.runs ?? dirname(resolve(run.path)),
    ...(options.startEngine && { startEngine: options.startEngine }),
  });
  try {
    return await replayed(session, side, home, options);
  } finally {
    await session.close();
  }
}

async function replayed(
  session: TuneSession,
  side: ComparedRunRecord,
  home: string,
  options: ReplayOptions,
): Promise<ReplayResult> {
  const { run, lock } = side;
  const context = stageOf(home, options);
  await session.engines.configure(engineOptions(side, options));
  const plan = planToReplay(side, home);
  const engine = await session.engines.engine(engineWorkOf(plan));
  const { changed, elsewhere } = await checkReplayInputs(session, side, plan, {
    engine,
    hostContext: context.hostContext,
  });
  if (changed.length > 0 && !options.anyway)
    throw new CodedError("replay-changed", {
      run: run.id,
      changed: changed.map(({ what, group, here, there, rows }) => ({
        what: group === "versions" ? `version of ${what}` : what,
        then: here ?? "none",
        now: there ?? "none",
        ...(rows && { rows: rowChangesText(rows) }),
      })),
    });
  const name = `${lock.name}_again`;
  const until = upTo(lastStepOf(run));
  const request = {
    plan,
    run: { name, resume: false, replays: run.id },
    listener: { onEvent: progressOf(name, plan, options) },
    hooks: () => until,
  };
  const result = await runTraining(session, request, context);
  try {
    const handle = session.models.unnamed(plan.recipe.model, name);
    await assignWeights(session, handle, plan, result);
    if (result.trained.reason === "interrupted") {
      await result.trained.settled;
      throw new CodedError("interrupted", {
        what: `replaying ${run.id}`,
        kept: `what it trained is in ${result.run.path}`,
      });
    }
    const scores = await rescoreReplay(session, { side, handle, run: result.run }, context);
    const losses = numberPairsOf(run.events(), result.run.events(), lock.data?.splits["validation"] ?? null);
    const drawn = plan.recipe.training.privacy !== undefined;
    const numbers = compareNumbers([...(drawn ? averageStepLosses(losses) : losses), ...scores.numbers], drawn);
    const unknown = side.record === null;
    const compared = numbers.losses + numbers.scores > 0;
    return {
      run: run.id,
      again: result.run.path,
      engine: { then: lock.engine, now: engine.info.title },
      changed,
      elsewhere,
      unknown,
      numbers,
      drawn,
      left: scores.left,
      same: compared && (options.exact ? numbers.exact : numbers.beyond.length === 0),
    };
  } finally {
    releaseRunLock(result);
  }
}

/** A run in progress has no final result yet. */
function demandEnded(run: RunFolder): void {
  if (!isTraining(run)) return;
  const { holder, step, steps } = runProgressOf(run);
  if (!holder) return;
  throw new CodedError("still-training", {
    run: run.id,
    name: run.lock()?.name ?? run.id,
    step,
    steps,
    process: holder.writer.id,
  });
}

function stageOf(home: string, { signal, onProgress }: ReplayOptions): ExecutionContext {
  const screen = { display: () => undefined, update: () => undefined };
  const hostContext = { ...plainHostContext(home), ...(signal && { signal }), ...(onProgress && { onProgress }) };
  return {
    screen,
    hostContext,
    ...(signal && { signal }),
    sources: [],
    warnings: new WarningReporter(screen, [], "replay"),
  };
}

/** The original engine, or the requested one. */
function engineOptions({ lock, record }: ComparedRunRecord, options: ReplayOptions): EngineOptions {
  const had = record?.engine;
  const engine = options.engine ?? (had ? (had.name as EngineName) : engineIn(lock.engine));
  const same = engine === had?.name;
  const threads = options.threads ?? had?.threads;
  const device = options.device ?? (same ? (had?.device as EngineOptions["device"]) : undefined);
  return {
    engine,
    ...(threads !== undefined && { threads }),
    ...(device !== undefined && { device }),
    ...(had?.deterministic && { deterministic: true as const }),
  };
}
function engineIn(title: string): EngineOptions["engine"] {
  return allEngines.find(({ titled }) => title.startsWith(titled))?.name ?? "auto";
}

/** The step at which it was stopped early; null if it finished. */
function lastStepOf(run: RunFolder): number | null {
  const events = run.events();
  const ended = events.findLast((event) => event.kind === "stopped");
  if (ended?.kind === "stopped" && (ended.reason === "done" || ended.reason === "early")) return null;
  return events.reduce((last, event) => ("step" in event ? Math.max(last, event.step) : last), 0);
}

/** Hooks that stop a training at step `last`, as the original was; none if it is null. */
function upTo(last: number | null): readonly TrainingHook[] {
  if (last === null) return [];
  let done = 0;
  return [
    {
      afterStep({ step }) {
        done = step;
        return {};
      },
      stepsUntilPause: () => Math.max(1, last - done),
      endsNow: () => (done >= last ? "stop" : null),
    },
  ];
}

function progressOf(name: string, plan: Plan, { onProgress }: ReplayOptions) {
  let total = plan.estimates.steps;
  return (event: { readonly kind: string; readonly steps?: number; readonly step?: number }): void => {
    if (event.kind === "started" && event.steps !== undefined) total = event.steps;
    if (event.kind === "step") onProgress?.({ label: `steps of ${name} trained`, done: event.step ?? 0, total });
  };
}
