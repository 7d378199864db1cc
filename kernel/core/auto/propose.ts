/**
 * From what was looked at to the sweep that is written: a table of rules, each with the reason that stands beside its line. A
 * trial may take a sixth of the budget, so that several are tried; what takes longer is passed over.
 */
import { duration } from "../display/text.js";
import type { Left, Lengths, Proposal, Setting } from "./auto.js";

/** A technique on a base, as a plan estimates it for one epoch. */
export interface Way {
  /** Tune text, without what varies in it. */
  readonly technique: string;
  /** Tune text of it as a space, and the point of it that does well. */
  readonly space: string;
  readonly point: Readonly<Record<string, string>>;
  /** The rate that is recommended for it on this base. */
  readonly rate: number;
  readonly secondsAnEpoch: number;
  /** What makes a head alone learn. */
  readonly headOnly: boolean;
}
export interface Candidate {
  /** As a program names it. */
  readonly base: string;
  /** Of its probe, the greater the better; null: it was not probed. */
  readonly worth: number | null;
  readonly lengths: Lengths | null;
  /** Most tokens that it reads. */
  readonly positions: number;
  readonly ways: readonly Way[];
}
export interface Wanted {
  readonly rows: number;
  readonly task: string;
  /** What is left for trials. */
  readonly seconds: number;
  readonly trials: number | null;
  /** Settings that stay. */
  readonly fixed: Readonly<Record<string, string>>;
  /** Of the sweep as they were asked for: goals, bars, bounds. */
  readonly asked: readonly Setting[];
  /** The metric that weights are kept by; null: validations don't measure it. */
  readonly keep: string | null;
}
export interface Proposed {
  /** Null: no training fits. */
  readonly proposal: Proposal | null;
  readonly left: readonly Left[];
}

/** Of the budget, that one trial may take; of few trials each may take its part. */
const SHARE = 6;
/** A sweep of two trials is the least that compares anything. */
const LEAST = 2;
const BASES = 3;
/** Tokens that cost nothing where rows are shorter, since batches are padded to their own longest. */
const SHORT = 32;
/** Updates from which on little is learnt that wasn't before, and how often small data may be gone through for them. */
const UPDATES = 300;
const EPOCHS = { least: 3, most: 20 } as const;
/** Epochs from which on giving up early saves something. */
const PRUNED = 4;
/** One of so many goes on, once it has trained so small a part of its steps. */
const HALVED = 3;
/** How far rates vary around those that are recommended. */
const AROUND = 3;

export function propose(candidates: readonly Candidate[], wanted: Wanted): Proposed {
  const left: Left[] = [];
  const part = Math.min(SHARE, Math.max(LEAST, wanted.trials ?? SHARE));
  const able = candidates.flatMap((one) => {
    const affordable = affordableOf(one, wanted, part);
    if (affordable.ways.length > 0) return [{ ...one, ways: affordable.ways }];
    left.push({ what: one.base, why: affordable.why });
    return [];
  });
  const ranked = able.toSorted((a, b) => (b.worth ?? -Infinity) - (a.worth ?? -Infinity));
  const [best] = ranked;
  if (!best) return { proposal: null, left };
  const most = Math.max(1, Math.min(BASES, Math.floor(wanted.seconds / (LEAST * costliest(best, wanted)))));
  const kept = ranked.slice(0, most);
  for (const { base, worth } of ranked.slice(most))
    left.push({
      what: base,
      why:
        worth === null
          ? "there is no time for more bases"
          : "its probe does worse than those of the bases that are kept",
    });
  return { proposal: written(kept, wanted, part), left };
}

/** Rows of an update. */
export function batchFor(rows: number): { readonly size: number; readonly why: string } {
  if (rows < 500) return { size: 8, why: "few rows: small batches make enough updates of them" };
  if (rows < 10_000) return { size: 16, why: "as usual for thousands of rows" };
  return { size: 32, why: "many rows: larger batches go through them faster" };
}

/** Tokens of a row; null: the base's own length serves. */
export function lengthFor(
  lengths: Lengths | null,
  positions: number,
): { readonly most: number; readonly why: string } | null {
  if (!lengths) return null;
  const stretched = lengths.p99 > 2 * lengths.p95;
  const [covered, share] = stretched ? [lengths.p95, "95 %"] : [lengths.p99, "99 %"];
  const most = Math.min(positions, Math.max(SHORT, 8 * Math.ceil(covered / 8)));
  const cut = most < covered ? `the base reads no more; ` : "";
  return { most, why: `${cut}${share} of the rows have ${String(covered)} tokens or fewer` };
}

/** How often the rows are gone through. `seconds`: what one trial may take. */
export function epochsFor(
  rows: number,
  batch: number,
  secondsAnEpoch: number,
  seconds: number,
): { readonly epochs: number; readonly why: string } {
  const updates = Math.max(1, Math.ceil(rows / batch));
  const wanted = Math.min(EPOCHS.most, Math.max(EPOCHS.least, Math.ceil(UPDATES / updates)));
  const affordable = Math.max(1, Math.floor(seconds / Math.max(secondsAnEpoch, 1e-9)));
  if (affordable < wanted)
    return {
      epochs: affordable,
      why: `as many as fit: one takes about ${duration(secondsAnEpoch)}, a trial may take ${duration(seconds)}`,
    };
  return { epochs: wanted, why: `${String(updates)} updates each` };
}

/** Ways of a base whose one epoch fits into a trial; those that fit into a sweep of two where none does. */
function affordableOf(
  { ways }: Candidate,
  { seconds }: Wanted,
  part: number,
): { readonly ways: readonly Way[]; readonly why: string } {
  const within = (share: number): readonly Way[] => ways.filter((way) => way.secondsAnEpoch <= seconds / share);
  const fit = within(part);
  const quickest = Math.min(...ways.map((way) => way.secondsAnEpoch));
  const why = `one epoch would take ${duration(quickest)} of the ${duration(Math.max(0, seconds))} that are left for all trials`;
  return { ways: fit.length > 0 ? fit : within(LEAST), why };
}

const costliest = ({ ways }: Candidate, { seconds }: Wanted): number =>
  Math.max(seconds / 1000, ...ways.map((way) => way.secondsAnEpoch));

function written(kept: readonly Candidate[], wanted: Wanted, part: number): Proposal {
  const { fixed, rows } = wanted;
  const [best] = kept as readonly [Candidate, ...Candidate[]];
  const all = kept.flatMap(({ ways }) => ways);
  const spaces = [...new Map(all.map((way) => [way.technique, way])).values()];
  const batch = batchFor(rows);
  const size = Number(fixed["batch_size"] ?? batch.size);
  const each = epochsFor(rows, size, Math.max(...all.map((way) => way.secondsAnEpoch)), wanted.seconds / part);
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
      ...(kept.length === 1 ? [{ key: "base", value: JSON.stringify(best.base), why: whyBase(best) }] : []),
      ...(kept.length > 1
        ? [
            {
              key: "base",
              value: JSON.stringify(best.base),
              why: "the one whose probe does best; others are tried too",
            },
          ]
        : []),
      { key: "task", value: wanted.task },
      ...(length ? [{ key: "max_length", value: String(Math.min(length.most, positions)), why: length.why }] : []),
    ],
    recipe: [
      ...Object.entries(fixed).map(([key, value]) => ({ key, value })),
      ...(timed ? [] : [{ key: "epochs", value: String(each.epochs), why: each.why }]),
      ...free({ key: "batch_size", value: String(size), why: batch.why }),
      ...(wanted.keep === null
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

function whyBase({ worth }: Candidate): string {
  return worth === null ? "the one that reads the task" : "its probe does best";
}

function rangeOf(rates: readonly number[]): string {
  const [least, most] = [Math.min(...rates) / AROUND, Math.max(...rates) * AROUND];
  const short = (x: number): string => String(Number(x.toPrecision(1)));
  return `log(${short(least)}..${short(most)})`;
}

/**
 * Points that begin: of the best base a way that learns much, then the head alone (so that what a frozen base can do is a model
 * too), then all else; and then those of the others.
 */
function firstOf(kept: readonly Candidate[], rated: boolean): readonly Readonly<Record<string, string>>[] {
  const point = ({ base }: Candidate, way: Way): Readonly<Record<string, string>> => ({
    ...(kept.length > 1 && { base: JSON.stringify(base) }),
    ...way.point,
    ...(!rated && { "optimizer.learning_rate": String(way.rate) }),
  });
  const order = ({ ways }: Candidate): readonly Way[] => [
    ...ways.filter((way) => !way.headOnly).slice(0, 1),
    ...ways.filter((way) => way.headOnly),
    ...ways.filter((way) => !way.headOnly).slice(1),
  ];
  const [best, ...others] = kept;
  const second = others.flatMap((one) =>
    order(one)
      .slice(0, 1)
      .map((way) => point(one, way)),
  );
  return [...(best ? order(best).map((way) => point(best, way)) : []), ...second];
}
