/**
 * Chooses the result of `sweep auto`: scores all trials with saved weights, and the baselines, on the validation rows, and
 * compares them. If the budget allowed no training, the result is the best option that needs none.
 */
import { existsSync } from "node:fs";
import type { ScoredCandidateDifference, AutoReport, AutoOutcome, SkippedCandidate } from "../../../study/auto/auto.js";
import { type TrialRecord, sweepTypeText, type SweepInTypeScript } from "../../../study/trial.js";
import { correctForSelection } from "../../../study/auto/selection-bias.js";
import { scoreDifference } from "../../../inference/measuring/comparison.js";
import { loadRunWeights } from "../../../models/loaded-run.js";
import { evaluateModel } from "../../../evaluation/evaluate-once.js";
import { autoEvaluationSettings, type AutoContext } from "./auto-context.js";
import { scoredContestantOf, PROBE_SPLIT, type ScoredContestant } from "./probes.js";
import { bestScoredCandidate, paretoFrontNames, outcomeSentence } from "../../../study/auto/best-candidate.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { autoViewsAfter } from "../../../display/sweeps/auto/auto.js";
import type { ExecutionContext } from "../../../session/execution-context.js";
import type { OpenSession } from "../../../session/open-session.js";
import { demandTrialRunning } from "../../../sweep-runs/requested-trials.js";

export async function scoreTrials(
  around: AutoContext,
  trials: readonly TrialRecord[],
): Promise<readonly ScoredContestant[]> {
  const { session, stage: context } = around;
  const scored: ScoredContestant[] = [];
  for (const { number, run } of trials) {
    if (run === null || !existsSync(run)) continue;
    context.signal?.throwIfAborted();
    const weights = loadRunWeights(run);
    const { model, data } = weights.plan.recipe;
    const handle = session.models.unnamed(model, `trial ${String(number)}`);
    handle.weights = weights;
    try {
      const measured = await evaluateModel(
        session,
        handle,
        { data, split: PROBE_SPLIT },
        autoEvaluationSettings(around),
        context,
      );
      const contestant = { name: handle.name, kind: "trial", base: model.base, number } as const;
      scored.push(await scoredContestantOf(around, measured, contestant));
    } finally {
      await session.weights.forget(run);
    }
  }
  return scored;
}

/** `looks`: number of scores on these rows, of which `best` has the best. */
export function compareWithBest(
  best: ScoredContestant,
  others: readonly ScoredContestant[],
  looks: number,
): readonly ScoredCandidateDifference[] {
  const { better } = best.drawn.measure;
  // The compiler refuses a goal without a direction.
  if (better === "none") return [];
  return others.map(({ contestant, drawn }) => {
    const { value, interval, verdict: found } = scoreDifference(drawn, best.drawn);
    const verdict = found === "differs" ? null : found;
    const { low, high } = interval ?? { low: null, high: null };
    return correctForSelection({ name: contestant.name, difference: value, low, high, verdict }, { looks, better });
  });
}

export function autoOutcomeOf(
  { name, goal, looked: { rows } }: AutoReport,
  options: {
    readonly probed: readonly ScoredContestant[];
    readonly trials: readonly ScoredContestant[];
    readonly tune: string | null;
    readonly looks: number;
    readonly heeds: readonly string[];
    /** Why no trial has a result; null if some have. */
    readonly none: string | null;
  },
): AutoOutcome {
  const [first] = options.trials;
  const versus = first ? compareWithBest(first, options.probed, options.looks) : [];
  const scored = [...options.probed, ...options.trials].map(({ contestant }) => contestant);
  return {
    scored,
    versus,
    tune: options.tune,
    front: paretoFrontNames(scored, goal),
    best:
      bestScoredCandidate(
        [...options.probed, ...(first ? [first] : [])].map(({ contestant }) => contestant),
        goal,
      )?.name ?? "",
    sentence: [
      outcomeSentence({
        name,
        goal,
        scored,
        versus,
        untrained: options.none,
        looks: options.looks,
        rows: rows.validation,
      }),
      ...options.heeds,
    ].join(" "),
  };
}

/** If nothing fits the budget, the result is the best option without training. `left`: trainings that are skipped. */
export function reportWithoutTraining(
  session: OpenSession,
  {
    name,
    report,
    left,
  }: { readonly name: string; readonly report: AutoReport; readonly left: readonly SkippedCandidate[] },
  context: ExecutionContext,
): void {
  const handle: SweepInTypeScript = {
    name,
    goal: report.goal,
    trials: [],
    best: null,
    stop: (number) => demandTrialRunning(name, number, []),
    clone: (number) => {
      throw new CodedError("trial-not-cloned", { sweep: name, trial: number, over: true });
    },
    change: (number) => demandTrialRunning(name, number, []),
  };
  session.sweeps.delete(name);
  session.untrained.add(name);
  session.names.define(name, handle, sweepTypeText);
  const scored = report.probed;
  const why = `no training fits: ${listed(left)}`;
  const outcome: AutoOutcome = {
    scored,
    versus: [],
    tune: null,
    front: paretoFrontNames(scored, report.goal),
    best: bestScoredCandidate(scored, report.goal)?.name ?? "",
    sentence: outcomeSentence({
      name,
      goal: report.goal,
      scored,
      versus: [],
      untrained: why,
      looks: 0,
      rows: report.looked.rows.validation,
    }),
  };
  for (const shown of autoViewsAfter({ ...report, outcome })) context.screen.display(shown);
}

const listed = (left: readonly SkippedCandidate[]): string => left.map(({ what, why }) => `${what}: ${why}`).join("; ");
