/** Rates around those that are recommended: over all techniques as a range, and of each one as what its rates are held to. */
import type { CostedTechnique } from "./candidates.js";

/**
 * One rate stands for a head that is found at once, which no rate changes: held to that one, the same head isn't sought again
 * at others. It is one of those that others are tried with.
 */
export function alignExactRates(ways: readonly CostedTechnique[]): readonly CostedTechnique[] {
  const stepped = ways.find((way) => !way.exact);
  return stepped ? ways.map((way) => (way.exact ? { ...way, rate: Number(short(stepped.rate)) } : way)) : ways;
}

/** How far rates vary around those that are recommended. */
const AROUND = 4;
const KEY = "optimizer.learning_rate";

export function learningRateRange(ways: readonly CostedTechnique[]): string {
  const { low, high } = bandOf(ways);
  return `log(${short(low)}..${short(high)})`;
}

/** `where`, as a program writes it; null: no technique's rates are fewer than those of the range. */
export function learningRateBands(ways: readonly CostedTechnique[]): string | null {
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
