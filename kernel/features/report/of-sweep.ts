/** What a report says of a sweep: its pictures, its trials, the best one as a program, and the best one's training. */
import { existsSync } from "node:fs";
import { must } from "#dsl/language/diagnostics/must.js";
import { RunFolder } from "../../runs/run-folder.js";
import type { Html } from "../../display/html.js";
import { sweepPlanShown } from "../../display/plans/sweep-plan.js";
import { bestShown, noneClearsShown } from "../../display/sweeps/best.js";
import { pictureShown, sweepPictures, sweepShown, type SweepPicture } from "../../display/sweeps/sweep-shown.js";
import { trialsTable } from "../../display/sweeps/trials-table.js";
import { count, plural, significant } from "../../host/text.js";
import type { Stage } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { htmlOf, reportOfRun, type Written } from "./of-run.js";

/** Rows of the table. */
const MOST = 500;

/** The sweep, then the training of its best trial, where its run is still there. */
export async function reportOfSweep(
  session: OpenSession,
  name: string,
  { rows }: { readonly rows: boolean },
  stage: Stage,
): Promise<readonly Written[]> {
  const sweep = must(session.sweeps.get(name), "a sweep that ran");
  const { view, plan, best, nearest } = sweep;
  const { metric, direction } = sweep.goal;
  const scored = view.trials.filter(({ score }) => score !== null).length;
  const whole: Written = {
    name,
    says: [
      `A sweep of ${plan.model} on ${plan.data}: ${plural(view.trials.length, "trial")}, ${count(scored)} of them scored; ${direction} ${metric}.`,
      best === null
        ? "No trial is the best."
        : `The best is trial ${String(best.number)}: ${metric} ${significant(best.score)} on validation.`,
    ],
    sections: [
      {
        title: "Trials",
        parts: [
          htmlOf(sweepShown(view, { ended: true })),
          htmlOf(trialsTable(view, { title: `Trials of ${name}`, limit: MOST })),
        ],
      },
      { title: "What decides", parts: pictures(view) },
      {
        title: "The best",
        parts: best ? [htmlOf(bestShown(best))] : nearest ? [htmlOf(noneClearsShown(name, nearest))] : [],
      },
      { title: "Plan", parts: [htmlOf(sweepPlanShown({ name, sweep: plan }))] },
    ],
  };
  const run = best?.run;
  if (best === null || run === null || run === undefined || !existsSync(run)) return [whole];
  const of = await reportOfRun(session, RunFolder.open(run), { name: `${name}.best`, rows }, stage);
  return [whole, of];
}

/** Those that the main picture doesn't have already. */
const WANTED: readonly SweepPicture[] = ["importances", "slices", "contour", "front", "timeline", "distribution"];
function pictures(view: Parameters<typeof pictureShown>[0]): readonly Html[] {
  return WANTED.flatMap((one) => {
    const shown = one in sweepPictures ? pictureShown(view, one) : null;
    return shown ? [htmlOf(shown)] : [];
  });
}
