/** Lowerings of ops that move elements. */
import { mustGet } from "#dsl/language/diagnostics/codes.js";
import { isState } from "#dsl/tensor/leaves.js";
import type { NodeOf } from "#dsl/tensor/table.js";
import type { Lowerings, Lowering, LoweredValue } from "../lowering.js";
import { writesSingleRows } from "./caches.js";

function slice(
  l: Lowering,
  x: string,
  begin: readonly number[],
  size: readonly number[],
  type = l.graph.typeOf(x),
): string {
  const { graph } = l;
  return graph.node("Slice", [x, graph.integers(begin), graph.integers(size)], { T: { type }, Index: { type: "i32" } });
}
function pack(l: Lowering, parts: readonly string[]): string {
  return l.graph.node("Pack", parts, { N: { int: parts.length }, T: { type: "i32" }, axis: { int: 0 } });
}
/** Pads with zeros before and after along one axis; the sizes are i32 scalars. */
function padAxis(l: Lowering, x: string, rank: number, axis: number, before: string, after: string): string {
  const zero = l.graph.integer(0);
  const rows = Array.from({ length: rank }, (_, i) => pack(l, i === axis ? [before, after] : [zero, zero]));
  return l.graph.node("Pad", [x, pack(l, rows)], { T: { type: l.graph.typeOf(x) }, Tpaddings: { type: "i32" } });
}

/** Gathers rows of a state whose other rows the program writes: reading the full state would copy it. */
function gatheredInPlace(
  l: Lowering,
  { inputs: [table, indices], types: [type] }: NodeOf<"gather">,
): LoweredValue | undefined {
  const source = l.nodeOf(table);
  if (!isState(source) || !writesSingleRows(l, source.attributes.name)) return undefined;
  const { name } = source.attributes;
  const gathered = l.graph.node("ResourceGather", [mustGet(l.handles, name, "state"), l.full(indices)], {
    dtype: { type: type.dtype },
    Tindices: { type: "i32" },
    batch_dims: { int: 0 },
    validate_indices: { bool: true },
  });
  l.gathers.set(name, [...(l.gathers.get(name) ?? []), gathered]);
  return { full: gathered };
}

export const shapeLowerings = {
  reshape: (l, node) => [
    () => ({ full: l.reshape(l.full(node.inputs[0]), l.shape(node.types[0].shape), node.types[0].dtype) }),
  ],
  detach: (l, node) => [() => ({ full: l.op("Identity", [l.full(node.inputs[0])]) })],
  transpose: (l, node) => [
    () => ({
      full: l.transpose(l.full(node.inputs[0]), node.attributes.order, node.types[0].dtype),
    }),
  ],
  slice: (l, node) => [
    () => {
      const { axis, start, size } = node.attributes;
      const rank = node.types[0].shape.length;
      const perAxis = (value: number, rest: number): number[] =>
        Array.from({ length: rank }, (_, i) => (i === axis ? value : rest));
      return {
        full: slice(
          l,
          l.full(node.inputs[0]),
          perAxis(start, 0),
          perAxis(typeof size === "number" ? size : -1, -1),
          node.types[0].dtype,
        ),
      };
    },
  ],
  pad: (l, node) => [
    () => {
      const { axis, before, after } = node.attributes;
      const [b, a] = [l.graph.integer(before), l.size(after)];
      return { full: padAxis(l, l.full(node.inputs[0]), node.types[0].shape.length, axis, b, a) };
    },
  ],
  split: (l, node) => {
    const { axis, sizes } = node.attributes;
    const { dtype: type, shape } = l.typeOf(node.inputs[0]);
    // Along the last axis the flat form can be used, whatever axes come before.
    const last = shape.length > 2 && axis === shape.length - 1;
    const make = (): string =>
      l.graph.node(
        "SplitV",
        [
          last ? l.flat(node.inputs[0]) : l.full(node.inputs[0]),
          l.graph.integers(sizes),
          l.graph.integer(last ? 1 : axis),
        ],
        { num_split: { int: sizes.length }, T: { type }, Tlen: { type: "i32" } },
      );
    return sizes.map((_, i) => () => {
      const part = i ? `${make()}:${String(i)}` : make();
      return last ? { flat: part } : { full: part };
    });
  },
  concat: (l, node) => [
    () => {
      const { dtype: type, shape } = node.types[0];
      const axis = node.attributes.axis;
      const last = shape.length > 2 && axis === shape.length - 1;
      const parts = node.inputs.map((r) => (last ? l.flat(r) : l.full(r)));
      const joined = l.graph.node("ConcatV2", [...parts, l.graph.integer(last ? 1 : axis)], {
        N: { int: parts.length },
        T: { type },
        Tidx: { type: "i32" },
      });
      return last ? { flat: joined } : { full: joined };
    },
  ],
  gather: (l, node) => [
    () =>
      gatheredInPlace(l, node) ?? {
        full: l.graph.node("GatherV2", [l.full(node.inputs[0]), l.full(node.inputs[1]), l.graph.integer(0)], {
          Tparams: { type: node.types[0].dtype },
          Tindices: { type: "i32" },
          Taxis: { type: "i32" },
          batch_dims: { int: 0 },
        }),
      },
  ],
  scatter_rows: (l, node) => [
    () => {
      const [indices, dy] = node.inputs;
      return {
        full: l.graph.node("UnsortedSegmentSum", [l.full(dy), l.full(indices), l.size(node.attributes.rows)], {
          T: { type: "f32" },
          Tindices: { type: "i32" },
          Tnumsegments: { type: "i32" },
        }),
      };
    },
  ],
  range_like: (l, node) => [
    () => {
      const d = l.typeOf(node.inputs[0]).shape[node.attributes.axis]!;
      const { graph } = l;
      return { full: graph.node("Range", [graph.integer(0), l.size(d), graph.integer(1)], { Tidx: { type: "i32" } }) };
    },
  ],
  take_position: (l, node) => [
    () => {
      const position = node.attributes.position;
      const one = slice(l, l.full(node.inputs[0]), [0, position, 0], [-1, 1, -1]);
      return { full: l.reshape(one, l.shape(node.types[0].shape)) };
    },
  ],
  fill_like: (l, node) => [
    () => {
      const { dtype, shape } = node.types[0];
      const value = l.cast(l.graph.float(node.attributes.value), "f32", dtype);
      const sizes = shape.every((d) => typeof d === "number")
        ? l.graph.integers(shape)
        : pack(
            l,
            shape.map((d) => l.size(d)),
          );
      return { full: l.graph.node("Fill", [sizes, value], { T: { type: dtype }, index_type: { type: "i32" } }) };
    },
  ],
  take_rows: (l, node) => [
    () => ({
      full: l.graph.node("GatherV2", [l.flat(node.inputs[0]), l.full(node.inputs[1]), l.graph.integer(0)], {
        Tparams: { type: node.types[0].dtype },
        Tindices: { type: "i32" },
        Taxis: { type: "i32" },
        batch_dims: { int: 0 },
      }),
    }),
  ],
  place_rows: (l, node) => [
    () => {
      const [dy, rows] = node.inputs;
      const inputs = [l.full(dy), l.full(rows), l.rows(node.types[0])];
      return {
        flat: l.graph.node("UnsortedSegmentSum", inputs, {
          T: { type: node.types[0].dtype },
          Tindices: { type: "i32" },
          Tnumsegments: { type: "i32" },
        }),
      };
    },
  ],
  place_position: (l, node) => [
    () => {
      const [batch, length, n] = node.types[0].shape;
      const position = l.graph.integer(node.attributes.position);
      const before = l.graph.integer(node.attributes.position + 1);
      const after = l.op("Sub", [l.size(length!), before], "i32");
      const row = l.reshape(l.full(node.inputs[0]), l.shape([batch!, 1, n!]));
      return { full: padAxis(l, row, 3, 1, position, after) };
    },
  ],
} satisfies Lowerings;
