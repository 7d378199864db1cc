/** A tokenizer.json as embedded in the page: its vocabulary is one text, a token per line, in the order of the ids. */
export interface EmbeddedTokenizer {
  readonly model: { readonly vocab: string };
}

/** Returns the bytes of the original file. */
export function unpackTokenizer(carried: EmbeddedTokenizer): Uint8Array {
  const vocab = Object.fromEntries(carried.model.vocab.split("\n").map((token, id) => [token, id]));
  return new TextEncoder().encode(JSON.stringify({ ...carried, model: { ...carried.model, vocab } }));
}
