/** `sweep`: trials one after another on one engine; one live cell with history and parallel coordinates. */
import canonicalize from "canonicalize";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { CodedError, type Code } from "#dsl/diagnostics/codes.js";
import type { Span } from "#dsl/diagnostics/span.js";
import type { Action, SweepPlan } from "#dsl/plan/plan.js";
import { sweepTable } from "../../core/display/curves/sweep.js";
import { card, html } from "../../core/display/html.js";
import type { Shown } from "../../core/display/shown.js";
import type { SearchImplementation } from "#stdlib/kinds/search.js";
import { metricName } from "#stdlib/lib/metrics/metric-name.js";
import { lockRun, type RunLock } from "../../artifacts/run-lock.js";
import { valuesAt } from "../../core/sweep/points.js";
import { goalOf, studyOf } from "../../core/sweep/study.js";
import { sweepType, type SweepHandle } from "../../core/sweep/trial.js";
import { Journal, type JournalOf } from "../sweeps/journal.js";
import { LiveSweep } from "../sweeps/live-sweep.js";
import { runTrial } from "../sweeps/run-trial.js";
import type { Stage, TuneSession } from "../tune-session.js";
import { does } from "../../core/session/words.js";

export async function runSweep(
  session: TuneSession,
  { name, sweep, span }: Extract<Action, { verb: "sweep" }>,
  stage: Stage,
): Promise<void> {
  const search = await does(sweep.search, "search");
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
      { name, sweep, span, search, journal: Journal.open(session.runs, name, hash, journalOf(sweep)), lock },
      stage,
    );
  } finally {
    lock.release();
  }
}

/** Of it what its journal must know. */
function journalOf({ vary, goals }: SweepPlan): JournalOf {
  return { vary, goals: goals.map(({ metric, direction }) => ({ metric: metricName(metric), direction })) };
}

interface Trials {
  readonly name: string;
  readonly sweep: SweepPlan;
  /** Of the statement. */
  readonly span: Span;
  readonly search: SearchImplementation;
  readonly journal: Journal;
  readonly lock: RunLock;
}
async function runTrials(
  session: TuneSession,
  { name, sweep, span, search, journal, lock }: Trials,
  stage: Stage,
): Promise<void> {
  const handle = new LiveSweep(name, sweep, journal, stage);
  session.sweeps.set(name, handle);
  session.names.define(name, handle, sweepType);
  handle.show();
  const begun = performance.now();
  for (let number = journal.trials.length + 1; number <= (sweep.trials ?? Infinity); number++) {
    if (sweep.budgetMs !== null && performance.now() - begun > sweep.budgetMs) break;
    stage.signal?.throwIfAborted();
    const point = search.suggest(sweep.search, studyOf(sweep, journal.trials), number);
    if (!point) break;
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

const engineEnds: readonly Code[] = ["engine-died", "engine-unavailable"];
const diskEnds: readonly Code[] = ["no-space", "disk-full", "run-folder", "run-lost"];

/** An interrupt, a dead engine or a disk that takes nothing more ends the sweep: null, where only the trial ends. */
function stops(error: unknown): "interrupt" | "engine" | "disk" | null {
  if (!(error instanceof CodedError)) return error instanceof Error && error.name === "AbortError" ? "interrupt" : null;
  if (error.code === "interrupted") return "interrupt";
  return engineEnds.includes(error.code) ? "engine" : diskEnds.includes(error.code) ? "disk" : null;
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
