/** Writes the sweep for the selected bases. */
import { groupedNumber } from "../../host/value-text.js";
import type { ProgramProposal, ProposedSetting } from "./auto.js";
import type { BaseCandidate, AutoSearchFacts, CostedTechnique } from "./candidates.js";
import { batchSizeFor, epochsFor, FEW_VALIDATION_ROWS, maxLengthFor } from "./rules.js";

// Learning rates around the recommended ones: one range over all techniques, and limits per technique.

/**
 * Gives all exactly fitted heads the same rate. The rate does not affect them, so the sweep need not repeat the same
 * head with other rates. The common rate is one of those tried with other techniques.
 */
export function unifyExactFitRates(ways: readonly CostedTechnique[]): readonly CostedTechnique[] {
  const stepped = ways.find((way) => !way.exact);
  return stepped ? ways.map((way) => (way.exact ? { ...way, rate: Number(short(stepped.rate)) } : way)) : ways;
}

/** Factor by which rates vary around the recommended ones. */
const AROUND = 4;
const KEY = "optimizer.learning_rate";

export function learningRateRangeText(ways: readonly CostedTechnique[]): string {
  const { low, high } = bandOf(ways);
  return `log(${short(low)}..${short(high)})`;
}

/** Returns the `where` setting as Tune text; null if no technique needs a narrower range. */
export function learningRateBandsText(ways: readonly CostedTechnique[]): string | null {
  const { low: least, high: most } = bandOf(ways);
  const words = new Set(ways.map(({ technique }) => wordOf(technique)));
  const bands = [...words].flatMap((word) => {
    const ofWord = ways.filter(({ technique }) => wordOf(technique) === word);
    const { low, high } = bandOf(ofWord);
    return [
      ...(low > least ? [`at_least(${KEY}, ${short(low)}, when: ${word})`] : []),
      ...(high < most ? [`at_most(${KEY}, ${short(high)}, when: ${word})`] : []),
    ];
  });
  return bands.length > 0 ? `[${bands.join(", ")}]` : null;
}

function bandOf(ways: readonly CostedTechnique[]): { readonly low: number; readonly high: number } {
  const around = ({ exact }: CostedTechnique): number => (exact ? 1 : AROUND);
  return {
    low: Math.min(...ways.map((way) => way.rate / around(way))),
    high: Math.max(...ways.map((way) => way.rate * around(way))),
  };
}
const wordOf = (technique: string): string => /^\w+/.exec(technique)?.[0] ?? technique;
const short = (x: number): string => String(Number(x.toPrecision(2)));

/** Minimum epochs for which pruning saves time. */
const PRUNED = 4;
/** Reduction factor of pruning: one in three trials continues, after a third of its steps. */
const HALVED = 3;
/**
 * Number of updates in the trainings of bench/TECHNIQUES.md, with about a thousand rows. With at least as many,
 * training all weights did best in each of its tables. With fewer, larger steps of fewer weights learn more.
 */
const ENOUGH = 150;

/** @param seconds maximum duration of one trial */
export function sweepProposal(
  candidates: readonly [BaseCandidate, ...BaseCandidate[]],
  wanted: AutoSearchFacts & { readonly alone: boolean },
  seconds: number,
): ProgramProposal {
  const { fixed, rows } = wanted;
  const [best] = candidates;
  const all = unifyExactFitRates(candidates.flatMap(({ ways }) => ways));
  const spaces = [...new Map(all.map((way) => [way.technique, way])).values()];
  const batch = batchSizeFor(rows);
  const size = Number(fixed["batch_size"] ?? batch.size);
  const each = epochsFor(rows, size, Math.max(...all.map((way) => way.secondsAnEpoch)), seconds);
  const lengths = candidates.flatMap(
    ({ lengths: baseLengths, positions }) => maxLengthFor(baseLengths, positions) ?? [],
  );
  const length = lengths.length === candidates.length ? lengths.toSorted((a, b) => b.most - a.most)[0] : undefined;
  const positions = Math.min(...candidates.map((one) => one.positions));
  const free = (setting: ProposedSetting): readonly ProposedSetting[] =>
    fixed[setting.key] === undefined ? [setting] : [];
  const timed = fixed["epochs"] !== undefined || fixed["steps"] !== undefined;
  // An exactly fitted head has no learning rate.
  const rated = fixed["optimizer"] !== undefined || all.every((way) => way.exact);
  const bands = rated ? null : learningRateBandsText(all);
  const updates =
    fixed["steps"] === undefined
      ? Number(fixed["epochs"] ?? each.epochs) * Math.max(1, Math.ceil(rows / size))
      : Number(fixed["steps"]);
  const few = wanted.validating < FEW_VALIDATION_ROWS;
  const sure = few && wanted.trials === null;
  const first = firstOf(candidates, { rated, long: updates >= ENOUGH, sure });
  const pruned = !timed && !few && each.epochs >= PRUNED;
  // A third of a training shows a poor trial; before that the schedule has hardly started.
  const rung = Math.ceil((each.epochs * Math.max(1, Math.ceil(rows / size))) / HALVED);
  return {
    model: [
      { key: "base", value: JSON.stringify(best.base), why: whyBase(candidates, wanted.alone) },
      { key: "task", value: wanted.task },
      ...(length ? [{ key: "max_length", value: String(Math.min(length.most, positions)), why: length.why }] : []),
    ],
    recipe: [
      ...Object.entries(fixed).map(([key, value]) => ({ key, value })),
      ...(timed ? [] : [{ key: "epochs", value: String(each.epochs), why: each.why }]),
      ...free({ key: "batch_size", value: String(size), why: batch.why }),
      // Where early stopping watches a metric, the same metric already selects the weights to keep.
      ...(wanted.keep === null || fixed["early_stopping"]?.includes("metric") === true
        ? []
        : free({
            key: "keep",
            value: `best(${wanted.keep})`,
            why: "the goal of the search decides which weights to keep",
          })),
    ],
    vary: [
      ...(candidates.length > 1
        ? [{ key: "base", value: `choice(${candidates.map(({ base }) => JSON.stringify(base)).join(", ")})` }]
        : []),
      {
        key: "technique",
        value: `choice(${spaces.map((way) => way.space).join(", ")})`,
        why: `trained weights: ${listed(spaces.map(({ learns }) => learns))}`,
      },
      ...(rated
        ? []
        : [
            {
              key: "optimizer.learning_rate",
              value: learningRateRangeText(all),
              why: spaces.length > 1 ? "a range around each recommended value" : "a range around the recommended value",
            },
          ]),
    ],
    sweep: [
      ...(bands === null
        ? []
        : [{ key: "where", value: bands, why: "no rate of one technique is tried with another that it doesn't suit" }]),
      sure
        ? { key: "trials", value: String(first.length), why: whySure(wanted.validating) }
        : {
            key: "search",
            value: `tpe(startup: ${String(first.length)})`,
            why: "learns from its first trials, whose settings are known to work well",
          },
      ...(pruned
        ? [
            {
              key: "pruner",
              value: `asha(reduction: ${String(HALVED)}, first: ${String(rung)})`,
              why: `of the trials so far, one in ${String(HALVED)} continues`,
            },
          ]
        : []),
      ...wanted.requested,
    ],
    first,
  };
}

function whyBase([{ worth }, ...others]: readonly [BaseCandidate, ...BaseCandidate[]], alone: boolean): string {
  if (others.length > 0) return "its probe does best; others are tried too";
  return alone
    ? "the one that there is"
    : worth === null
      ? "one that reads the task in time"
      : "its probe is the best of those that fit into the time";
}

function whySure(validating: number): string {
  return `the recommended values: with ${groupedNumber(validating)} validation rows, the best of more would be chosen by chance`;
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} or ${parts.at(-1) ?? ""}`;
}

/**
 * Returns the starting points. First the best base: the technique that usually does best, the other that learns much,
 * and the head alone (exactly fitted where possible), so that a frozen base is a candidate too. Then the other bases,
 * then points around these.
 * @param options `long`: there are enough updates to train all weights; `sure`: use recommended points only
 */
function firstOf(
  [best, ...others]: readonly [BaseCandidate, ...BaseCandidate[]],
  { rated, long, sure }: { readonly rated: boolean; readonly long: boolean; readonly sure: boolean },
): readonly Readonly<Record<string, string>>[] {
  const rates = unifyExactFitRates([best, ...others].flatMap(({ ways }) => ways)).find((way) => way.exact)?.rate;
  const points = ({ base, ways }: BaseCandidate) =>
    ways
      .flatMap((way) => way.points.map((point, i) => ({ ...point, way, order: orderOf(way, i, long) })))
      .toSorted((a, b) => a.order - b.order)
      .map(({ values, times, way }) => ({
        ...(others.length > 0 && { base: JSON.stringify(base) }),
        ...values,
        ...(!rated && {
          "optimizer.learning_rate": String(
            Number(((way.exact ? (rates ?? way.rate) : way.rate) * times).toPrecision(3)),
          ),
        }),
      }));
  const startPoints = points(best);
  const [ways, around] = [startPoints.slice(0, best.ways.length), startPoints.slice(best.ways.length)];
  // An exactly fitted head costs little, so it is tried for each base.
  const cheap = (one: BaseCandidate) => points({ ...one, ways: one.ways.filter((way) => way.exact) });
  const usual = (one: BaseCandidate) => points({ ...one, ways: one.ways.filter((way) => !way.exact) }).slice(0, 1);
  // If the rate is not varied, the points around would only repeat the others.
  return [...ways, ...others.flatMap((one) => [...usual(one), ...cheap(one)]), ...(rated || sure ? [] : around)];
}

/** Orders the first point of each technique before the second of any. */
function orderOf({ headOnly, whole }: CostedTechnique, i: number, long: boolean): number {
  return headOnly ? 0.5 : 10 * i + (whole === long ? 0 : 0.1);
}
