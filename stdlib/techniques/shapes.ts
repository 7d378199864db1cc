/** Counting over the shapes of a checkpoint's tensors. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, d) => product * d, 1);
}

/** Paths of the linear layers whose last name is one of `targets` (or whose path ends in it), with their [out, in]. */
export function linearsNamed(
  shapes: Readonly<Record<string, readonly number[]>>,
  targets: readonly string[],
): readonly { readonly path: string; readonly out: number; readonly in: number }[] {
  return Object.entries(shapes).flatMap(([name, shape]) => {
    if (!name.endsWith(".weight") || shape.length !== 2) return [];
    const path = name.slice(0, -".weight".length);
    return isTarget(path, targets) && !isEmbedding(path) ? [{ path, out: shape[0]!, in: shape[1]! }] : [];
  });
}

/** Tables that are looked up, and the head: no linear layers of a block. */
export function isEmbedding(path: string): boolean {
  return /embed|relative_attention_bias|(^|\.)(wte|wpe|shared|lm_head)$/.test(path);
}

export function isTarget(path: string, targets: readonly string[]): boolean {
  return targets.some((t) => path === t || path.endsWith(`.${t}`));
}
