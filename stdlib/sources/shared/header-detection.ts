/** Detects column files whose first line is a row instead of the column names. */

/** A text with more characters or words is unlikely to be a column name. */
const longest = { characters: 60, words: 6 };
const value = /^(?:[+-]?\d[\d.,:/ -]*|https?:\/\/\S+|true|false|null)$/i;

/**
 * Checks whether column names look like a row: one is a number, a date, an address or a sentence, or repeats as a value
 * of its column, like a label.
 * @param columns name → values; a few hundred are enough
 */
export function headerLooksLikeData(columns: ReadonlyMap<string, ArrayLike<unknown>>): boolean {
  return [...columns].some(
    ([name, values]) =>
      value.test(name.trim()) ||
      name.length > longest.characters ||
      name.trim().split(/\s+/).length > longest.words ||
      isRepeated(name, values),
  );
}

/** Checks whether a first line is a title that a spreadsheet program padded with empty fields: `Export of May,,`. */
export function lineLooksLikeTitle([first = "", ...rest]: readonly string[]): boolean {
  // With two fields, the empty one may be a column that a comma at the end of every line makes.
  const wide = rest.length > 1 || (rest.length === 1 && /\s/.test(first.trim()));
  return wide && first !== "" && rest.every((name) => name === "");
}

/** Requires two repetitions: a single row that repeats the header comes from concatenated files. */
function isRepeated(name: string, values: ArrayLike<unknown>): boolean {
  let times = 0;
  for (let i = 0; i < values.length && times < 2; i++) if (values[i] === name) times++;
  return times >= 2;
}

/** Suggests names: the column with the longest values is `text`, the one with the fewest distinct values `label`. */
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
