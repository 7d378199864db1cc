/** What an answer in words says: a label, several of them, or a number. */

/** Words in small letters, without marks: what is left of `**Billing.**` is `billing`. */
function plainWords(text: string): readonly string[] {
  return (
    text
      .toLowerCase()
      .normalize("NFKC")
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  );
}

/**
 * The number of the label that an answer names: written exactly, else but for letters' case and marks, else the one label whose
 * words stand in it. Null: it names none, or several.
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
 * Numbers of all labels whose words stand in an answer, in the labels' order. What is a part of a longer label is not named by it:
 * `not spam` does not say `spam`.
 */
export function labelsNamedIn(answer: string, labels: readonly string[]): readonly number[] {
  const words = plainWords(answer);
  const labelWords = labels.map((label, number) => ({ number, words: plainWords(label) }));
  const longestFirst = labelWords.filter((one) => one.words.length > 0).sort((a, b) => b.words.length - a.words.length);
  /** Of each word of the answer, how many words the label has that it belongs to. */
  const taken = new Array<number>(words.length).fill(0);
  const found = new Set<number>();
  for (const { number, words: wanted } of longestFirst)
    for (let position = 0; position + wanted.length <= words.length; position++) {
      // Labels of as many words may stand at one place: they differ by marks alone.
      if (!wanted.every((word, i) => words[position + i] === word && taken[position + i]! <= wanted.length)) continue;
      taken.fill(wanted.length, position, position + wanted.length);
      found.add(number);
    }
  return [...found].sort((a, b) => a - b);
}

const NONE: ReadonlySet<string> = new Set(["", "none", "no label", "no labels", "nothing", "no answer"]);
/** What says that a row has no label at all. */
export function meansNoLabel(answer: string): boolean {
  return NONE.has(plainWords(answer).join(" "));
}

/** The first number in an answer; a comma before three digits parts thousands, before others it is a decimal point. Null: none. */
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
