/** Aggregates token-level predictions of a row to the words of its texts. */
import type { Tokenizer } from "../bases/tokenizer.js";
import { toUtf16Offsets } from "../bases/context-windows.js";
import type { AttributionPart } from "../display/scores/why.js";

interface Spoken {
  readonly parts: readonly AttributionPart[];
  /** For tokens that belong to no word. */
  readonly special: number;
}

const words = new Intl.Segmenter("en", { granularity: "word" });

/** `ids`: an input row of one text or two. `values`: the predictions per token. */
export async function wordLevelPredictions(
  texts: readonly string[],
  ids: Int32Array,
  values: Float32Array,
  tokenizer: Pick<Tokenizer, "encodePlaced" | "frame" | "special">,
): Promise<Spoken> {
  const placed = (await tokenizer.encodePlaced(texts)).map((encoding, i) => toUtf16Offsets(texts[i]!, encoding));
  const left = Float64Array.from(values);
  let tokenIndex = tokenizer.frame.before.length;
  const parts = placed.flatMap((encoding, i): readonly AttributionPart[] => {
    if (i > 0) while (tokenIndex < ids.length && tokenizer.special.has(ids[tokenIndex]!)) tokenIndex++;
    const spoken = wordSegmentsOf(texts[i]!);
    // Only up to the truncation point: text beyond it has no predictions.
    for (
      let token = 0;
      token < encoding.ids.length && tokenIndex < ids.length && encoding.ids[token] === ids[tokenIndex];
      token++, tokenIndex++
    ) {
      const end = Math.max(encoding.starts[token]!, encoding.ends[token]! - 1);
      const word = spoken.find(({ from, to }) => end >= from && end < to);
      if (!word) continue;
      word.value = (word.value ?? 0) + values[tokenIndex]!;
      left[tokenIndex] = 0;
    }
    const wordParts = spoken.map(({ text, value }): AttributionPart => ({ text, value }));
    return i === 0 ? wordParts : [{ text: " | ", value: null }, ...wordParts];
  });
  return { parts, special: left.reduce((sum, value) => sum + value, 0) };
}

interface Segment {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  value: number | null;
}
/** Splits a text into words, punctuation and blanks, without gaps. */
export function wordSegmentsOf(text: string): Segment[] {
  return Array.from(words.segment(text), ({ segment, index }) => ({
    text: segment,
    from: index,
    to: index + segment.length,
    value: null,
  }));
}
