/** Rates around those that are recommended: over all techniques as a range, and of each one as what its rates are held to. */
import type { Way } from "./candidates.js";

/** How far rates vary around those that are recommended. */
const AROUND = 4;
const KEY = "optimizer.learning_rate";

export function rangeOf(rates: readonly number[]): string {
  const { low, high } = bandOf(rates);
  return `log(${short(low)}..${short(high)})`;
}

/** `where`, as a program writes it; null: no technique's rates are fewer than those of the range. */
export function bandsOf(ways: readonly Way[]): string | null {
  const { low: least, high: most } = bandOf(ways.map(({ rate }) => rate));
  const words = new Set(ways.map(({ technique }) => wordOf(technique)));
  const held = [...words].flatMap((word) => {
    const own = ways.filter(({ technique }) => wordOf(technique) === word);
    const { low, high } = bandOf(own.map(({ rate }) => rate));
    return [
      ...(low > least ? [`at_least(${KEY}, ${short(low)}, when: ${word})`] : []),
      ...(high < most ? [`at_most(${KEY}, ${short(high)}, when: ${word})`] : []),
    ];
  });
  return held.length > 0 ? `[${held.join(", ")}]` : null;
}

function bandOf(rates: readonly number[]): { readonly low: number; readonly high: number } {
  return { low: Math.min(...rates) / AROUND, high: Math.max(...rates) * AROUND };
}
const wordOf = (technique: string): string => /^\w+/.exec(technique)?.[0] ?? technique;
const short = (x: number): string => String(Number(x.toPrecision(2)));
