/** A report on a sweep: its figures, its trials, the best trial's program, and its training. */
import { existsSync } from "node:fs";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { RunFolder } from "../../runs/run-folder.js";
import type { Html } from "../../display/html.js";
import { sweepPlanView } from "../../display/plans/sweep-plan.js";
import { bestProgramView, noTrialMeetsThresholdsView } from "../../display/sweeps/best.js";
import {
  sweepPictureView,
  sweepPictures,
  sweepCellView,
  type SweepPictureName,
} from "../../display/sweeps/sweep-output.js";
import { trialsTable } from "../../display/sweeps/trials-table.js";
import { groupedNumber, plural, significantText } from "../../host/value-text.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { htmlOf, reportOfRun, type ReportContent } from "./training-report.js";

const MOST = 500;

/** Reports on the sweep, then on the training of its best trial if that run still exists. */
export async function reportOfSweep(
  session: OpenSession,
  name: string,
  { rows }: { readonly rows: boolean },
  context: ExecutionContext,
): Promise<readonly ReportContent[]> {
  const sweep = mustExist(session.sweeps.get(name), "a sweep that ran");
  const { view, plan, best, nearest } = sweep;
  const { metric, direction } = sweep.goal;
  const scored = view.trials.filter(({ score }) => score !== null).length;
  const whole: ReportContent = {
    name,
    says: [
      `A sweep of ${plan.model} on ${plan.data}: ${plural(view.trials.length, "trial")}, ${groupedNumber(scored)} of them scored; ${direction} ${metric}.`,
      best === null
        ? "No trial is the best."
        : `The best is trial ${String(best.number)}: ${metric} ${significantText(best.score)} on validation.`,
    ],
    sections: [
      {
        title: "Trials",
        parts: [
          htmlOf(sweepCellView(view, { ended: true })),
          htmlOf(trialsTable(view, { title: `Trials of ${name}`, limit: MOST })),
        ],
      },
      { title: "What decides", parts: pictures(view) },
      {
        title: "The best",
        parts: best
          ? [htmlOf(bestProgramView(best))]
          : nearest
            ? [htmlOf(noTrialMeetsThresholdsView(name, nearest))]
            : [],
      },
      { title: "Plan", parts: [htmlOf(sweepPlanView({ name, sweep: plan }))] },
    ],
  };
  const run = best?.run;
  if (best === null || run === null || run === undefined || !existsSync(run)) return [whole];
  const bestTrial = await reportOfRun(session, RunFolder.open(run), { name: `${name}.best`, rows }, context);
  return [whole, bestTrial];
}

/** Figures that are not part of the main figure. */
const WANTED: readonly SweepPictureName[] = ["importances", "slices", "contour", "front", "timeline", "distribution"];
function pictures(view: Parameters<typeof sweepPictureView>[0]): readonly Html[] {
  return WANTED.flatMap((one) => {
    const shown = one in sweepPictures ? sweepPictureView(view, one) : null;
    return shown ? [htmlOf(shown)] : [];
  });
}
