/** Ops that move elements. */
import type { Dimension, Ref } from "#dsl/tensor/program.js";
import type { Lowerings, Lowering } from "../lowering.js";

/** Pads zeros before and after along one axis; both counts are i64 lists of one. */
function padAxis(l: Lowering, x: string, rank: number, axis: number, before: string, after: string): string {
  const zero = l.graph.longs([0]);
  const side = (size: string): string[] => Array.from({ length: rank }, (_, i) => (i === axis ? size : zero));
  return l.op("Pad", [x, l.join([...side(before), ...side(after)])]);
}
/** Sums the rows of dy at their indices into `rows` (an i64 list of one) rows, each of shape `rest`. */
function scatterRows(l: Lowering, indices: Ref, dy: Ref, rows: string, rest: readonly Dimension[]): string {
  const base = l.op("ConstantOfShape", [l.join([rows, ...rest.map((d) => l.size(d))])], {
    value: { tensor: { type: "f32", shape: [1], bytes: new Uint8Array(4) } },
  });
  const rowIndices = l.cast(l.op("Reshape", [l.full(indices), l.graph.longs([-1, 1])]), "i64");
  const updates = l.op("Reshape", [l.any(dy), l.join([l.graph.longs([-1]), ...rest.map((d) => l.size(d))])]);
  return l.op("ScatterND", [base, rowIndices, updates], { reduction: { text: "add" } });
}

export const shapeLowerings = {
  reshape: (l, node) => [() => ({ full: l.reshape(l.any(node.inputs[0]), node.types[0].shape) })],
  detach: (l, node) => [() => ({ full: l.op("Identity", [l.full(node.inputs[0])]) })],
  transpose: (l, node) => [() => ({ full: l.transpose(l.full(node.inputs[0]), node.attributes.order) })],
  slice: (l, node) => [
    () => {
      const { axis, start, size } = node.attributes;
      const end = typeof size === "number" ? start + size : Number.MAX_SAFE_INTEGER;
      return { full: l.slice(l.full(node.inputs[0]), axis, start, end) };
    },
  ],
  pad: (l, node) => [
    () => {
      const { axis, before, after } = node.attributes;
      const [b, a] = [l.graph.longs([before]), l.size(after)];
      return { full: padAxis(l, l.full(node.inputs[0]), node.types[0].shape.length, axis, b, a) };
    },
  ],
  split: (l, node) => {
    const { axis, sizes } = node.attributes;
    const { shape } = l.typeOf(node.inputs[0]);
    // A split along the last axis keeps the rows, so it works on the flat form.
    const last = shape.length > 2 && axis === shape.length - 1;
    const parts = (): readonly string[] =>
      l.graph.nodeAll("Split", [last ? l.flat(node.inputs[0]) : l.full(node.inputs[0]), l.graph.longs(sizes)], {
        attributes: { axis: { int: last ? 1 : axis } },
        outputs: sizes.length,
      });
    return sizes.map((_, i) => () => (last ? { flat: parts()[i]! } : { full: parts()[i]! }));
  },
  concat: (l, node) => [
    () => {
      const parts = node.inputs.map((r) => l.full(r));
      return { full: l.op("Concat", parts, { axis: { int: node.attributes.axis } }) };
    },
  ],
  gather: (l, node) => [() => ({ full: l.op("Gather", [l.full(node.inputs[0]), l.full(node.inputs[1])]) })],
  scatter_rows: (l, node) => [
    () => {
      const [indices, dy] = node.inputs;
      const rest = node.types[0].shape.slice(1);
      return { full: scatterRows(l, indices, dy, l.size(node.attributes.rows), rest) };
    },
  ],
  take_rows: (l, node) => [() => ({ full: l.op("Gather", [l.flat(node.inputs[0]), l.full(node.inputs[1])]) })],
  place_rows: (l, node) => [
    () => {
      const [dy, rows] = node.inputs;
      const [batch, length, n] = node.types[0].shape;
      return { flat: scatterRows(l, rows, dy, l.product([batch!, length!]), [n!]) };
    },
  ],
  fill_like: (l, node) => [
    () => {
      const { dtype, shape } = node.types[0];
      const value = node.attributes.value;
      const one = dtype === "f32" ? Float32Array.of(value) : Int32Array.of(value);
      const bytes = dtype === "bool" ? Uint8Array.of(value) : new Uint8Array(one.buffer);
      return {
        full: l.op("ConstantOfShape", [l.exact(shape)], { value: { tensor: { type: dtype, shape: [1], bytes } } }),
      };
    },
  ],
  range_like: (l, node) => [() => ({ full: l.range(l.typeOf(node.inputs[0]).shape[node.attributes.axis]!) })],
  take_position: (l, node) => [
    () => {
      const position = node.attributes.position;
      return { full: l.op("Gather", [l.full(node.inputs[0]), l.graph.long(position)], { axis: { int: 1 } }) };
    },
  ],
  place_position: (l, node) => [
    () => {
      const [batch, length, n] = node.types[0].shape;
      const position = node.attributes.position;
      const after = l.op("Sub", [l.size(length!), l.graph.longs([position + 1])]);
      const row = l.reshape(l.full(node.inputs[0]), [batch!, 1, n!]);
      return { full: padAxis(l, row, 3, 1, l.graph.longs([position]), after) };
    },
  ],
} satisfies Lowerings;
