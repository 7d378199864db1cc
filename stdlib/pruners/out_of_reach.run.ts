import type { PrunerImplementation } from "./kind.js";
import type { StudyTrial } from "../searches/kind.js";
import { scoreUpperBound } from "./shared/forecast.js";
import { scoreTexts } from "./shared/score-text.js";

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
