/** Rows with a value for every role, so that any encoder task can be trained whichever it is. */
import type { Call } from "#dsl/language/types/value.js";
import type { PredictedRows, QuestionContextWindow, SupervisionRows } from "#stdlib/tasks/kind.js";

export const LABELS = ["O", "B-LOC", "I-LOC"] as const;
export const VOCABULARY = 23;
export const ROLES = ["text", "text_pair", "label", "labels", "score", "tokens", "tags"] as const;
const MASK = 3;

/** Returns rows of words with one or two tokens each, between the special tokens 1 and 2; ids start at 4. */
export function rowsFor(
  count: number,
  call: Call,
): SupervisionRows & PredictedRows & { readonly texts: readonly string[] } {
  const words = Array.from({ length: count }, (_, row) => 1 + ((row * 5) % 4));
  const pieces = words.map((n, row) => Array.from({ length: n }, (_, word) => 1 + ((row + word) % 2)));
  const id = (row: number, i: number): number => 4 + ((row * 7 + i * 3) % (VOCABULARY - 4));
  const ids = pieces.map((own, row) => {
    const total = own.reduce((a, b) => a + b, 0);
    // The last token of the second row is the mask, to be filled in.
    return Int32Array.of(
      1,
      ...Array.from({ length: total }, (_, i) => (row === 1 && i === total - 1 ? MASK : id(row, i))),
      2,
    );
  });
  const starts = pieces.map((own) => {
    let at = 1;
    return Int32Array.from(own, (n) => (at += n) - n);
  });
  const values: Readonly<Record<string, readonly unknown[]>> = {
    text: words.map((n, row) =>
      Array.from({ length: n }, (_, word) => (row === 1 && word === n - 1 ? "[3]" : `w${word}`)).join(" "),
    ),
    text_pair: words.map((_, row) => `other ${row % 7}`),
    label: words.map((_, row) => LABELS[row % LABELS.length]),
    labels: words.map((_, row) => LABELS.filter((_, l) => (row >> l) & 1)),
    score: words.map((_, row) => (row % 5) - 2),
    tokens: words.map((n) => Array.from({ length: n }, (_, word) => `w${word}`)),
    tags: words.map((n, row) => Array.from({ length: n }, (_, word) => LABELS[(row + word) % 2 === 0 ? 0 : 1])),
  };
  // The context is everything between the row's special tokens. One question in four has no answer.
  const window = (row: number): QuestionContextWindow => {
    const places = Int32Array.from({ length: ids[row]!.length - 2 }, (_, i) => 2 * i);
    const context = Array.from(places, (_, i) => `${"abcdefgh"[i]!} `).join("");
    const question = texts[row]!;
    return { questionIndex: row, question, context, first: 1, starts: places, ends: places.map((place) => place + 1) };
  };
  const texts = values["text"] as readonly string[];
  const answers = words.map((_, row) => [{ text: "a", start: 0 }].slice(row % 4 === 3 ? 1 : 0));
  return {
    count,
    window,
    texts,
    values: (role) => (role === "answer" ? answers : values[role]),
    names: Int32Array.from(words, (_, row) => row + 1),
    // For tasks that encode the texts of a row separately, the texts of `text_pair` follow.
    ids: (row) => ids[row] ?? Int32Array.of(1, id(row % 7, 2), id(row % 7, 5), 2),
    words: (row) => ({ starts: starts[row]!, cut: 0 }),
    labels: LABELS,
    tokenizer: {
      vocabulary: VOCABULARY,
      mask: MASK,
      special: new Set([0, 1, 2, 3]),
      tokens: (own) => Array.from(own, (token) => `[${token}]`),
    },
    model: "model",
    data: "data",
    call,
  };
}
