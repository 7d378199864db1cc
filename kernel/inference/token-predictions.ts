/** What is said of each token of a row, put together by the words of its texts. */
import type { Tokenizer } from "../bases/tokenizer.js";
import { inUtf16 } from "../bases/context-windows.js";
import type { WhyPart } from "../display/scores/why.js";

interface Spoken {
  readonly parts: readonly WhyPart[];
  /** Of tokens that belong to no word. */
  readonly special: number;
}

const words = new Intl.Segmenter("en", { granularity: "word" });

/** `ids`: a row as it was fed, of one text or of two; `values`: what is said of each of its tokens. */
export async function bySpokenWords(
  texts: readonly string[],
  ids: Int32Array,
  values: Float32Array,
  tokenizer: Pick<Tokenizer, "encodePlaced" | "frame" | "special">,
): Promise<Spoken> {
  const placed = (await tokenizer.encodePlaced(texts)).map((own, i) => inUtf16(texts[i]!, own));
  const left = Float64Array.from(values);
  let at = tokenizer.frame.before.length;
  const parts = placed.flatMap((own, i): readonly WhyPart[] => {
    if (i > 0) while (at < ids.length && tokenizer.special.has(ids[at]!)) at++;
    const spoken = segmentsOf(texts[i]!);
    // As far as the text was read: what was cut off says nothing.
    for (let token = 0; token < own.ids.length && at < ids.length && own.ids[token] === ids[at]; token++, at++) {
      const end = Math.max(own.starts[token]!, own.ends[token]! - 1);
      const word = spoken.find(({ from, to }) => end >= from && end < to);
      if (!word) continue;
      word.value = (word.value ?? 0) + values[at]!;
      left[at] = 0;
    }
    const said = spoken.map(({ text, value }): WhyPart => ({ text, value }));
    return i === 0 ? said : [{ text: " | ", value: null }, ...said];
  });
  return { parts, special: left.reduce((sum, value) => sum + value, 0) };
}

interface Segment {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  value: number | null;
}
/** Words, marks and blanks: all of the text. */
export function segmentsOf(text: string): Segment[] {
  return Array.from(words.segment(text), ({ segment, index }) => ({
    text: segment,
    from: index,
    to: index + segment.length,
    value: null,
  }));
}
