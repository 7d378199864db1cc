/** Rates around those that are recommended: over all techniques as a range, and of each one as what its rates are held to. */
import type { Way } from "./candidates.js";

/**
 * One rate stands for a head that is found at once, which no rate changes: held to that one, the same head isn't sought again
 * at others. It is one of those that others are tried with.
 */
export function sameRate(ways: readonly Way[]): readonly Way[] {
  const stepped = ways.find((way) => !way.exact);
  return stepped ? ways.map((way) => (way.exact ? { ...way, rate: Number(short(stepped.rate)) } : way)) : ways;
}

/** How far rates vary around those that are recommended. */
const AROUND = 4;
const KEY = "optimizer.learning_rate";

export function rangeOf(ways: readonly Way[]): string {
  const { low, high } = bandOf(ways);
  return `log(${short(low)}..${short(high)})`;
}

/** `where`, as a program writes it; null: no technique's rates are fewer than those of the range. */
export function bandsOf(ways: readonly Way[]): string | null {
  const { low: least, high: most } = bandOf(ways);
  const words = new Set(ways.map(({ technique }) => wordOf(technique)));
  const held = [...words].flatMap((word) => {
    const own = ways.filter(({ technique }) => wordOf(technique) === word);
    const { low, high } = bandOf(own);
    return [
      ...(low > least ? [`at_least(${KEY}, ${short(low)}, when: ${word})`] : []),
      ...(high < most ? [`at_most(${KEY}, ${short(high)}, when: ${word})`] : []),
    ];
  });
  return held.length > 0 ? `[${held.join(", ")}]` : null;
}

function bandOf(ways: readonly Way[]): { readonly low: number; readonly high: number } {
  const around = ({ exact }: Way): number => (exact ? 1 : AROUND);
  return {
    low: Math.min(...ways.map((way) => way.rate / around(way))),
    high: Math.max(...ways.map((way) => way.rate * around(way))),
  };
}
const wordOf = (technique: string): string => /^\w+/.exec(technique)?.[0] ?? technique;
const short = (x: number): string => String(Number(x.toPrecision(2)));
