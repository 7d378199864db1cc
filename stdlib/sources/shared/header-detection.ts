/** Files of columns whose first line is a row already, not the names: known by what stands there. */

/** Characters and words beyond which a text is hardly a column's name. */
const longest = { characters: 60, words: 6 };
const value = /^(?:[+-]?\d[\d.,:/ -]*|https?:\/\/\S+|true|false|null)$/i;

/**
 * Whether names of columns look like a row: one is a number, a date, an address or a sentence, or stands among the values of
 * its own column, as a label does.
 * @param columns name → values; a few hundred are enough
 */
export function looksLikeData(columns: ReadonlyMap<string, ArrayLike<unknown>>): boolean {
  return [...columns].some(
    ([name, values]) =>
      value.test(name.trim()) ||
      name.length > longest.characters ||
      name.trim().split(/\s+/).length > longest.words ||
      isRepeated(name, values),
  );
}

/** Whether a first line is a title that a program of tables filled up with empty fields: `Export of May,,`. */
export function looksLikeTitle([first = "", ...rest]: readonly string[]): boolean {
  // Of two fields the second may be the one empty column that a comma at the end of each line makes.
  const wide = rest.length > 1 || (rest.length === 1 && /\s/.test(first.trim()));
  return wide && first !== "" && rest.every((name) => name === "");
}

/** Twice at least: a single row that repeats the header comes of files that were joined. */
function isRepeated(name: string, values: ArrayLike<unknown>): boolean {
  let times = 0;
  for (let i = 0; i < values.length && times < 2; i++) if (values[i] === name) times++;
  return times >= 2;
}

/** Names that would suit: the column of the longest values holds the text, that of the fewest different ones the label. */
export function suggestColumnNames(columns: ReadonlyMap<string, ArrayLike<unknown>>): readonly string[] {
  const measured = [...columns.values()].map((values) => {
    const texts = Array.from(values, String);
    return { length: texts.reduce((sum, t) => sum + t.length, 0), different: new Set(texts).size };
  });
  const by = (measure: (m: (typeof measured)[number]) => number, but: number): number =>
    measured.reduce(
      (best, m, i) => (i !== but && (best < 0 || measure(m) > measure(measured[best] ?? m)) ? i : best),
      -1,
    );
  const text = by((m) => m.length, -1);
  const label = by((m) => -m.different, text);
  return measured.map((_, i) => (i === text ? "text" : i === label ? "label" : `column_${i + 1}`));
}
