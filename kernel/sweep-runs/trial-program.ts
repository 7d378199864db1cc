/**
 * Compiles the program of one trial: what it trains, and the hashes that distinguish it from the same values on other
 * data or another base.
 */
import type { Source } from "#dsl/language/diagnostics/span.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { HostContext } from "../host/host-context.js";
import { modelSettingKeys, trialProgramText } from "../study/trial-text.js";
import { compileAll, type CompileOptions } from "../session/answers/host.js";
import { createHash } from "node:crypto";
import type { Engine } from "../engines/engine.js";
import { SharedModelPool } from "../engines/shared-model.js";
import {
  checkpointFilesOf,
  openEngineSession,
  type ModelOpener,
  type ModelOpenRequest,
} from "../models/program-parts.js";
import type { TrialOfRun } from "../runs/together/trials.js";
import type { RunEvent } from "../events/events.js";
import type { TrialRecord } from "../study/trial.js";
import type { TrainingTurn } from "./trial-scheduler.js";

/** Context of the compilation: the session, and the source that contains the sweep. */
export interface TrialProgramContext {
  readonly session: Required<Pick<CompileOptions, "datasets" | "earlierCells">> & {
    readonly vocabulary: { readonly registry: Registry };
    readonly models: { trained(): Readonly<Record<string, string>> };
  };
  readonly stage: { readonly hostContext: HostContext; readonly sources: readonly Source[] };
  readonly sweep: SweepPlan;
}
export interface TrialProgram {
  /** Plans of its trainings: one, or one per seed. */
  readonly plans: readonly { readonly name: string; readonly plan: Plan }[];
  /** Hash of everything that can change a number in its result. */
  readonly recipe: string;
  /** Hash of the data that it is trained and scored on. */
  readonly data: string | null;
}
/** Stored instead of a recipe's hash if the checker refused the program. */
export const REFUSED_RECIPE = "refused";

/** @param as name of the run */
export async function trialProgram(
  { session, stage, sweep }: TrialProgramContext,
  values: Readonly<Record<string, string>>,
  as: string,
): Promise<TrialProgram | { readonly refused: string }> {
  const repeats = sweep.repeats ?? 1;
  const settings = repeats > 1 ? { ...values, repeats: String(repeats) } : values;
  const source = { id: `sweep:${as}`, title: as, text: trialProgramText(sweep, settings, modelSettingKeys(), as) };
  const { diagnostics, actions } = await compileAll([...stage.sources, source], {
    hostContext: stage.hostContext,
    datasets: session.datasets,
    registry: session.vocabulary.registry,
    earlierCells: session.earlierCells,
    trained: session.models.trained(),
  });
  const action = actions?.find((a) => a.verb === "train");
  if (!action) return { refused: diagnostics.find((d) => d.severity === "error")?.code ?? "internal" };
  const { plan } = action;
  return {
    plans: action.repeats?.each ?? [{ name: as, plan }],
    recipe: action.repeats?.recipeHash ?? plan.recipeHash,
    data: plan.recipe.dataHash,
  };
}

/**
 * The models of a sweep's trials. Trials with equal programs share one model, compiled and loaded once, each with its
 * own weights (engines/shared-model.ts). Rates, schedules and the order of rows are inputs of a program, so trials that
 * differ only in those share it.
 */
export class TrialModels {
  /** Ordered by last use. */
  private readonly models = new Map<string, { readonly engine: Engine; readonly model: SharedModelPool }>();

  /** @param most maximum number of open models; one that a trial is training with is never closed */
  constructor(private readonly most: number) {}

  readonly opens: ModelOpener = async (engine, options, saved) => {
    const key = keyOf(options);
    const known = this.models.get(key);
    this.models.delete(key);
    if (known?.engine === engine) {
      this.models.set(key, known);
      return known.model.lend();
    }
    await this.makeRoom();
    const model = new SharedModelPool(await openEngineSession(engine, options), saved);
    this.models.set(key, { engine, model });
    return model.lend();
  };

  async close(): Promise<void> {
    const all = [...this.models.values()];
    this.models.clear();
    // If the engine died, the models are already closed.
    for (const { model } of all) await model.dispose().catch(() => undefined);
  }

  private async makeRoom(): Promise<void> {
    for (const [key, { model }] of [...this.models]) {
      if (this.models.size < this.most) return;
      if (model.lent) continue;
      this.models.delete(key);
      await model.dispose().catch(() => undefined);
    }
  }
}

/**
 * Returns a key of the programs and of the files that they are loaded from. It hashes text: V8's serialization depends
 * on shared objects and on the origin of numbers, so equal programs can give different bytes.
 */
function keyOf(options: ModelOpenRequest): string {
  const files = checkpointFilesOf(options.model, options.base, options.home);
  return createHash("sha256")
    .update(JSON.stringify([options.store, files, options.programs], fileSafe))
    .digest("hex");
}

/** Encodes values that JSON cannot represent. */
function fileSafe(_: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString("base64") };
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)))
    return { number: Object.is(value, -0) ? "-0" : String(value) };
  return value;
}

// The request for a trial, and its outcome.

/** A trial to run, with callbacks for its progress. */
export interface TrialRequest {
  readonly values: Readonly<Record<string, string>>;
  readonly trialOf: TrialOfRun;
  readonly turn: Pick<TrainingTurn, "begin" | "pass">;
  /** Interrupts it. */
  readonly signal: AbortSignal;
  /** Whether it continues where it was interrupted, if it had started. */
  readonly resume: boolean;
  /** Receives the hashes of its recipe and its data before the training. */
  onProgram(hashes: Pick<TrialRecord, "recipe" | "data">): void;
  /** Receives the folder of its run. */
  onRun(folder: string): void;
  onSteps(steps: number): void;
  /** Called after each validation with the score of the first goal. */
  onReport(step: number, score: number): void;
  /** @param tokens tokens of this update */
  onStep(step: number, tokens: number): void;
  /** Called for each event of its runs. */
  onEvent?(event: RunEvent): void;
  /** Whether it must end now: on the user's request, or because it was pruned. */
  ends(): "stop" | "give up" | null;
}
/** The outcome of one training of a trial. */
export interface TrialOutcome {
  /** Score of each goal; null if there are none (it was pruned, or stopped too early). */
  readonly scores: readonly number[] | null;
  /** Measured value for each threshold that the sweep requires. */
  readonly bars: readonly number[];
  readonly run: string;
  readonly tokens: number;
}

/** Runs a trial with each of its seeds. The caller releases its turn. */
export type TrialRunner = (request: TrialRequest) => Promise<readonly TrialOutcome[]>;
