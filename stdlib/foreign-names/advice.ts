/** Names from other tools that a sentence of advice answers, in the form of records (`Word.advice`, `Word.idle`). */

/** `idle`: the names have no effect, because their setting is already the default. */
type Row = readonly [names: string, advice: string, idle?: "idle"];

export function foreignNameAdvice(rows: readonly Row[]): {
  readonly advice: Readonly<Record<string, string>>;
  readonly idle: readonly string[];
} {
  const named = rows.flatMap(([names, advice, idle]) => names.split(" ").map((name) => ({ name, advice, idle })));
  return {
    advice: Object.fromEntries(named.map(({ name, advice }) => [name, advice])),
    idle: named.flatMap(({ name, idle }) => (idle ? [name] : [])),
  };
}
