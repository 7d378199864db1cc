/**
 * Popular base checkpoints, with the config.json fields that define their sizes: the capability `checkpoints` of a
 * family's word. The family's own code counts the parameters from these fields; counts are never stored.
 */
export interface KnownCheckpoint {
  /** Name as in `base:`. */
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
}
type Sizes = readonly [layers: number, hidden: number, heads: number, inner: number, vocabulary: number];
type More = Readonly<Record<string, unknown>>;

export function makeBertLikeCheckpoint(name: string, sizes: Sizes, more: More = {}): KnownCheckpoint {
  const [num_hidden_layers, hidden_size, num_attention_heads, intermediate_size, vocab_size] = sizes;
  const config = { num_hidden_layers, hidden_size, num_attention_heads, intermediate_size, vocab_size };
  return { name, config: { ...config, max_position_embeddings: 512, ...more } };
}

/** `shared`: number of key-value heads. */
export function makeLlamaLikeCheckpoint(
  name: string,
  sizes: Sizes,
  options: More & { shared: number; positions: number },
): KnownCheckpoint {
  const { shared: num_key_value_heads, positions: max_position_embeddings, ...more } = options;
  const { config } = makeBertLikeCheckpoint(name, sizes);
  return { name, config: { ...config, num_key_value_heads, max_position_embeddings, ...more } };
}
