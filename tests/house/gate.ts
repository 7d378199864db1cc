/** Compares the present figures with the committed ones. */
import type { Figure } from "./figure.js";
import type { Place } from "./file.js";

/** `figures.json`: the committed value of each figure, and its bar for readers. */
export type Committed = Readonly<Record<string, { readonly value: number; readonly bar: number | null }>>;

export interface Counted {
  readonly figure: Pick<Figure, "name" | "bar" | "mayGrow">;
  readonly value: number;
  readonly places: readonly Place[];
}

/**
 * Returns the greatest value that passes: the committed value, or the bar of a figure that may grow if the bar is
 * higher.
 */
export function limitOf({ name, bar, mayGrow }: Counted["figure"], committed: Committed): number {
  const value = committed[name]?.value;
  if (value === undefined) return Infinity;
  return mayGrow ? Math.max(value, bar ?? 0) : value;
}

const SHOWN = 5;
export const placeText = ({ file, line, what }: Place): string =>
  `${file}${line === undefined ? "" : `:${String(line)}`}${what === undefined ? "" : `  ${what}`}`;

/** Returns one sentence for each figure that got worse, with some of its places; `changed` files come first. */
export function worse(counted: readonly Counted[], committed: Committed, changed: ReadonlySet<string>): string[] {
  return counted.flatMap(({ figure, value, places }) => {
    const limit = limitOf(figure, committed);
    if (value <= limit) return [];
    const rise = Math.round(10 * (value - limit)) / 10;
    const first = [...places].sort((a, b) => Number(changed.has(b.file)) - Number(changed.has(a.file)));
    const shown = first.slice(0, SHOWN).map((place) => `  ${placeText(place)}`);
    const all = `npm run house -- --list "${figure.name}" lists all`;
    return [
      [`${figure.name}: ${String(value)}, ${String(rise)} more than ${String(limit)} (${all})`, ...shown].join("\n"),
    ];
  });
}

/** Returns the committed values, lowered where figures improved; a new figure gets its first value. */
export function kept(counted: readonly Counted[], committed: Committed): Committed {
  return Object.fromEntries(
    counted.map(({ figure: { name, bar }, value }) => {
      const before = committed[name]?.value ?? Infinity;
      return [name, { value: Math.min(before, value), bar }];
    }),
  );
}
