/** Parses an answer text: a label, several labels or a number. */

/** Returns the words in lower case without punctuation: `**Billing.**` gives `billing`. */
function plainWords(text: string): readonly string[] {
  return (
    text
      .toLowerCase()
      .normalize("NFKC")
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  );
}

/**
 * Returns the index of the label that an answer names: an exact match first, then a match up to case and punctuation,
 * then the one label whose words occur in the answer. Null if it names none, or several.
 */
export function labelNamedIn(answer: string, labels: readonly string[]): number | null {
  const written = answer.trim();
  const exact = labels.indexOf(written);
  if (exact >= 0) return exact;
  const writtenWords = plainWords(written).join(" ");
  const alike = labels.flatMap((label, l) =>
    writtenWords !== "" && plainWords(label).join(" ") === writtenWords ? [l] : [],
  );
  if (alike.length === 1) return alike[0]!;
  if (alike.length > 1) return null;
  const named = labelsNamedIn(answer, labels);
  return named.length === 1 ? named[0]! : null;
}

/**
 * Returns the indices of all labels whose words occur in an answer, in the order of the labels. A part of a longer
 * label does not count: `not spam` does not name `spam`.
 */
export function labelsNamedIn(answer: string, labels: readonly string[]): readonly number[] {
  const words = plainWords(answer);
  const labelWords = labels.map((label, number) => ({ number, words: plainWords(label) }));
  const longestFirst = labelWords.filter((one) => one.words.length > 0).sort((a, b) => b.words.length - a.words.length);
  /** For each word of the answer, the word count of the label that it belongs to. */
  const taken = new Array<number>(words.length).fill(0);
  const found = new Set<number>();
  for (const { number, words: wanted } of longestFirst)
    for (let position = 0; position + wanted.length <= words.length; position++) {
      // Labels with equally many words may match the same place: they differ only in punctuation.
      if (!wanted.every((word, i) => words[position + i] === word && taken[position + i]! <= wanted.length)) continue;
      taken.fill(wanted.length, position, position + wanted.length);
      found.add(number);
    }
  return [...found].sort((a, b) => a - b);
}

const NONE: ReadonlySet<string> = new Set(["", "none", "no label", "no labels", "nothing", "no answer"]);
/** Returns true if the answer means that a row has no label. */
export function meansNoLabel(answer: string): boolean {
  return NONE.has(plainWords(answer).join(" "));
}

/**
 * Returns the first number in an answer; null if there is none. A comma before three digits is a thousands separator,
 * any other comma a decimal point.
 */
export function numberNamedIn(answer: string): number | null {
  const found = /[-+\u2212]?(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:[.,]\d+)?|\.\d+)(?:e[-+]?\d+)?/iu.exec(
    answer,
  )?.[0];
  if (found === undefined) return null;
  const thousands = /^[-+\u2212]?\d{1,3}(?:,\d{3})+(?!\d)/u.test(found);
  const plain = found.replace("\u2212", "-").replaceAll(",", thousands ? "" : ".");
  const number = Number(plain);
  return Number.isFinite(number) ? number : null;
}
