/** `show NAME` and `show NAME.TOPIC` of a sweep. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { topics } from "#dsl/compiler/show/show.js";
import { bestShown } from "../display/sweeps/best.js";
import type { Shown } from "../display/bundle-output.js";
import { demandClearing } from "../session/trial-clearing.js";
import { pictureShown, sweepPictures, sweepShown, type SweepPicture } from "../display/sweeps/sweep-shown.js";
import { trialsTable } from "../display/sweeps/trials-table.js";
import type { DrawnSweep } from "../display/sweeps/view.js";

const ALL = 1000;

export function sweepTopic(sweep: DrawnSweep, topic: string | undefined): readonly Shown[] {
  const { view, name } = sweep;
  if (topic === undefined)
    return [sweepShown(view, { ended: true }), trialsTable(view, { title: `Trials of ${name}` })];
  if (topic === "history") return [sweepShown(view, { ended: true })];
  if (topic === "trials") return [trialsTable(view, { title: `Trials of ${name}`, limit: ALL })];
  if (topic === "best" && sweep.best) return [bestShown(sweep.best)];
  if (topic === "best") demandClearing(sweep);
  const shown = isPicture(topic) ? pictureShown(view, topic) : null;
  if (shown) return [shown];
  if (isPicture(topic) || topic === "best") throw new CodedError("sweep-without-picture", { sweep: name, topic });
  throw new CodedError("unknown-topic", { name, topic, has: topics.sweep });
}

function isPicture(topic: string): topic is SweepPicture {
  return Object.hasOwn(sweepPictures, topic);
}
