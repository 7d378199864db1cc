/** Key-value caches: rows are scattered into them, in place if nothing else reads the cache (gate.ts). */
import type { Ref } from "#dsl/tensor/program.js";
import type { Lowerings, Lowering } from "../lowering.js";

/**
 * Returns `whole` with `part` written from position `start` (an i32 scalar) along the axis, or with its rows written to
 * the rows `start`.
 */
export function scatterInto(l: Lowering, whole: string, part: Ref, start: Ref, axis: number): string {
  const { graph } = l;
  const { shape } = l.typeOf(part);
  if (l.typeOf(start).shape.length > 0) {
    const rows = l.op("Unsqueeze", [l.cast(l.full(start), "i64"), graph.longs([-1])]);
    return l.op("ScatterND", [whole, rows, l.full(part)]);
  }
  const leading = shape.slice(0, axis + 1);
  // One index per leading axis: a range for each, the last one shifted, broadcast over all leading positions.
  const places = leading.map((d, dimension) => {
    const range = l.range(d, "i64");
    const shifted = dimension === axis ? l.op("Add", [range, l.cast(l.full(start), "i64")]) : range;
    const spread = l.op("Reshape", [shifted, graph.longs(leading.map((_, other) => (other === dimension ? -1 : 1)))]);
    return l.op("Unsqueeze", [l.op("Expand", [spread, l.exact(leading)]), graph.longs([-1])]);
  });
  const indices = places.length === 1 ? places[0]! : l.op("Concat", places, { axis: { int: -1 } });
  return l.op("ScatterND", [whole, indices, l.full(part)]);
}

export const cacheLowerings = {
  extend_cache: (l, node) => [
    () => {
      const [cache, rows, start] = node.inputs;
      const size = l.size(node.attributes.size);
      const whole = scatterInto(l, l.full(cache), rows, start, 1);
      return { full: l.op("Slice", [whole, l.graph.longs([0]), size, l.graph.longs([1])]) };
    },
  ],
} satisfies Lowerings;
