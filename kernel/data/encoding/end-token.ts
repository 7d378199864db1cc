/** The token that ends a text. */
import { CutTexts, type TokenRows, type TokenTexts } from "../sequences/token-rows.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import type { Encoding } from "./rows.js";

/** Texts cut to the length that is left, each with the token that ends it. */
export function ended(
  texts: TokenTexts,
  e: Pick<Encoding, "maxLength" | "end"> & { readonly tokenizer: Pick<Tokenizer, "frame" | "cut"> },
): { readonly ids: TokenRows; readonly lengths: Int32Array } {
  const end = endOf(e);
  const { before, after } = e.tokenizer.frame;
  const most = Math.max(e.maxLength - (end === null ? 0 : 1), before.length + after.length);
  const cut = (ids: Int32Array): Int32Array => {
    const kept = e.tokenizer.cut(ids, most);
    return end === null ? kept : Int32Array.of(...kept, end);
  };
  const lengths = texts.lengths.map((length) => Math.min(length, most) + (end === null ? 0 : 1));
  return { ids: new CutTexts(texts, cut), lengths };
}

/** The end token. Null: there is none, or the tokenizer itself puts it after every text. */
export function endOf({
  end,
  tokenizer,
}: Pick<Encoding, "end"> & { readonly tokenizer: Pick<Tokenizer, "frame"> }): number | null {
  return end === tokenizer.frame.after.at(-1) ? null : end;
}
