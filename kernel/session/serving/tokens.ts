/** Tokens of texts with their places, and texts of tokens, as requests ask them. */
import type { Tokenizer } from "../../bases/tokenizer.js";
import type { Token } from "../../serving/contract.js";

/** `specials`: with those that the model is fed around a text. */
export async function tokensOf(
  tokenizer: Tokenizer,
  texts: readonly string[],
  specials: boolean,
): Promise<readonly (readonly Token[])[]> {
  const placed = await tokenizer.encodePlaced(texts);
  const around = (ids: readonly number[]): readonly Token[] =>
    tokenizer
      .tokens(Int32Array.from(ids))
      .map((text, i) => ({ id: ids[i]!, text, special: true, start: null, stop: null }));
  const [before, after] = [around(tokenizer.frame.before), around(tokenizer.frame.after)];
  return placed.map(({ ids, starts, ends }, row) => {
    const characters = Array.from(texts[row]!);
    const names = tokenizer.tokens(ids);
    const own = Array.from(ids, (id, i): Token => {
      const [start, stop] = [starts[i]!, ends[i]!];
      const special = tokenizer.special.has(id);
      // A part of a character alone has no text of its own.
      const text = special || stop <= start ? names[i]! : characters.slice(start, stop).join("");
      return { id, text, special, start, stop };
    });
    return specials ? [...before, ...own, ...after] : own;
  });
}

export async function decoded(
  tokenizer: Tokenizer,
  ids: readonly Int32Array[],
  specials: boolean,
): Promise<readonly string[]> {
  return Promise.all(ids.map((row) => (specials ? tokenizer.spell(row) : tokenizer.decode(row))));
}
