/** The verdict on a model beside its contenders ("worth it"), or the reason why there is none. */
import { listed } from "#dsl/language/diagnostics/listed.js";
import type { RankingDirection } from "#dsl/language/types/capabilities/metric.js";
import type { Call } from "#dsl/language/types/value.js";
import { must } from "#dsl/language/diagnostics/must.js";
import { difference, type Compared, type Drawn, type Measure } from "../inference/measuring/comparison.js";
import { verdictOf, type Rival } from "../inference/measuring/verdict.js";
import type { Measured } from "./evaluate-once.js";
import type { MeasuredConstant } from "./report.js";
import type { SeedsTold } from "./seeds.js";

/** What is said of models and what stands beside them. */
export interface Told {
  /** Null: nothing stands beside the first, or nothing can be compared. */
  readonly said: string | null;
  /** It says that there is no verdict, and why. */
  readonly withheld: boolean;
}

/** By the first metric that has a direction. `learnt`: those of them that learnt from the rows. */
export function verdictIn(
  measured: readonly Measured[],
  drawn: Compared,
  o: {
    readonly learnt: readonly string[];
    readonly seeds: SeedsTold | null;
    /** The best constant answer for the model that the verdict is about. */
    readonly constant: MeasuredConstant | null;
    /** The model that the verdict is about. */
    readonly about: About;
    readonly ranks: (metric: Call) => boolean;
  },
): Told {
  const { learnt, seeds } = o;
  const said = comparedIn(measured, drawn, o);
  if (said === null) return { said, withheld: false };
  if (learnt.length > 0) return { said: withheldFor(learnt), withheld: true };
  return {
    said: `${said}${seeds === null ? "" : `; ${seeds.ofBest(rankedMeasure(measured[o.about.index])?.name ?? "")}`}`,
    withheld: false,
  };
}

function withheldFor(learnt: readonly string[]): string {
  const names = listed(learnt);
  return `no verdict: these learnt from the very rows, and how they do on others that does not say: ${names}`;
}

export interface About {
  readonly index: number;
  readonly why?: string | undefined;
}

function comparedIn(
  measured: readonly Measured[],
  drawn: Compared,
  { constant, about, ranks }: Pick<Parameters<typeof verdictIn>[2], "constant" | "about" | "ranks">,
): string | null {
  const first = measured[about.index];
  const others = measured.filter((one) => one !== first);
  const own = first && rankedMeasure(first);
  if (!first || !own) return null;
  const base = must(drawn.get(own), `the interval of ${own.name}`);
  const sideOf = ({ evaluation, cost }: Measured, value: number) => ({
    name: evaluation.model,
    value,
    seconds: cost.asking / evaluation.rows,
  });
  const rivals = others.flatMap((other): Rival[] => {
    const measure = other.measures.find(({ name }) => name === own.name);
    const drawnOf = measure && drawn.get(measure);
    if (!drawnOf) return [];
    const is = other.by.is === "model" ? "model" : other.by.constant ? "constant" : "contender";
    const ranksBetter = is === "model" ? undefined : rankedBetter(first, other, drawn, ranks);
    return [{ ...sideOf(other, measure.value), difference: difference(base, drawnOf), is, ranksBetter }];
  });
  const never = constant && unbeaten(constant, own.name, base, drawn);
  return verdictOf({
    metric: own,
    model: sideOf(first, own.value),
    ...(about.why !== undefined && { chosen: about.why }),
    // It is left out if only models are compared, or if a baseline gives the same constant.
    rivals:
      never && rivals.some(({ is }) => is !== "model") && !rivals.some(isSame(never)) ? [...rivals, never] : rivals,
  });
}

/** The first metric that has a direction, which the verdict is by. */
function rankedMeasure(measured: Measured | undefined): RankedMeasure | undefined {
  return measured?.measures.find((measure): measure is RankedMeasure => measure.better !== "none");
}
type RankedMeasure = Measure & { readonly better: RankingDirection };

/** A ranking metric by which the other is better, with an interval that excludes 0. */
function rankedBetter(
  first: Measured,
  other: Measured,
  drawn: Compared,
  ranks: (metric: Call) => boolean,
): { readonly metric: string } | undefined {
  const found = first.measures.slice(1).find((measure) => {
    const than = other.measures.find(({ name }) => name === measure.name);
    const [own, theirs] = [drawn.get(measure), than && drawn.get(than)];
    return ranks(measure.call) && own && theirs && difference(own, theirs).verdict === "better";
  });
  return found && { metric: found.name };
}

/**
 * The best constant answer (the median for absolute errors), unless the model is shown to beat it. `baseline(majority)` predicts the
 * mean, which may be a worse constant.
 */
function unbeaten(constant: MeasuredConstant, metric: string, base: Drawn, drawn: Compared): Rival | null {
  const measure = constant.measures.find(({ name }) => name === metric);
  const than = measure && drawn.get(measure);
  if (!than) return null;
  const told = difference(base, than);
  if (told.verdict === "worse") return null;
  const name = `an answer that never changes (${measure.by ?? constant.name})`;
  return { name, value: measure.value, seconds: 0, difference: told, is: "constant" };
}
const isSame =
  (never: Rival) =>
  (rival: Rival): boolean =>
    rival.is === "constant" && rival.value === never.value;
