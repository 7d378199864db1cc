/** `show NAME` and `show NAME.TOPIC` for a sweep. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { topicsByKind } from "#dsl/compiler/show/show.js";
import { bestProgramView } from "../display/sweeps/best.js";
import type { DisplayOutput } from "../display/html.js";
import { demandTrialMeetsThresholds } from "../session/trial-clearing.js";
import {
  sweepPictureView,
  sweepPictures,
  sweepCellView,
  type SweepPictureName,
} from "../display/sweeps/sweep-output.js";
import { trialsTable } from "../display/sweeps/trials-table.js";
import type { DrawableSweep } from "../display/sweeps/view.js";

const ALL = 1000;

export function sweepTopicViews(sweep: DrawableSweep, topic: string | undefined): readonly DisplayOutput[] {
  const { view, name } = sweep;
  if (topic === undefined)
    return [sweepCellView(view, { ended: true }), trialsTable(view, { title: `Trials of ${name}` })];
  if (topic === "history") return [sweepCellView(view, { ended: true })];
  if (topic === "trials") return [trialsTable(view, { title: `Trials of ${name}`, limit: ALL })];
  if (topic === "best" && sweep.best) return [bestProgramView(sweep.best)];
  if (topic === "best") demandTrialMeetsThresholds(sweep);
  const shown = isPicture(topic) ? sweepPictureView(view, topic) : null;
  if (shown) return [shown];
  if (isPicture(topic) || topic === "best") throw new CodedError("sweep-without-picture", { sweep: name, topic });
  throw new CodedError("unknown-topic", { name, topic, has: topicsByKind.sweep });
}

function isPicture(topic: string): topic is SweepPictureName {
  return Object.hasOwn(sweepPictures, topic);
}
