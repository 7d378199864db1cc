/** Names of other tools that one sentence answers, as records have them (`Word.advice`, `Word.idle`). */

/** `idle`: the names say nothing that isn't so without them. */
type Row = readonly [names: string, advice: string, idle?: "idle"];

export function adviceFromRows(rows: readonly Row[]): {
  readonly advice: Readonly<Record<string, string>>;
  readonly idle: readonly string[];
} {
  const named = rows.flatMap(([names, advice, idle]) => names.split(" ").map((name) => ({ name, advice, idle })));
  return {
    advice: Object.fromEntries(named.map(({ name, advice }) => [name, advice])),
    idle: named.flatMap(({ name, idle }) => (idle ? [name] : [])),
  };
}
