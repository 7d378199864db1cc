/** A tokenizer.json as the page carries it: its vocabulary is one text, a token on each line, in the order of the ids. */
export interface CarriedTokenizer {
  readonly model: { readonly vocab: string };
}

/** The bytes of the file that it was. */
export function unpackTokenizer(carried: CarriedTokenizer): Uint8Array {
  const vocab = Object.fromEntries(carried.model.vocab.split("\n").map((token, id) => [token, id]));
  return new TextEncoder().encode(JSON.stringify({ ...carried, model: { ...carried.model, vocab } }));
}
