/**
 * Assesses a training's curves: overfitting, too few steps, or hardly any learning. Uses rules on the losses only, and
 * gives no verdict in unclear cases. The training loss may be modified (focal, smoothed, weighted) and includes
 * dropout, so it is only compared with itself, never with the validation loss.
 */
import { lastOf } from "#dsl/language/diagnostics/codes.js";
import type { RunEvent } from "../events/events.js";

export interface LossCurves {
  readonly training: readonly { readonly step: number; readonly loss: number }[];
  /** Each validation: its loss, and the scores of predictions. */
  readonly validation: readonly {
    readonly step: number;
    readonly loss: number;
    readonly scores?: Readonly<Record<string, number>>;
  }[];
  readonly steps: number;
}
export type FitVerdict =
  | {
      readonly is: "over";
      /** Validation loss: at its best, and at the end. */
      readonly best: { readonly step: number; readonly loss: number };
      readonly end: number;
      /** Training loss near both. */
      readonly trained: { readonly best: number; readonly end: number };
      /** A score of predictions that is no worse at the end than at the best loss. */
      readonly steadyScore: string | null;
    }
  | {
      readonly is: "idle";
      /** Where the validation loss first came within noise of its minimum. */
      readonly best: { readonly step: number; readonly loss: number };
      readonly end: number;
      readonly trained: { readonly best: number; readonly end: number };
    }
  | { readonly is: "under"; readonly before: number; readonly end: number; readonly step: number }
  | { readonly is: "stuck"; readonly from: number; readonly to: number };

/** Relative changes of a loss; smaller ones count as noise. */
const RISES = 0.1;
const RISES_ONCE = 0.2;
const FALLS = 0.05;
const MOVES = 0.02;
const HALF = 0.5;
/** Fewer steps do not show a trend of the loss. */
const FEW = 12;
/** With fewer validation rows, noise hides whether a loss has stopped changing. */
const FEW_ROWS = 40;

/**
 * `rows`: number of validation rows; with few rows the loss varies more by chance. Null if there is no clear verdict.
 */
export function assessFit({ training, validation, steps }: LossCurves, rows: number): FitVerdict | null {
  const known = validation.filter(({ loss }) => Number.isFinite(loss) && loss > 0);
  const last = known.at(-1);
  if (training.length < FEW) return null;
  const trained = trainedAround(training, known);
  const stuck = stuckIn(training);
  if (!last || known.length < 2) return stuck;
  const bestIndex = known.reduce((best, { loss }, i) => (loss < known[best]!.loss ? i : best), 0);
  const [best, after] = [known[bestIndex]!, known.slice(bestIndex + 1)];
  const losses = { best: { step: best.step, loss: best.loss }, end: last.loss };
  const fell = { best: trained[bestIndex]!, end: lastOf(trained) };
  const chance = 1 / Math.sqrt(Math.max(1, rows));
  const rise = last.loss / best.loss - 1;
  const lasting = after.length > 1 && after.every(({ loss }) => loss > best.loss * (1 + RISES / 4));
  if (rise > Math.max(lasting ? RISES : RISES_ONCE, chance) && fell.end < fell.best * (1 - FALLS))
    return { is: "over", ...losses, trained: fell, steadyScore: keptScore(best, last) };
  if (stuck) return stuck;
  const early = known.findIndex(({ loss }) => loss <= best.loss * (1 + MOVES));
  const first = known[early]!;
  if (rows >= FEW_ROWS && first.step <= steps / 2 && known.length - early > 2 && fell.end < trained[early]! * HALF)
    return {
      is: "idle",
      best: { step: first.step, loss: first.loss },
      end: last.loss,
      trained: { best: trained[early]!, end: fell.end },
    };
  const [before, around] = [known[known.length - 2]!, trained[trained.length - 2]!];
  const falls = 1 - last.loss / before.loss;
  if (bestIndex === known.length - 1 && falls > Math.max(FALLS, chance / 2) && fell.end < around * (1 - FALLS))
    return { is: "under", before: before.loss, end: last.loss, step: before.step };
  return null;
}

/** Mean training loss over the steps from one validation to the next. */
function trainedAround(training: LossCurves["training"], validation: LossCurves["validation"]): readonly number[] {
  return validation.map(({ step }, i) => {
    const since = validation[i - 1]?.step ?? 0;
    const recentSteps = training.filter((one) => one.step > since && one.step <= step);
    return meanOf(recentSteps.length > 0 ? recentSteps : training.filter((one) => one.step <= step).slice(-1));
  });
}

/** The loss in the last fifth of the steps equals that in the first. */
function stuckIn(training: LossCurves["training"]): Extract<FitVerdict, { is: "stuck" }> | null {
  const fifth = Math.ceil(training.length / 5);
  const [from, to] = [meanOf(training.slice(0, fifth)), meanOf(training.slice(-fifth))];
  return training.length >= 2 * FEW && to > from * (1 - MOVES) ? { is: "stuck", from, to } : null;
}

function meanOf(steps: LossCurves["training"]): number {
  return steps.reduce((sum, { loss }) => sum + loss, 0) / Math.max(1, steps.length);
}

function keptScore(best: LossCurves["validation"][number], last: LossCurves["validation"][number]): string | null {
  const steadyScore = Object.entries(best.scores ?? {}).find(
    ([name, value]) => (last.scores?.[name] ?? -Infinity) >= value,
  );
  return steadyScore?.[0] ?? null;
}

/** `answers`: selects names of prediction scores for which higher is better. */
export function lossCurvesFromEvents(events: readonly RunEvent[], answers: (name: string) => boolean): LossCurves {
  const training = events.flatMap((e) => (e.kind === "step" ? [{ step: e.step, loss: e.loss }] : []));
  const validation = events.flatMap((e) =>
    e.kind === "evaluated"
      ? [
          {
            step: e.step,
            loss: e.metrics["loss"] ?? Number.NaN,
            scores: Object.fromEntries(Object.entries(e.metrics).filter(([name]) => answers(name))),
          },
        ]
      : [],
  );
  return { training, validation, steps: training.at(-1)?.step ?? 0 };
}
