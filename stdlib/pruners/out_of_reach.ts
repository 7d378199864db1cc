import { defineWord } from "#dsl/language/types/define.js";
import type { PrunerImplementation } from "./kind.js";
import type { StudyTrial } from "../searches/kind.js";
import { scoreUpperBound } from "./shared/forecast.js";
import { scoreTexts } from "./shared/score-text.js";

export const word = defineWord({
  kind: "pruner",
  name: "out_of_reach",
  doc: "Stops a trial that cannot reach the best one: even the upper bound of its predicted curve stays below it.",
  example: "pruner: out_of_reach(confidence: 95%)",
  elsewhere: { curve_fitting: "out_of_reach", LearningCurveExtrapolation: "out_of_reach" },
  notes: [
    "How far off a forecast may be is measured on the sweep's own finished trials, at the same share of their steps.",
    "It stops fewer trials than `asha`, and seldom the best one.",
  ],
  parameters: [
    {
      name: "confidence",
      type: { is: "number", unit: "share" },
      doc: "How sure the upper end is.",
      range: { min: 0.5, max: 0.999 },
      positional: true,
      default: { value: { share: 0.95 } },
      why: "Of twenty trials that would be the best, about one is given up.",
      impact: "medium",
    },
    {
      name: "startup",
      type: { is: "number", integer: true },
      doc: "How many trials are trained to their end before any is given up.",
      range: { min: 3 },
      default: { value: 5 },
      why: "Only finished trials show how wrong forecasts are.",
      impact: "medium",
    },
  ],
  load: () => Promise.resolve(outOfReach),
});

export const outOfReach: PrunerImplementation = {
  prunes(call, study, trial, steps) {
    const given = call.arguments["confidence"];
    const confidence = typeof given === "object" && given !== null && "share" in given ? Number(given.share) : 0.95;
    const finished = study.trials.filter((trial) => trial.state === "done" && Number.isFinite(scoreOf(trial)));
    const found = scoreUpperBound(trial, steps, finished, { confidence, least: Number(call.arguments["startup"]) });
    const last = trial.reports.at(-1);
    if (!found || !last) return null;
    const best = finished.reduce((one, other) => (scoreOf(other) > scoreOf(one) ? other : one));
    const [score, top] = [found.most, scoreOf(best)];
    if (!(score < top)) return null;
    const { texts, worse, bound } = scoreTexts(study, last.score, score, top);
    const sure = `${bound} ${texts[1]} at its end (${Number((100 * confidence).toPrecision(4))} % sure`;
    return `trial ${trial.number} at step ${last.step}: ${texts[0]}, ${sure} by ${found.finishedCount} finished trials), ${worse} the best ${texts[2]} of trial ${best.number}`;
  },
};

const scoreOf = ({ scores }: StudyTrial): number => scores?.[0] ?? Number.NaN;
