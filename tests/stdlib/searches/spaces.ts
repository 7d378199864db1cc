/** Search spaces, drawn by fast-check, and histories of trials in them. */
import fc from "fast-check";
import type { SearchDimension, SearchPoint, Study, StudyTrial } from "#stdlib/searches/kind.js";
import { drawAllowedPoint, randomNumbersForTrial } from "#stdlib/searches/shared/random-points.js";

type Without<T> = T extends unknown ? Omit<T, "name" | "when"> : never;
type Plain = Without<SearchDimension>;
const number = { kind: "number", scale: "linear" } as const;

const even = fc
  .tuple(fc.double({ min: -100, max: 100, noNaN: true }), fc.double({ min: 0.001, max: 100, noNaN: true }))
  .map(([from, wide]): Plain => ({ ...number, from, to: from + wide, integer: false }));
const log = fc
  .tuple(fc.double({ min: 1e-7, max: 10, noNaN: true }), fc.double({ min: 1.5, max: 1e5, noNaN: true }))
  .map(([from, times]): Plain => ({ kind: "number", scale: "log", from, to: from * times, integer: false }));
const whole = fc
  .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 300 }), fc.constantFrom("linear", "log"))
  .map(([from, wide, scale]): Plain => ({ kind: "number", scale, from, to: from + wide, integer: true }) as Plain);
const wholeSteps = fc
  .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 90 }), fc.integer({ min: 2, max: 9 }))
  .map(([from, wide, step]): Plain => ({ ...number, from, to: from + wide, integer: true, step }) as Plain);
const steps = fc
  .tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 12 }), fc.constantFrom(0.05, 0.1, 0.25, 1 / 3))
  .map(
    ([from, wide, step]): Plain => ({ ...number, from, to: from + (wide + 0.5) * step, integer: false, step }) as Plain,
  );
const choice = fc.integer({ min: 1, max: 5 }).map((size): Plain => ({ kind: "choice", size }) as Plain);

const plain = fc.oneof(even, log, whole, wholeSteps, steps, choice);

/** A choice whose options open further dimensions, one of them a choice that opens more, among other dimensions. */
export const spaces: fc.Arbitrary<readonly SearchDimension[]> = fc
  .record({
    outer: fc.array(plain, { minLength: 1, maxLength: 3 }),
    inner: fc.array(fc.tuple(plain, fc.integer({ min: 0, max: 2 })), { maxLength: 3 }),
    innermost: fc.array(plain, { maxLength: 1 }),
  })
  .map(({ outer, inner, innermost }) => [
    ...outer.map((d, i) => ({ ...d, name: `outer${i}` }) as SearchDimension),
    { name: "kind", kind: "choice", size: 3 } as const,
    ...inner.map(
      ([d, option], i) =>
        ({ ...d, name: `kind/${option}.${i}`, when: { dimension: "kind", option } }) as SearchDimension,
    ),
    { name: "kind/2.deep", kind: "choice", size: 2, when: { dimension: "kind", option: 2 } } as const,
    ...innermost.map(
      (d, i) =>
        ({ ...d, name: `kind/2.deep/1.${i}`, when: { dimension: "kind/2.deep", option: 1 } }) as SearchDimension,
    ),
  ]);

export const study = (
  dimensions: readonly SearchDimension[],
  trials: readonly StudyTrial[] = [],
  more: Partial<Study> = {},
): Study => ({
  ...{ dimensions, objectives: 1, seed: 1, trials, wanted: null, allows: () => true },
  ...more,
});

export const done = (number: number, point: SearchPoint, ...scores: readonly number[]): StudyTrial => ({
  ...{ number, point, scores, state: "done", reports: [], violation: 0 },
});

/** Trials as they really end: done, with bad scores, pruned, with a value that is not a number, or still running. */
export function history(
  dimensions: readonly SearchDimension[],
  count: number,
  seed: number,
  objectives = 1,
): readonly StudyTrial[] {
  const ends: readonly ((trial: StudyTrial) => StudyTrial)[] = [
    (t) => t,
    (t) => ({ ...t, state: "failed", scores: null }),
    (t) => ({ ...t, state: "running", scores: null, reports: [{ step: 3, score: 0.5 }] }),
    (t) => ({ ...t, state: "pruned", scores: null, reports: [{ step: 5, score: 0.2 }] }),
    (t) => ({ ...t, state: "pruned", scores: [0.1], reports: [{ step: 5, score: NaN }] }),
    (t) => ({ ...t, scores: t.scores?.map(() => NaN) ?? null }),
    (t) => ({ ...t, scores: t.scores?.map(() => -Infinity) ?? null }),
    (t) => ({ ...t, scores: t.scores?.map(() => Infinity) ?? null }),
    (t) => ({ ...t, violation: 2.5 }),
    (t) => ({ ...t, state: "pruned", scores: null }),
    (t) => t,
  ];
  const share = randomNumbersForTrial(seed, 99);
  return Array.from({ length: count }, (_, i) => {
    const point = drawAllowedPoint(study(dimensions), share) ?? {};
    const scores = Array.from({ length: objectives }, () => share());
    return ends[Math.floor(share() * ends.length)]!(done(i + 1, point, ...scores));
  });
}
