/** The sweep that is written for the bases that are kept. */
import type { Proposal, Setting } from "./auto.js";
import type { Candidate, Wanted, Way } from "./candidates.js";
import { batchFor, epochsFor, lengthFor } from "./rules.js";

/** Epochs from which on giving up early saves something. */
const PRUNED = 4;
/** One of so many goes on, once it has trained so small a part of its steps. */
const HALVED = 3;
/** How far rates vary around those that are recommended. */
const AROUND = 3;

/** `seconds`: what one trial may take. */
export function written(
  kept: readonly [Candidate, ...Candidate[]],
  wanted: Wanted & { readonly alone: boolean },
  seconds: number,
): Proposal {
  const { fixed, rows } = wanted;
  const [best] = kept;
  const all = kept.flatMap(({ ways }) => ways);
  const spaces = [...new Map(all.map((way) => [way.technique, way])).values()];
  const batch = batchFor(rows);
  const size = Number(fixed["batch_size"] ?? batch.size);
  const each = epochsFor(rows, size, Math.max(...all.map((way) => way.secondsAnEpoch)), seconds);
  const lengths = kept.flatMap(({ lengths: own, positions }) => lengthFor(own, positions) ?? []);
  const length = lengths.length === kept.length ? lengths.toSorted((a, b) => b.most - a.most)[0] : undefined;
  const positions = Math.min(...kept.map((one) => one.positions));
  const free = (setting: Setting): readonly Setting[] => (fixed[setting.key] === undefined ? [setting] : []);
  const timed = fixed["epochs"] !== undefined || fixed["steps"] !== undefined;
  const rated = fixed["optimizer"] !== undefined;
  const pruned = !timed && each.epochs >= PRUNED;
  // A third of a training tells a poor trial; before that the schedule has hardly begun.
  const rung = Math.ceil((each.epochs * Math.max(1, Math.ceil(rows / size))) / HALVED);
  return {
    model: [
      { key: "base", value: JSON.stringify(best.base), why: whyBase(kept, wanted.alone) },
      { key: "task", value: wanted.task },
      ...(length ? [{ key: "max_length", value: String(Math.min(length.most, positions)), why: length.why }] : []),
    ],
    recipe: [
      ...Object.entries(fixed).map(([key, value]) => ({ key, value })),
      ...(timed ? [] : [{ key: "epochs", value: String(each.epochs), why: each.why }]),
      ...free({ key: "batch_size", value: String(size), why: batch.why }),
      // Where early stopping watches a metric, the same decides which weights stay.
      ...(wanted.keep === null || fixed["early_stopping"]?.includes("metric") === true
        ? []
        : free({ key: "keep", value: `best(${wanted.keep})`, why: "what is searched for decides which weights stay" })),
    ],
    vary: [
      ...(kept.length > 1
        ? [{ key: "base", value: `choice(${kept.map(({ base }) => JSON.stringify(base)).join(", ")})` }]
        : []),
      {
        key: "technique",
        value: `choice(${spaces.map((way) => way.space).join(", ")})`,
        why: "what trains: the head alone, small matrices beside the layers, or all",
      },
      ...(rated
        ? []
        : [
            {
              key: "optimizer.learning_rate",
              value: rangeOf(all.map((way) => way.rate)),
              why: "around what is recommended for each",
            },
          ]),
    ],
    sweep: [
      {
        key: "search",
        value: `tpe(startup: ${String(firstOf(kept, rated).length)})`,
        why: "learns from its first trials on, which are known to do well",
      },
      ...(pruned
        ? [
            {
              key: "pruner",
              value: `asha(reduction: ${String(HALVED)}, first: ${String(rung)})`,
              why: `of the trials that come so far, one of ${String(HALVED)} goes on`,
            },
          ]
        : []),
      ...wanted.asked,
    ],
    first: firstOf(kept, rated),
  };
}

function whyBase([{ worth }, ...others]: readonly [Candidate, ...Candidate[]], alone: boolean): string {
  if (others.length > 0) return "its probe does best; others are tried too";
  return alone
    ? "the one that there is"
    : worth === null
      ? "one that reads the task in time"
      : "its probe does best of those that there is time for";
}

function rangeOf(rates: readonly number[]): string {
  const [least, most] = [Math.min(...rates) / AROUND, Math.max(...rates) * AROUND];
  const short = (x: number): string => String(Number(x.toPrecision(1)));
  return `log(${short(least)}..${short(most)})`;
}

/**
 * Points that begin: of the best base a way that learns much, then the head alone (so that what a frozen base can do is a model
 * too), then the other ways, the other bases, and what lies around.
 */
function firstOf(
  [best, ...others]: readonly [Candidate, ...Candidate[]],
  rated: boolean,
): readonly Readonly<Record<string, string>>[] {
  const points = ({ base, ways }: Candidate) =>
    ways
      .flatMap((way) => way.points.map((point, i) => ({ ...point, way, order: orderOf(way, i) })))
      .toSorted((a, b) => a.order - b.order)
      .map(({ values, times, way }) => ({
        ...(others.length > 0 && { base: JSON.stringify(base) }),
        ...values,
        ...(!rated && { "optimizer.learning_rate": String(Number((way.rate * times).toPrecision(3))) }),
      }));
  const own = points(best);
  const [ways, around] = [own.slice(0, best.ways.length), own.slice(best.ways.length)];
  // Where nothing tells rates apart, what lies around is the same again.
  return [...ways, ...others.flatMap((one) => points(one).slice(0, 1)), ...(rated ? [] : around)];
}

/** The first of each way before the second of any. */
function orderOf({ headOnly }: Way, i: number): number {
  return headOnly ? 0.5 : i === 0 ? 0 : 10 * i;
}
