/** `sweep`: trials one after another on one engine; one live cell with history and parallel coordinates. */
import canonicalize from "canonicalize";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { CodedError, type Code } from "#dsl/diagnostics/codes.js";
import type { Span } from "#dsl/diagnostics/span.js";
import type { Action, SweepPlan } from "#dsl/plan/plan.js";
import { registry } from "#stdlib/registry.js";
import { figureShown } from "../../core/display/figure.js";
import { sweepFigure, sweepTable } from "../../core/display/curves/sweep.js";
import { card, html } from "../../core/display/html.js";
import type { Shown } from "../../core/display/shown.js";
import type { SearchDimension, SearchImplementation } from "#stdlib/kinds/search.js";
import { compileAll } from "../answers/host.js";
import { metricName } from "#stdlib/lib/metrics/metric-name.js";
import { lockRun, type RunLock } from "../../artifacts/run-lock.js";
import {
  dimensionsOf,
  Journal,
  sweepType,
  trialText,
  valuesAt,
  type SweepHandle,
  type TrialRecord,
} from "../trainings/sweep.js";
import type { TrialOf } from "../../artifacts/trials.js";
import type { Stage, TuneSession } from "../tune-session.js";
import { warningsOn } from "../warnings.js";
import { does } from "../../core/session/words.js";
import { worldIn } from "../../inference/measured.js";
import { evaluateOnce } from "./evaluate-once.js";
import { giveBack, giveWeights, trainOnce } from "../trainings/training.js";

export async function runSweep(
  session: TuneSession,
  { name, sweep, span }: Extract<Action, { verb: "sweep" }>,
  stage: Stage,
): Promise<void> {
  const search = await does(sweep.search, "search");
  const dimensions = dimensionsOf(sweep.vary);
  const identity = {
    recipe: sweep.plan.recipeHash,
    vary: sweep.vary,
    search: sweep.search,
    goal: sweep.goal,
    seed: sweep.seed,
  };
  const hash = bytesToHex(sha256(utf8ToBytes(canonicalize(identity) ?? "")));
  const lock = await lockRun(Journal.folder(session.runs, name, hash), "sweep");
  try {
    await runTrials(
      session,
      { name, sweep, span, search, dimensions, journal: Journal.open(session.runs, name, hash), lock },
      stage,
    );
  } finally {
    lock.release();
  }
}

interface Trials {
  readonly name: string;
  readonly sweep: SweepPlan;
  /** Of the statement. */
  readonly span: Span;
  readonly search: SearchImplementation;
  readonly dimensions: readonly SearchDimension[];
  readonly journal: Journal;
  readonly lock: RunLock;
}
async function runTrials(
  session: TuneSession,
  { name, sweep, span, search, dimensions, journal, lock }: Trials,
  stage: Stage,
): Promise<void> {
  const handle = new LiveSweep(name, sweep, journal, stage);
  session.sweeps.set(name, handle);
  session.names.define(name, handle, sweepType);
  handle.show();
  const begun = performance.now();
  const done = () => journal.trials.map((t) => ({ point: t.point, score: oriented(sweep, t.score) }));
  for (let number = journal.trials.length + 1; number <= sweep.trials; number++) {
    if (sweep.budgetMs !== null && performance.now() - begun > sweep.budgetMs) break;
    stage.signal?.throwIfAborted();
    const point = search.suggest(sweep.search, dimensions, done(), sweep.seed, number);
    const values = valuesAt(sweep.vary, point);
    const started = performance.now();
    handle.running = { number, values, point, score: null, state: "running", seconds: 0, run: null, error: null };
    handle.show();
    try {
      lock.demand();
      const { score, run } = await runTrial(
        session,
        { plan: sweep, span },
        values,
        { sweep: name, journal: journal.name, number, goal: goalOf(sweep) },
        stage,
      );
      journal.add({
        number,
        values,
        point,
        score,
        state: "done",
        seconds: (performance.now() - started) / 1000,
        run,
        error: null,
      });
    } catch (error) {
      handle.running = null;
      const why = error instanceof Error ? error.message : String(error);
      const ended = stops(error);
      if (ended === "interrupt") throw error;
      if (ended !== null) {
        handle.show();
        throw new CodedError(
          "sweep-stopped",
          { sweep: name, trial: number, kept: journal.trials.length, values, why, ended },
          { cause: error },
        );
      }
      journal.add({
        number,
        values,
        point,
        score: null,
        state: "failed",
        seconds: (performance.now() - started) / 1000,
        run: null,
        error: why,
      });
    }
    handle.running = null;
    handle.show();
  }
  if (handle.best === null)
    throw new CodedError("sweep-without-success", {
      sweep: name,
      trials: journal.trials.length,
      last: journal.trials.at(-1)?.error ?? "none ran",
    });
  stage.screen.display(sweepTable(journal.trials, goalOf(sweep), { title: `Trials of ${name}` }));
  stage.screen.display(bestShown(handle.best));
}

/** Trains one point and scores it on the validation split (the training split where there is none is never used: the checker refuses). */
async function runTrial(
  session: TuneSession,
  { plan: sweep, span }: { readonly plan: SweepPlan; readonly span: Span },
  values: Readonly<Record<string, string>>,
  trial: TrialOf,
  stage: Stage,
): Promise<{ readonly score: number; readonly run: string }> {
  const as = `${trial.sweep}_${trial.number}`;
  const text = trialText(sweep, values, modelKeys(), as);
  const source = { id: `sweep:${as}`, title: as, text };
  const { diagnostics, actions } = await compileAll([...stage.sources, source], {
    ...{ hostContext: stage.hostContext, datasets: session.datasets, registry: session.vocabulary.registry },
    kept: session.kept,
    trained: session.models.trained(),
  });
  const action = actions?.find((a) => a.verb === "train");
  if (!action) throw new TrialRefused(diagnostics.find((d) => d.severity === "error")?.code ?? "internal");
  const result = await trainOnce(
    session,
    { plan: action.plan, name: as, resume: false, title: as, trial, onEvent: () => undefined },
    stage,
  );
  const forget = () => session.models.forget(result.run.path);
  if (result.trained.reason === "interrupted") {
    session.later(result.trained.settled.finally(forget));
    throw new CodedError("interrupted", {
      what: `the sweep ${as.replace(/_\d+$/, "")}`,
      kept: "the trials done so far are kept: run the statement again to go on",
    });
  }
  try {
    const handle = session.models.unnamed(action.plan.recipe.model, as);
    const kept = await giveWeights(session, handle, action.plan, result);
    if (kept?.damaged)
      warningsOn(stage, span)("best-not-kept", { ...kept.damaged, kept: kept.checkpoint.position.step });
    const subject = { data: action.plan.recipe.data, split: "validation" };
    const scored = {
      ...{ metrics: [sweep.goal.metric], batch_size: action.plan.recipe.training.batch_size },
      world: worldIn(stage.hostContext.folder),
      judging: { beside: null, signal: stage.signal, onProgress: stage.hostContext.onProgress },
    };
    const { evaluation } = await evaluateOnce(session, handle, subject, scored, stage);
    const metric = metricName(sweep.goal.metric);
    const score = evaluation.metrics[metric] ?? Number.NaN;
    if (Number.isNaN(score)) throw new CodedError("trial-unmeasured", { metric, step: result.trained.steps });
    return { score, run: result.run.path };
  } finally {
    giveBack(result);
    await forget();
  }
}

class TrialRefused extends Error {
  constructor(code: string) {
    super(`the checker refused it: ${code}`);
  }
}

const engineEnds: readonly Code[] = ["engine-died", "engine-unavailable"];
const diskEnds: readonly Code[] = ["no-space", "disk-full", "run-folder", "run-lost"];

/** An interrupt, a dead engine or a disk that takes nothing more ends the sweep: null, where only the trial ends. */
function stops(error: unknown): "interrupt" | "engine" | "disk" | null {
  if (!(error instanceof CodedError)) return error instanceof Error && error.name === "AbortError" ? "interrupt" : null;
  if (error.code === "interrupted") return "interrupt";
  return engineEnds.includes(error.code) ? "engine" : diskEnds.includes(error.code) ? "disk" : null;
}

function modelKeys(): ReadonlySet<string> {
  return new Set(registry.find("verb", "model")?.parameters.map((p) => p.name));
}

function oriented(sweep: SweepPlan, score: number | null): number | null {
  return score === null || sweep.goal.direction === "maximize" ? score : -score;
}

function goalOf(sweep: SweepPlan): { readonly direction: "maximize" | "minimize"; readonly metric: string } {
  return { direction: sweep.goal.direction, metric: metricName(sweep.goal.metric) };
}

/** The best trial as a program that can be copied into a cell. */
function bestShown(best: NonNullable<SweepHandle["best"]>): Shown {
  const words = `Best: trial ${best.number}, ${best.score.toFixed(4)}. As a program:`;
  return {
    bundle: {
      "text/plain": `${words}\n\n${best.tune}`,
      "text/html": card(words, html`<pre style="font-family:monospace;white-space:pre-wrap">${best.tune}</pre>`).text,
    },
  };
}

class LiveSweep implements SweepHandle {
  running: TrialRecord | null = null;
  private readonly id: string;
  private begun = false;
  constructor(
    readonly name: string,
    private readonly plan: SweepPlan,
    private readonly journal: Journal,
    private readonly stage: Stage,
  ) {
    this.id = `sweep-${name}-${Date.now().toString(36)}`;
  }

  get goal() {
    return goalOf(this.plan);
  }

  get trials(): readonly TrialRecord[] {
    return this.running ? [...this.journal.trials, this.running] : this.journal.trials;
  }

  get best(): SweepHandle["best"] {
    let best: { readonly trial: TrialRecord; readonly score: number; readonly worth: number } | null = null;
    for (const t of this.journal.trials) {
      const worth = oriented(this.plan, t.score);
      if (worth === null || t.score === null || Number.isNaN(worth)) continue;
      if (best === null || worth > best.worth) best = { trial: t, score: t.score, worth };
    }
    if (!best) return null;
    const { number, values } = best.trial;
    return {
      number,
      score: best.score,
      values,
      tune: trialText(this.plan, values, modelKeys(), "winner", { model: `${this.plan.model}_best` }),
    };
  }

  show(): void {
    const shown = {
      ...figureShown(
        sweepFigure(this.trials, goalOf(this.plan), {
          title: `Sweep ${this.name}: ${this.trials.length} of ${this.plan.trials} trials`,
        }),
      ),
      id: this.id,
    };
    if (this.begun) this.stage.screen.update(shown);
    else this.stage.screen.display(shown);
    this.begun = true;
  }
}
