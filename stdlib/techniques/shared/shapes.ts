/** Counts parameters by the shapes of a checkpoint's tensors. */
export type TensorShapes = Readonly<Record<string, readonly number[]>>;

export function elementCountOf(shape: readonly number[]): number {
  return shape.reduce((product, d) => product * d, 1);
}
/** Returns the number of elements of all tensors whose name matches. */
export function countElements(
  shapes: TensorShapes,
  wanted: (name: string, shape: readonly number[]) => boolean,
): number {
  return Object.entries(shapes).reduce((n, [name, shape]) => (wanted(name, shape) ? n + elementCountOf(shape) : n), 0);
}

export interface LinearShape {
  readonly path: string;
  readonly out: number;
  readonly in: number;
}
/**
 * Returns the linear layers that `targets` match (see `isTargetLayer`), with their [out, in]. GPT-2's are stored as
 * [in, out]; the sum is the same.
 */
export function findLinearLayers(shapes: TensorShapes, targets: readonly string[]): readonly LinearShape[] {
  return linearsOf(shapes).filter(({ path }) => isTargetLayer(path, targets));
}

/** Cached, because a base has thousands of tensors and every check while typing needs its linear layers. */
const linears = new WeakMap<TensorShapes, readonly LinearShape[]>();

/** Returns all linear layers: matrices that are neither embeddings nor the head. */
function linearsOf(shapes: TensorShapes): readonly LinearShape[] {
  const known = linears.get(shapes);
  if (known) return known;
  const found = Object.entries(shapes).flatMap(([name, shape]): LinearShape[] => {
    if (!name.endsWith(".weight") || shape.length !== 2) return [];
    const path = name.slice(0, -".weight".length);
    return isEmbeddingOrHead(path) ? [] : [{ path, out: shape[0]!, in: shape[1]! }];
  });
  linears.set(shapes, found);
  return found;
}

/** Checks for embeddings and the head, which are not linear layers of a block. */
export function isEmbeddingOrHead(path: string): boolean {
  return /embed|(^|\.)(wte|wpe|shared|lm_head|relative_attention_bias)$|^(lm_head|cls|classifier|pre_classifier|vocab_transform|vocab_projector)(\.|$)/.test(
    path,
  );
}

/**
 * Target words that select linear layers by position: all of a block, those of attention, those of feed-forward
 * sub-layers.
 */
export const LINEAR_LAYER_KINDS = ["all", "attention", "feed_forward"] as const;

/** Checks whether one of `targets` matches a linear layer: a kind, the last name of its path, or a longer suffix. */
export function isTargetLayer(path: string, targets: readonly string[]): boolean {
  return targets.some((t) => path === t || path.endsWith(`.${t}`) || isOfKind(path, t));
}
function isOfKind(path: string, kind: string): boolean {
  if (!/(^|\.)\d+\./.test(path) || !(LINEAR_LAYER_KINDS as readonly string[]).includes(kind)) return false;
  return kind === "all" || (kind === "attention") === isAttentionPath(path);
}
/** Checks whether a path is within a block's attention. */
export function isAttentionPath(path: string): boolean {
  return /(^|\.)[a-z_]*att(n|ention)(\.|$)/i.test(path);
}

/** Returns the last names of all linear layers, for messages. */
export function linearLayerNames(shapes: TensorShapes): string[] {
  return [...new Set(linearsOf(shapes).map(({ path }) => path.slice(path.lastIndexOf(".") + 1)))].sort();
}

/** Returns the width of the token embeddings; 0 if no table is known. */
export function embeddingWidth(shapes: TensorShapes): number {
  const found = Object.entries(shapes).find(
    ([name, shape]) => shape.length === 2 && /(^|\.)(word_embeddings|embed_tokens|wte|shared)\.weight$/.test(name),
  );
  return found?.[1][1] ?? 0;
}
/** Returns the key width of each self-attention, by the families' names of the key layers. */
export function attentionKeyWidths(shapes: TensorShapes): readonly number[] {
  return Object.entries(shapes).flatMap(([name, shape]) => {
    if (shape.length !== 2) return [];
    if (/\.c_attn\.weight$/.test(name)) return [shape[1]! / 3];
    // For an encoder-decoder, those of its decoder.
    if (/^decoder\..*\.SelfAttention\.k\.weight$/.test(name)) return [shape[0]!];
    return /\.(key|k_proj|k_lin)\.weight$/.test(name) ? [shape[0]!] : [];
  });
}
