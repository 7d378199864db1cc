/** Translates TensorFlow's ops to ML Program operations. */
import { CodedError } from "../../../language/diagnostics/codes.js";
import type { MilValue } from "./mil.js";
import { lazyConstant, type TranslationContext, type NodeTranslation } from "./translation.js";

/** Output shapes of operations, with sizes that are numbers or free (−1). */
export function broadcastSizes(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - (rank - a.length)] ?? 1;
    const y = b[i - (rank - b.length)] ?? 1;
    if (x === 1) return y;
    return y === 1 || y === -1 ? x : y;
  });
}

/** Resolves the single −1 of a requested shape if all other sizes are known. */
export function reshapedShape(from: readonly number[], requested: readonly number[]): number[] {
  const open = requested.filter((d) => d < 0).length;
  if (open !== 1 || from.some((d) => d < 0)) return [...requested];
  const all = from.reduce((n, d) => n * d, 1);
  const rest = requested.reduce((n, d) => (d < 0 ? n : n * d), 1);
  return requested.map((d) => (d < 0 ? all / rest : d));
}

export function reducedShape(shape: readonly number[], axes: readonly number[], keep: boolean): number[] {
  const over = new Set(axes.map((axis) => (axis < 0 ? axis + shape.length : axis)));
  return shape.flatMap((d, axis) => (over.has(axis) ? (keep ? [1] : []) : [d]));
}

export function matmulShape(a: readonly number[], b: readonly number[], ta: boolean, tb: boolean): number[] {
  const [rows, columns] = [a.at(ta ? -1 : -2) ?? 1, b.at(tb ? -2 : -1) ?? 1];
  return [...broadcastSizes(a.slice(0, -2), b.slice(0, -2)), rows, columns];
}

export function concatShape(shapes: readonly (readonly number[])[], axis: number): number[] {
  const [first = []] = shapes;
  const joinAxis = axis < 0 ? axis + first.length : axis;
  const sizes = shapes.map((shape) => shape[joinAxis] ?? 1);
  const size = sizes.some((d) => d < 0) ? -1 : sizes.reduce((n, d) => n + d, 0);
  return first.map((d, i) => (i === joinAxis ? size : d));
}

export function slicedShape(shape: readonly number[], begin: readonly number[], size: readonly number[]): number[] {
  return shape.map((d, axis) => {
    const requested = size[axis] ?? -1;
    if (requested >= 0) return requested;
    return d < 0 ? -1 : d - (begin[axis] ?? 0);
  });
}

/** Returns the numbers of an input that must be constant. */
function numbers({ known }: MilValue, what: string): readonly number[] {
  if (!known)
    throw new CodedError("graph-invalid", { problem: `${what} that are not known when a Core ML model is written` });
  return known;
}

/** Translates a binary op; known sizes are computed at emission. */
const binary =
  (type: string, fold?: (a: number, b: number) => number, gives?: "bool"): NodeTranslation =>
  ({ mil, inputs, name }) => {
    const [x, y] = inputs as readonly [MilValue, MilValue];
    const shape = broadcastSizes(x.shape, y.shape);
    if (fold && shape.length === 0 && x.type === "i32" && x.known && y.known)
      return lazyConstant(mil, [], [fold(x.known[0]!, y.known[0]!)]);
    return mil.op(type, { x: x.name, y: y.name }, { type: gives ?? x.type, shape }, name);
  };
const unary =
  (type: string, more: (t: TranslationContext) => Readonly<Record<string, string>> = () => ({})): NodeTranslation =>
  (t) => {
    const [x] = t.inputs as readonly [MilValue];
    return t.mil.op(type, { x: x.name, ...more(t) }, { type: x.type, shape: x.shape }, t.name);
  };
const reduction =
  (type: string): NodeTranslation =>
  (t) => {
    const [x, over] = t.inputs as readonly [MilValue, MilValue];
    const axes = numbers(over, "axes");
    const keep = t.flag("keep_dims");
    return t.mil.op(
      type,
      { x: x.name, axes: t.mil.ints(axes), keep_dims: t.mil.flag(keep) },
      { type: x.type, shape: reducedShape(x.shape, axes, keep) },
      t.name,
    );
  };
const product =
  (ta: string, tb: string): NodeTranslation =>
  (t) => {
    const [x, y] = t.inputs as readonly [MilValue, MilValue];
    const [a, b] = [t.flag(ta), t.flag(tb)];
    return t.mil.op(
      "matmul",
      { x: x.name, y: y.name, transpose_x: t.mil.flag(a), transpose_y: t.mil.flag(b) },
      { type: x.type, shape: matmulShape(x.shape, y.shape, a, b) },
      t.name,
    );
  };
const same = ([x]: readonly MilValue[]): MilValue => x!;

/** Returns a size as a list of one. */
function listed(t: TranslationContext, x: MilValue): MilValue {
  if (x.known) return lazyConstant(t.mil, [1], x.known);
  return t.mil.op("expand_dims", { x: x.name, axes: t.mil.ints([0]) }, { type: x.type, shape: [1] });
}

export const milTranslations: Readonly<Record<string, NodeTranslation>> = {
  AddV2: binary("add", (a, b) => a + b),
  Sub: binary("sub", (a, b) => a - b),
  Mul: binary("mul", (a, b) => a * b),
  RealDiv: binary("real_div"),
  Maximum: binary("maximum"),
  Minimum: binary("minimum"),
  Pow: binary("pow"),
  Equal: binary("equal", undefined, "bool"),
  NotEqual: binary("not_equal", undefined, "bool"),
  Less: binary("less", undefined, "bool"),
  LessEqual: binary("less_equal", undefined, "bool"),
  Greater: binary("greater", undefined, "bool"),
  GreaterEqual: binary("greater_equal", undefined, "bool"),
  LogicalAnd: binary("logical_and", undefined, "bool"),
  LogicalOr: binary("logical_or", undefined, "bool"),
  LogicalNot: unary("logical_not"),
  Abs: unary("abs"),
  Cos: unary("cos"),
  Erf: unary("erf"),
  Exp: unary("exp"),
  Floor: unary("floor"),
  Log: unary("log", ({ mil }) => ({ epsilon: mil.float(0) })),
  Relu: unary("relu"),
  Round: unary("round"),
  Rsqrt: unary("rsqrt", ({ mil }) => ({ epsilon: mil.float(0) })),
  Sigmoid: unary("sigmoid"),
  Sign: unary("sign"),
  Sin: unary("sin"),
  Softplus: unary("softplus"),
  Softmax: unary("softmax", ({ mil }) => ({ axis: mil.int(-1) })),
  Sqrt: unary("sqrt"),
  Square: unary("square"),
  Tanh: unary("tanh"),
  Cumsum: (t) => {
    const [x, axis] = t.inputs as readonly [MilValue, MilValue];
    const { mil } = t;
    const how = { exclusive: mil.flag(t.flag("exclusive")), reverse: mil.flag(t.flag("reverse")) };
    const along = mil.int(numbers(axis, "axes")[0]!);
    return mil.op("cumsum", { x: x.name, axis: along, ...how }, { type: x.type, shape: x.shape }, t.name);
  },
  Neg: ({ mil, inputs, name }) => {
    const x = same(inputs);
    const minus = x.type === "i32" ? mil.int(-1) : mil.float(-1);
    return mil.op("mul", { x: x.name, y: minus }, { type: x.type, shape: x.shape }, name);
  },
  Mean: reduction("reduce_mean"),
  Sum: reduction("reduce_sum"),
  Max: reduction("reduce_max"),
  Min: reduction("reduce_min"),
  MatMul: product("transpose_a", "transpose_b"),
  BatchMatMulV2: product("adj_x", "adj_y"),
  Identity: ({ mil, inputs, name }) => {
    const x = same(inputs);
    return name === undefined ? x : mil.op("identity", { x: x.name }, { type: x.type, shape: x.shape }, name);
  },
  Cast: (t) => {
    const x = same(t.inputs);
    const type = t.type("DstT");
    const names = { f32: "fp32", i32: "int32", bool: "bool", f16: "fp16", text: "string" } as const;
    return t.mil.op("cast", { x: x.name, dtype: t.mil.text(names[type]) }, { type, shape: x.shape }, t.name);
  },
  // The output shape of `select` is that of its choices; for two scalars the selection uses arithmetic instead.
  SelectV2: ({ mil, inputs, name }) => {
    const [cond, a, b] = inputs as readonly [MilValue, MilValue, MilValue];
    const { type } = a;
    const shape = broadcastSizes(cond.shape, broadcastSizes(a.shape, b.shape));
    const chosen = broadcastSizes(a.shape, b.shape);
    if (chosen.join() === shape.join())
      return mil.op("select", { cond: cond.name, a: a.name, b: b.name }, { type, shape }, name);
    const as = mil.op("cast", { x: cond.name, dtype: mil.text("fp32") }, { type: "f32", shape: cond.shape });
    const gap = mil.op("sub", { x: a.name, y: b.name }, { type, shape: chosen });
    const part = mil.op("mul", { x: as.name, y: gap.name }, { type, shape });
    return mil.op("add", { x: part.name, y: b.name }, { type, shape }, name);
  },
  Reshape: ({ mil, inputs, name }) => {
    const [x, to] = inputs as readonly [MilValue, MilValue];
    const shape = reshapedShape(x.shape, to.known ?? to.sizes ?? free(to));
    if (x.known && x.type === "i32") return lazyConstant(mil, shape, x.known);
    return mil.op("reshape", { x: x.name, shape: to.name }, { type: x.type, shape }, name);
  },
  Transpose: ({ mil, inputs, name }) => {
    const [x, order] = inputs as readonly [MilValue, MilValue];
    const perm = numbers(order, "axes");
    const shape = perm.map((axis) => x.shape[axis]!);
    return mil.op("transpose", { x: x.name, perm: mil.ints(perm) }, { type: x.type, shape }, name);
  },
  GatherV2: ({ mil, inputs, name }) => {
    const [x, indices, axis] = inputs as readonly [MilValue, MilValue, MilValue];
    const along = numbers(axis, "axes")[0]!;
    const shape = [...x.shape.slice(0, along), ...indices.shape, ...x.shape.slice(along + 1)];
    const given = { x: x.name, indices: indices.name, axis: mil.int(along), batch_dims: mil.int(0) };
    return mil.op("gather", given, { type: x.type, shape }, name);
  },
  Slice: ({ mil, inputs, name }) => {
    const [x, from, sizes] = inputs as readonly [MilValue, MilValue, MilValue];
    const [begin, size] = [numbers(from, "places"), numbers(sizes, "places")];
    const given = { x: x.name, begin: mil.ints(begin), size: mil.ints(size) };
    return mil.op("slice_by_size", given, { type: x.type, shape: slicedShape(x.shape, begin, size) }, name);
  },
  SplitV: ({ mil, inputs }) => {
    const [x, sizes, axis] = inputs as readonly [MilValue, MilValue, MilValue];
    const along = numbers(axis, "axes")[0]!;
    const parts = numbers(sizes, "sizes");
    const given = { x: x.name, split_sizes: mil.ints(parts), axis: mil.int(along) };
    return mil.ops(
      "split",
      given,
      parts.map((part) => ({ type: x.type, shape: x.shape.map((d, i) => (i === along ? part : d)) })),
    );
  },
  ConcatV2: ({ mil, inputs, name }) => {
    const values = inputs.slice(0, -1);
    const axis = numbers(inputs.at(-1)!, "axes")[0]!;
    const given = { values: values.map((value) => value.name), axis: mil.int(axis), interleave: mil.flag(false) };
    return mil.op(
      "concat",
      given,
      {
        type: values[0]!.type,
        shape: concatShape(
          values.map(({ shape }) => shape),
          axis,
        ),
      },
      name,
    );
  },
  Pack: (t) => {
    const { mil, inputs, name } = t;
    const [first] = inputs as readonly [MilValue];
    const axis = t.int("axis");
    if (first.shape.length > 0 || first.type !== "i32") {
      const shape = [...first.shape.slice(0, axis), inputs.length, ...first.shape.slice(axis)];
      return mil.op(
        "stack",
        { values: inputs.map((x) => x.name), axis: mil.int(axis) },
        { type: first.type, shape },
        name,
      );
    }
    const sizes = inputs.map((x) => x.known?.[0] ?? -1);
    if (inputs.every((x) => x.known)) return lazyConstant(mil, [sizes.length], sizes);
    const given = { values: inputs.map((x) => listed(t, x).name), axis: mil.int(0), interleave: mil.flag(false) };
    return { ...mil.op("concat", given, { type: "i32", shape: [sizes.length] }, name), sizes };
  },
  Range: ({ mil, inputs, name }) => {
    const [start, end, step] = inputs as readonly [MilValue, MilValue, MilValue];
    const sizes = [start, end, step].map(({ known }) => known?.[0]);
    const [from, to, by] = sizes;
    const size =
      from === undefined || to === undefined || by === undefined ? -1 : Math.max(0, Math.ceil((to - from) / by));
    const given = { start: start.name, end: end.name, step: step.name };
    return mil.op("range_1d", given, { type: "i32", shape: [size] }, name);
  },
  Fill: ({ mil, inputs, name }) => {
    const [sizes, value] = inputs as readonly [MilValue, MilValue];
    const shape = sizes.known ?? sizes.sizes ?? free(sizes);
    return mil.op("fill", { shape: sizes.name, value: value.name }, { type: value.type, shape }, name);
  },
  Pad: ({ mil, inputs, name }) => {
    const [x, sizes] = inputs as readonly [MilValue, MilValue];
    const around = numbers(sizes, "sizes");
    const shape = x.shape.map((d, axis) => (d < 0 ? -1 : d + around[2 * axis]! + around[2 * axis + 1]!));
    const given = { x: x.name, pad: mil.ints(around), mode: mil.text("constant"), constant_val: mil.float(0) };
    return mil.op("pad", given, { type: x.type, shape }, name);
  },
  Shape: ({ mil, inputs, name }) => {
    const x = same(inputs);
    if (x.shape.every((d) => d >= 0)) return lazyConstant(mil, [x.shape.length], x.shape);
    return { ...mil.op("shape", { x: x.name }, { type: "i32", shape: [x.shape.length] }, name), sizes: x.shape };
  },
  /** Takes one item of a list, the only form in these graphs. */
  StridedSlice: ({ mil, inputs, name }) => {
    const [x, begin] = inputs as readonly [MilValue, MilValue];
    const index = numbers(begin, "places")[0]!;
    const size = x.known?.[index] ?? x.sizes?.[index] ?? -1;
    if (size >= 0) return lazyConstant(mil, [], [size]);
    const given = { x: x.name, indices: mil.int(index), axis: mil.int(0), batch_dims: mil.int(0) };
    return mil.op("gather", given, { type: "i32", shape: [] }, name);
  },
};

/** Returns −1 for each item of a list of unknown sizes. */
function free(list: MilValue): readonly number[] {
  return Array.from({ length: list.shape[0] ?? 0 }, () => -1);
}
