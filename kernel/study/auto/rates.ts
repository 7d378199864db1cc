/** Learning rates around the recommended ones: one range over all techniques, and limits per technique. */
import type { CostedTechnique } from "./candidates.js";

/**
 * Gives all exactly fitted heads the same rate. The rate does not affect them, so the sweep need not repeat the same
 * head with other rates. The common rate is one of those tried with other techniques.
 */
export function alignExactRates(ways: readonly CostedTechnique[]): readonly CostedTechnique[] {
  const stepped = ways.find((way) => !way.exact);
  return stepped ? ways.map((way) => (way.exact ? { ...way, rate: Number(short(stepped.rate)) } : way)) : ways;
}

/** Factor by which rates vary around the recommended ones. */
const AROUND = 4;
const KEY = "optimizer.learning_rate";

export function learningRateRange(ways: readonly CostedTechnique[]): string {
  const { low, high } = bandOf(ways);
  return `log(${short(low)}..${short(high)})`;
}

/** Returns the `where` setting as Tune text; null if no technique needs a narrower range. */
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
