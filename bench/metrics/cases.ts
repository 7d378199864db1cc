/**
 * Random outputs of every kind that `tunebook score` supports, drawn by seed: correct, nearly correct, wrong and empty
 * ones.
 */
import { seededRandom, drawBelow, type RandomSource } from "#stdlib/statistics/chance.js";

export interface Case {
  readonly sort: string;
  readonly rows: readonly {
    readonly truth: unknown;
    readonly predicted: unknown;
    readonly probabilities?: Readonly<Record<string, number>>;
  }[];
  readonly schema?: unknown;
}
type Row = Case["rows"][number];

const PIECES = [
  ...["the", "cat", "sat", "on", "a", "mat", ",", ".", "1,000.5", "3-4", "don't", "(yes)", "&amp;", "Über", "日本"],
  ...["x/y", "END", "e.g.", "😀", "The", "an", "-"],
];
export const SCHEMA = {
  type: "object",
  required: ["id"],
  properties: {
    id: { type: "integer", minimum: 0 },
    day: { type: "string", format: "date" },
    tags: { type: "array", items: { enum: ["new", "old", "sold"] }, uniqueItems: true, maxItems: 3 },
    at: { $ref: "#/$defs/place" },
  },
  additionalProperties: { type: ["number", "string", "null"] },
  $defs: { place: { type: "object", required: ["town"], properties: { town: { type: "string", minLength: 2 } } } },
};

const uniform = (generator: RandomSource): number => (generator.next() >>> 0) / 2 ** 32;
const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const one = <T>(generator: RandomSource, of: readonly T[]): T => of[drawBelow(generator, of.length)]!;

const makers: Readonly<Record<string, (g: RandomSource) => Row[]>> = {
  label(g) {
    const names = times(2 + drawBelow(g, 5), (i) => `l${String(i)}`);
    return times(1 + drawBelow(g, 40), () => {
      const weights = names.map(() => 0.05 + uniform(g) ** 2);
      const sum = weights.reduce((a, b) => a + b, 0);
      const probabilities = Object.fromEntries(names.map((name, i) => [name, weights[i]! / sum]));
      const predicted = names.reduce((a, b) => (probabilities[b]! > probabilities[a]! ? b : a));
      return { truth: drawBelow(g, 5) < 3 ? predicted : one(g, names), predicted, probabilities };
    });
  },
  label_set(g) {
    const names = times(2 + drawBelow(g, 4), (i) => `l${String(i)}`);
    return times(1 + drawBelow(g, 40), () => {
      const probabilities = Object.fromEntries(names.map((name) => [name, 0.01 + 0.98 * uniform(g)]));
      const predicted = names.filter((name) => probabilities[name]! > 0.5);
      const truth = names.filter((name) => (drawBelow(g, 4) > 0 ? probabilities[name]! > 0.5 : drawBelow(g, 2) === 1));
      return { truth, predicted, probabilities };
    });
  },
  number: (g) =>
    times(2 + drawBelow(g, 40), () => {
      const truth = Math.round(1e4 * (uniform(g) - 0.3)) / 100;
      return { truth, predicted: drawBelow(g, 6) === 0 ? truth : Math.round(truth + 30 * (uniform(g) - 0.5)) };
    }),
  tags(g) {
    const kinds = ["PER", "LOC", "ORG"].slice(0, 1 + drawBelow(g, 3));
    const tag = (): string => (drawBelow(g, 2) === 0 ? "O" : `${one(g, ["B", "I"])}-${one(g, kinds)}`);
    return times(1 + drawBelow(g, 8), () => {
      const truth = times(1 + drawBelow(g, 12), tag);
      return { truth, predicted: truth.map((right) => (drawBelow(g, 4) > 0 ? right : tag())) };
    });
  },
  written: (g) =>
    times(1 + drawBelow(g, 8), () => {
      const target = times(1 + drawBelow(g, 14), () => one(g, PIECES));
      const kept = target.flatMap((piece) => {
        const fate = drawBelow(g, 8);
        return fate === 0 ? [] : fate === 1 ? [one(g, PIECES)] : fate === 2 ? [piece, one(g, PIECES)] : [piece];
      });
      const between = (): string => (drawBelow(g, 12) === 0 ? "\n" : " ");
      const joined = (words: readonly string[]): string =>
        words.reduce((text, word) => text + between() + word, "").trim();
      return { truth: joined(target), predicted: drawBelow(g, 20) === 0 ? "" : joined(kept) };
    }),
  answer: (g) =>
    times(1 + drawBelow(g, 12), () => {
      const text = (): string => times(1 + drawBelow(g, 4), () => one(g, PIECES)).join(" ");
      const truth = times(drawBelow(g, 4), text);
      const predicted =
        drawBelow(g, 3) > 0 && truth[0] !== undefined
          ? `the ${truth[0].toUpperCase()}`
          : drawBelow(g, 3) === 0
            ? ""
            : text();
      return { truth, predicted };
    }),
  ranking: (g) =>
    times(1 + drawBelow(g, 12), () => {
      const all = times(3 + drawBelow(g, 12), (i) => `d${String(i)}`);
      const order = all.map((name) => [uniform(g), name] as const).toSorted((a, b) => a[0] - b[0]);
      const truth = all.filter(() => drawBelow(g, 5) === 0);
      return {
        truth: truth.length > 0 ? truth : ["d0"],
        predicted: order.slice(0, 1 + drawBelow(g, all.length)).map(([, name]) => name),
      };
    }),
  fields(g) {
    const record = (): Readonly<Record<string, unknown>> => ({
      ...(drawBelow(g, 8) > 0 && { id: drawBelow(g, 4) - (drawBelow(g, 9) === 0 ? 1.5 : 0) }),
      ...(drawBelow(g, 2) > 0 && { day: one(g, ["2026-01-01", "2026-02-30", "soon", "2024-02-29"]) }),
      ...(drawBelow(g, 2) > 0 && { tags: times(drawBelow(g, 4), () => one(g, ["new", "old", "sold"])) }),
      ...(drawBelow(g, 3) > 0 && {
        at: drawBelow(g, 5) === 0 ? null : { town: one(g, ["Ulm", "X", " Rom "]), zip: drawBelow(g, 3) },
      }),
      ...(drawBelow(g, 3) === 0 && { "odd.name": one(g, [1, "1", null, true]) }),
    });
    return times(1 + drawBelow(g, 10), () => {
      const truth = record();
      const near = Object.fromEntries(Object.entries(truth).map(([k, v]) => [k, drawBelow(g, 4) > 0 ? v : 7]));
      const own = JSON.stringify(drawBelow(g, 3) === 0 ? record() : near);
      return { truth: JSON.stringify(truth), predicted: drawBelow(g, 7) === 0 ? `Here: ${own}` : own };
    });
  },
};

export const SORTS = Object.keys(makers);

export function randomCases(count: number): readonly Case[] {
  return SORTS.flatMap((sort, s) =>
    times(count, (i) => ({
      sort,
      rows: makers[sort]!(seededRandom(20261, s, i)),
      ...(sort === "fields" && { schema: SCHEMA }),
    })),
  );
}
