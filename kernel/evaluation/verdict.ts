/** The verdict on a model against its baselines ("worth it"), or the reason why there is none. */
import { listNames } from "#dsl/language/diagnostics/lists.js";
import type { RankingDirection } from "#dsl/language/types/capabilities/metric.js";
import type { Call } from "#dsl/language/types/value.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import {
  scoreDifference,
  type ResampledScores,
  type ResampledScore,
  type MeasuredMetric,
} from "../inference/measuring/comparison.js";
import { modelVerdictText, type RivalScore } from "../inference/measuring/verdict.js";
import type { MeasuredModel } from "./evaluate-once.js";
import type { MeasuredConstant } from "./report.js";
import type { SeedsReport } from "./seeds.js";

export interface VerdictAgainstBaselines {
  readonly text: string | null;
  /** `text` states why there is no verdict. */
  readonly withheld: boolean;
}

/** Decides by the first metric that has a direction. `learnt`: the models that were trained on the evaluated rows. */
export function verdictOnModels(
  measured: readonly MeasuredModel[],
  drawn: ResampledScores,
  options: {
    readonly learnt: readonly string[];
    readonly seeds: SeedsReport | null;
    /** The best constant prediction for the model that the verdict is about. */
    readonly constant: MeasuredConstant | null;
    readonly about: ChosenModel;
    readonly ranks: (metric: Call) => boolean;
  },
): VerdictAgainstBaselines {
  const { learnt, seeds } = options;
  const text = comparedIn(measured, drawn, options);
  if (text === null) return { text, withheld: false };
  if (learnt.length > 0) return { text: withheldFor(learnt), withheld: true };
  return {
    text: `${text}${seeds === null ? "" : `; ${seeds.ofBest(rankedMeasure(measured[options.about.index])?.name ?? "")}`}`,
    withheld: false,
  };
}

function withheldFor(learnt: readonly string[]): string {
  const names = listNames(learnt);
  return `no verdict, since these were trained on the scored rows: ${names}`;
}

export interface ChosenModel {
  readonly index: number;
  readonly why?: string | undefined;
}

function comparedIn(
  measured: readonly MeasuredModel[],
  drawn: ResampledScores,
  { constant, about, ranks }: Pick<Parameters<typeof verdictOnModels>[2], "constant" | "about" | "ranks">,
): string | null {
  const first = measured[about.index];
  const others = measured.filter((one) => one !== first);
  const ranked = first && rankedMeasure(first);
  if (!first || !ranked) return null;
  const base = mustExist(drawn.get(ranked), `the interval of ${ranked.name}`);
  const sideOf = ({ evaluation, cost }: MeasuredModel, value: number) => ({
    name: evaluation.model,
    value,
    seconds: cost.asking / evaluation.rows,
  });
  const rivals = others.flatMap((other): RivalScore[] => {
    const measure = other.measures.find(({ name }) => name === ranked.name);
    const drawnOf = measure && drawn.get(measure);
    if (!drawnOf) return [];
    const is = other.by.is === "model" ? "model" : other.by.constant ? "constant" : "contender";
    const ranksBetter = is === "model" ? undefined : rankedBetter(first, other, drawn, ranks);
    return [{ ...sideOf(other, measure.value), difference: scoreDifference(base, drawnOf), is, ranksBetter }];
  });
  const never = constant && unbeaten(constant, ranked.name, base, drawn);
  return modelVerdictText({
    metric: ranked,
    model: sideOf(first, ranked.value),
    ...(about.why !== undefined && { chosen: about.why }),
    // Left out if only models are compared, or if a baseline predicts the same constant.
    rivals:
      never && rivals.some(({ is }) => is !== "model") && !rivals.some(isSame(never)) ? [...rivals, never] : rivals,
  });
}

/** The first metric that has a direction; it decides the verdict. */
function rankedMeasure(measured: MeasuredModel | undefined): RankedMeasure | undefined {
  return measured?.measures.find((measure): measure is RankedMeasure => measure.better !== "none");
}
type RankedMeasure = MeasuredMetric & { readonly better: RankingDirection };

/** Returns a ranking metric by which the other is better, with an interval that excludes 0. */
function rankedBetter(
  first: MeasuredModel,
  other: MeasuredModel,
  drawn: ResampledScores,
  ranks: (metric: Call) => boolean,
): { readonly metric: string } | undefined {
  const found = first.measures.slice(1).find((measure) => {
    const than = other.measures.find(({ name }) => name === measure.name);
    const [mine, theirs] = [drawn.get(measure), than && drawn.get(than)];
    return ranks(measure.call) && mine && theirs && scoreDifference(mine, theirs).verdict === "better";
  });
  return found && { metric: found.name };
}

/**
 * The best constant prediction (the median for absolute errors), unless the model is shown to beat it.
 * `baseline(majority)` predicts the mean, which may be a worse constant.
 */
function unbeaten(
  constant: MeasuredConstant,
  metric: string,
  base: ResampledScore,
  drawn: ResampledScores,
): RivalScore | null {
  const measure = constant.measures.find(({ name }) => name === metric);
  const than = measure && drawn.get(measure);
  if (!than) return null;
  const compared = scoreDifference(base, than);
  if (compared.verdict === "worse") return null;
  const name = `a constant prediction (${measure.by ?? constant.name})`;
  return { name, value: measure.value, seconds: 0, difference: compared, is: "constant" };
}
const isSame =
  (never: RivalScore) =>
  (rival: RivalScore): boolean =>
    rival.is === "constant" && rival.value === never.value;
