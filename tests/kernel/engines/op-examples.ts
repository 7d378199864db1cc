/**
 * At least one example for every op of the training graph: inputs by shape and kind, attributes. Sizes may be the names
 * `batch` (2) and `length` (3), which are known only when a program runs.
 */
import type { Attributes, Dimension, NDArray, Type } from "#dsl/tensor/program.js";
import { concreteShape } from "#dsl/tensor/shape.js";
import { opNamed } from "#dsl/tensor/table.js";
import { fromNDArray, toNDArray } from "#dsl/tensor/values.js";
import { normalValues } from "#kernel/engines/random.js";

export const SIZES = { batch: 2, length: 3 } as const;

export interface Example {
  readonly op: string;
  readonly inputs: readonly { readonly type: Type; readonly value: NDArray }[];
  readonly attributes: Attributes;
}

let serial = 0;
type Given = Example["inputs"][number];

/** Normally distributed values; `f` may move them into a range where the op is defined or smooth. */
export const floats = (shape: readonly Dimension[], f: (x: number) => number = (x) => x): Given => {
  const sizes = concreteShape(shape, SIZES);
  const data = normalValues(
    sizes.reduce((n, d) => n * d, 1),
    1,
    ++serial,
    "example",
  ).map(f);
  return { type: { dtype: "f32", shape }, value: { dtype: "f32", shape: sizes, bytes: new Uint8Array(data.buffer) } };
};
const positive = (shape: readonly Dimension[]): Given => floats(shape, (x) => Math.abs(x) + 0.1);
const apartFromZero = (shape: readonly Dimension[]): Given => floats(shape, (x) => x + Math.sign(x) * 0.5);
const integers = (shape: readonly Dimension[], ...values: readonly number[]): Given => {
  const sizes = concreteShape(shape, SIZES);
  const data = Int32Array.from({ length: sizes.reduce((n, d) => n * d, 1) }, (_, i) => values[i % values.length]!);
  return { type: { dtype: "i32", shape }, value: { dtype: "i32", shape: sizes, bytes: new Uint8Array(data.buffer) } };
};
const bytes = (dtype: "i8" | "u8", shape: readonly number[], ...values: readonly number[]): Given => {
  const count = shape.reduce((n, d) => n * d, 1);
  const data = Uint8Array.from({ length: count }, (_, i) => values[i % values.length]!);
  return { type: { dtype, shape }, value: { dtype, shape, bytes: data } };
};
const booleans = (shape: readonly Dimension[], ...values: readonly boolean[]): Given => {
  const sizes = concreteShape(shape, SIZES);
  const bytes = Uint8Array.from({ length: sizes.reduce((n, d) => n * d, 1) }, (_, i) =>
    values[i % values.length] ? 1 : 0,
  );
  return { type: { dtype: "bool", shape }, value: { dtype: "bool", shape: sizes, bytes } };
};
const example = (op: string, inputs: readonly Given[], attributes: Attributes = {}): Example => ({
  op,
  inputs,
  attributes,
});

const B = "batch";
const L = "length";
const unary = ["abs", "negate", "exp", "square", "tanh", "sigmoid", "erf", "relu", "silu", "softplus"];
const binary = ["add", "subtract", "multiply", "maximum", "minimum", "equal", "less", "greater"];
const attention = { heads: 2, scale: 0.5, rate: 0, seed: 0, site: 0 };
const dropped = { ...attention, rate: 0.25, seed: 7, site: 3 };
const qkv = (): Given[] => [floats([B, L, 8]), floats([B, L, 8]), floats([B, L, 8])];
/** q of `heads` heads of size 4, k and v of `key_value_heads`; extras in the op's own order. */
const attentive = (
  [queries, keys]: readonly [Dimension, Dimension],
  mask: Given,
  extras: Readonly<Record<string, Given>>,
  { heads = 2, key_value_heads = heads, ...more }: Attributes & { heads?: number; key_value_heads?: number } = {},
): Example =>
  example(
    "attention",
    [
      floats([B, queries, heads * 4]),
      floats([B, keys, key_value_heads * 4]),
      floats([B, keys, key_value_heads * 4]),
      mask,
      ...Object.values(extras),
    ],
    { heads, key_value_heads, causal: false, window: 0, scale: 0.5, rate: 0, ...more, given: Object.keys(extras) },
  );
const ALL = integers([], 1);
const attentions: readonly Example[] = [
  attentive([L, L], ALL, {}, { causal: true }),
  attentive([L, L], integers([B, L], 0, 0, 1, 1, 1, 0), {}, { causal: true, heads: 4, key_value_heads: 2 }),
  attentive([L, L], integers([B, L], 0), {}, { causal: true }),
  attentive([1, 1], ALL, {}, { causal: true, window: 1 }),
  attentive([5, 5], ALL, {}, { causal: true, window: 2, heads: 3, key_value_heads: 1 }),
  attentive([5, 5], ALL, {}, { window: 2 }),
  attentive(
    [1, L],
    integers([B, L], 0, 1, 1),
    { offset: integers([], 1) },
    { causal: true, heads: 6, key_value_heads: 2 },
  ),
  attentive(
    [2, 5],
    ALL,
    { offset: integers([], 2), step: integers([], 4) },
    { causal: true, rate: 0.3, seed: 1, site: 2 },
  ),
  attentive([L, L], ALL, { segments: integers([B, L], 1, 1, 2, 7, 0, 0) }, { causal: true }),
  attentive(
    [L, L],
    integers([B, L], 1, 1, 1, 1, 1, 0),
    { segments: integers([B, L], 1, 2, 2), bias: floats([4, L, L]), step: integers([], 4) },
    { heads: 4, key_value_heads: 2, causal: true, rate: 0.4, seed: 5, site: 1 },
  ),
  attentive([L, 4], ALL, { bias: floats([1, L, 4]) }),
  attentive([L, L], integers([B, L], 1, 1, 1, 1, 1, 0), {}, { causal: true, heads: 4, key_value_heads: 2, cap: 0.6 }),
  attentive(
    [5, 5],
    ALL,
    { bias: floats([2, 5, 5]), step: integers([], 4) },
    { window: 3, cap: 2, rate: 0.3, seed: 1, site: 2 },
  ),
];
const adamw = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 };
const adafactor = { decay: -0.8, epsilon: 1e-30, threshold: 1, weight_decay: 0.1 };
const repeated = (n: number, shape: readonly Dimension[]): Given[] => Array.from({ length: n }, () => floats(shape));
const same = (g: Given): Given => ({ ...g });

export const examples: readonly Example[] = [
  ...unary.flatMap((op) => [example(op, [floats([B, L, 4])]), example(op, [floats([5])])]),
  ...["log", "sqrt", "rsqrt"].map((op) => example(op, [positive([B, 4])])),
  ...binary.flatMap((op) => [
    example(op, [floats([B, L, 4]), floats([B, L, 4])]),
    example(op, [floats([B, L, 4]), floats([4])]),
    example(op, [floats([B, 1, 4]), floats([])]),
    example(op, [floats([3, 1]), floats([1, 4])]),
  ]),
  ...["equal", "less", "greater"].map((op) => example(op, [integers([B, L], 1, 2, 3), integers([L], 1, 3, 2)])),
  ...["add", "subtract", "multiply"].map((op) => example(op, [integers([B, L], 1, -2, 3), integers([], 5)])),
  example("divide", [floats([B, L]), apartFromZero([L])]),
  example("select", [booleans([B, L], true, false, false), floats([B, L]), floats([B, L])]),
  example("select", [booleans([B, 1], true, false), floats([B, L]), floats([])]),
  example("cast", [floats([B, L], (x) => 3 * x)], { dtype: "i32" }),
  example("cast", [integers([B, L], 0, 1, -2)], { dtype: "f32" }),
  example("cast", [integers([B, L], 0, 1, -2)], { dtype: "bool" }),
  example("cast", [booleans([B, L], true, false)], { dtype: "f32" }),
  example("cast", [booleans([B, L], true, false)], { dtype: "i32" }),
  ...["silu", "gelu", "gelu_tanh", "gelu_quick"].flatMap((activation) =>
    [[B, L, 4], [7]].flatMap((shape) => [
      example("gated", [floats(shape, (x) => 2 * x), floats(shape)], { activation }),
      example("gated_gradient", [floats(shape, (x) => 2 * x), floats(shape), floats(shape)], { activation }),
    ]),
  ),
  example("silu_gradient", [floats([B, L, 4], (x) => 3 * x), floats([B, L, 4])]),
  ...[false, true, "quick"].flatMap((approximate) => [
    example("gelu", [floats([B, L, 4], (x) => 2 * x)], { approximate }),
    example("gelu_gradient", [floats([B, L, 4], (x) => 2 * x), floats([B, L, 4])], { approximate }),
  ]),
  ...[0, 1].map((axis) =>
    example("dequantize", [bytes("i8", [3, 5], 0, 127, -127, 1, -64), floats([axis ? 5 : 3])], { axis }),
  ),
  example("dequantize_blocks", [bytes("u8", [64], 0, 7, 255, 0x1e, 0x93), floats([2])], {
    ...{ levels: "nf4", block: 64, shape: [3, 37] },
  }),
  example("dequantize_blocks", [bytes("u8", [32], 0x5a, 0xf0, 3), floats([1])], {
    ...{ levels: "nf4", block: 64, shape: [8, 8] },
  }),
  example("dequantize_blocks", [bytes("u8", [512], 0, 1, 127, 128, 255, 40), floats([2])], {
    ...{ levels: "dynamic", block: 256, shape: [300] },
  }),
  example("reshape", [floats([B, 4, 6])], { shape: [B, 3, 8] }),
  example("reshape", [floats([B, L, 4, 2])], { shape: [B, L, 8] }),
  example("transpose", [floats([B, L, 4])], { order: [2, 0, 1] }),
  example("transpose", [floats([3, 4])], { order: [1, 0] }),
  example("slice", [floats([B, 6, L])], { axis: 1, start: 2, size: 3 }),
  example("slice", [integers([7], 1, 2, 3)], { axis: 0, start: 1, size: 4 }),
  example("slice", [floats([B, L, 4])], { axis: 1, start: 0, size: L }),
  example("pad", [floats([B, L, 3])], { axis: 1, before: 2, after: 1 }),
  example("concat", [floats([B, 2, 3]), floats([B, L, 3])], { axis: 1 }),
  example("detach", [floats([B, L])]),
  example("pad", [floats([B, 3, L])], { axis: 1, before: 2, after: 1 }),
  example("concat", [floats([B, 2, L]), floats([B, 3, L]), floats([B, 1, L])], { axis: 1 }),
  example("split", [floats([B, L, 6])], { axis: 2, sizes: [1, 3, 2] }),
  example("split", [floats([B, 5, 2])], { axis: 1, sizes: [2, 3] }),
  example("concat", [floats([B, L, 2]), floats([B, L, 3])], { axis: 2 }),
  example("take_position", [floats([B, L, 4])], { position: 0 }),
  example("take_position", [floats([B, L, 4])], { position: 2 }),
  example("place_position", [floats([B, 4]), floats([B, L, 4])], { position: 1 }),
  example("range_like", [integers([B, L], 0)], { axis: 1 }),
  example("gather", [floats([6, 4]), integers([B, L], 5, 0, 3, 3)]),
  example("gather", [floats([6]), integers([], 2)]),
  example("argmax", [floats([B, L, 7])]),
  example("argmax", [integers([B, 5], 1, 3, 3, 0, 3)]),
  example("argmax", [floats([9])]),
  example("extend_cache", [floats([B, 6, 4]), floats([B, 1, 4]), integers([], 2)], { size: 3 }),
  example("extend_cache", [floats([B, 6, 4]), floats([B, L, 4]), integers([], 1)], { size: 5 }),
  example("extend_cache", [floats([B, 6, 2, 2]), floats([B, L, 2, 2]), integers([], 0)], { size: L }),
  // Two texts: one is extended by a token; five tokens of the other are read after a shared prefix of two. Then the
  // same with wider heads.
  ...[
    { heads: 2, key_value_heads: 2, window: 0, scale: 0.5, cap: 0, size: 4 },
    { heads: 4, key_value_heads: 2, window: 3, scale: 0.7, cap: 3, size: 4 },
    { heads: 3, key_value_heads: 1, window: 0, scale: 0.1, cap: 0, size: 24 },
  ].map(({ size, ...a }) =>
    example(
      "cached_attention",
      [
        floats([6, 1, a.heads * size]),
        ...[0, 1].map(() => floats([6, a.key_value_heads * size])),
        ...[0, 1].map(() => floats([12, a.key_value_heads * size])),
        integers([6], 1, 4, 6, 5, 9, 11),
        integers([2, 7], 0, 3, 1, 0, 0, 0, 0, 0, 3, 4, 6, 5, 9, 11),
        integers([6], 0, 1, 1, 1, 1, 1),
        integers([6], 3, 3, 4, 5, 6, 7),
      ],
      a,
    ),
  ),
  example("scatter_rows", [integers([B, L], 4, 1, 1), floats([B, L, 5])], { rows: 6 }),
  ...["reduce_sum", "reduce_mean", "reduce_max", "reduce_min"].flatMap((op) => [
    example(op, [floats([B, L, 4])], { axes: [0, 1], keep: false }),
    example(op, [floats([B, L, 4])], { axes: [2], keep: true }),
    example(op, [floats([B, L, 4])], { axes: [0, 1, 2], keep: false }),
  ]),
  example("reduce_gradient", [floats([B, 1, 4]), floats([B, L, 4])], { axes: [1], keep: true, mean: true }),
  example("reduce_gradient", [floats([]), floats([B, L])], { axes: [0, 1], keep: false, mean: true }),
  example("reduce_gradient", [floats([L]), floats([B, L, 4])], { axes: [0, 2], keep: false, mean: false }),
  example("matmul", [floats([B, L, 4]), floats([B, 4, 5])], { transpose_a: false, transpose_b: false }),
  example("matmul", [floats([B, 4, L]), floats([B, 4, 5])], { transpose_a: true, transpose_b: false }),
  example("matmul", [floats([B, L, 4]), floats([B, 5, 4])], { transpose_a: false, transpose_b: true }),
  example("matmul", [floats([4, 3]), floats([5, 4])], { transpose_a: true, transpose_b: true }),
  example("linear", [floats([B, L, 4]), floats([5, 4]), floats([5])]),
  example("linear", [floats([B, 4]), floats([5, 4])]),
  ...["relu", "tanh", "sigmoid", "gelu", "gelu_tanh"].flatMap((activation) => [
    example("linear", [floats([B, L, 4]), floats([5, 4]), floats([5])], { activation }),
    example("linear", [floats([B, 192]), floats([3, 192]), floats([3])], { activation }),
  ]),
  example("outer_product", [floats([B, L, 4]), floats([B, L, 5])]),
  example("low_rank_linear", [floats([B, L, 4]), floats([5, 4]), floats([2, 4]), floats([5, 2]), floats([5])], {
    scale: 2,
  }),
  example("low_rank_linear", [floats([B, 4]), floats([5, 4]), floats([2, 4]), floats([5, 2])], { scale: 0.5 }),
  example("low_rank_linear", [floats([B, 1, 4]), floats([5, 4]), floats([2, 4]), floats([5, 2])], { scale: 0.5 }),
  example("low_rank_linear", [floats([B, 1, 4]), floats([5, 4]), floats([2, 4]), floats([5, 2]), floats([5])], {
    scale: 2,
  }),
  ...[1, 3].map((length) => example("linear", [floats([B, length, 128]), floats([5, 128]), floats([5])])),
  example("low_rank_merge", [floats([5, 4]), floats([2, 4]), floats([5, 2])], { scale: 2 }),
  example("attention", [...qkv(), integers([B, L], 1, 1, 0, 1, 0, 0)], attention),
  example("attention", [...qkv(), integers([], 1)], attention),
  example("attention", [...qkv(), integers([B, L], 1, 1, 0), integers([], 5)], dropped),
  example("attention", [...qkv(), integers([B, L], 1, 1, 0), integers([B], 5, -2)], dropped),
  ...[
    { heads: 2, frequencies: [1, 0.1] },
    { heads: 2, frequencies: [1, 0.1], factor: 1.3, inverse: true },
    { heads: 2, frequencies: [1.5], interleaved: true },
    { heads: 1, frequencies: [1, 0.3, 0.1, 0.03], interleaved: true, inverse: true },
    { heads: 1, frequencies: [1, 0.3, 0.1] },
  ].flatMap((attributes) => [
    example("rope", [floats([B, L, 8]), integers([B, L], 0, 1, 2, 9, 0, 1)], attributes),
    example("rope", [floats([B, L, 8]), integers([L], 3, 4, 5)], attributes),
    example("rope", [floats([B, 1, 8]), integers([B, 1], 6)], attributes),
  ]),
  ...attentions,
  ...attentions.map(attentionGradient),
  example("layer_norm", [floats([B, L, 6]), floats([6]), floats([6])], { epsilon: 1e-5 }),
  layerNormGradient([B, L, 6]),
  layerNormGradient([B, 6]),
  ...[[B, L, 6], [B, 6], [6], [1, 1, 6]].flatMap((shape) =>
    [0, 1].flatMap((offset) => rmsNorm(shape, { epsilon: 1e-5, offset })),
  ),
  example("softmax", [floats([B, L, 4], (x) => 5 * x)]),
  example("log_softmax", [floats([B, L, 4], (x) => 5 * x)]),
  example("cross_entropy", [floats([B, L, 4]), integers([B, L], 0, 3, -100, 1)], { ignore: -100, reduction: "mean" }),
  example("cross_entropy", [floats([B, L, 4]), integers([B, L], 0, 3, -100, 1)], { ignore: -100, reduction: "sum" }),
  example("cross_entropy_gradient", [floats([B, L, 4]), integers([B, L], 0, 3, -100, 1), floats([])], {
    ignore: -100,
    reduction: "sum",
  }),
  example("cross_entropy", [floats([B, 4]), integers([B], 2, 0)], { ignore: -100, reduction: "mean" }),
  example("cross_entropy", [floats([B, 4]), integers([B], -100)], { ignore: -100, reduction: "mean" }),
  example("cross_entropy_gradient", [floats([B, L, 4]), integers([B, L], 0, 3, -100, 1), floats([])], {
    ignore: -100,
    reduction: "mean",
  }),
  ...["power"].flatMap((op) => [
    example(op, [positive([B, L, 4]), floats([4])]),
    example(op, [positive([B, L]), floats([])]),
  ]),
  ...["less_equal", "greater_equal", "not_equal"].flatMap((op) => [
    example(op, [floats([B, L, 4]), floats([4])]),
    example(op, [integers([B, L], 1, 2, 3), integers([L], 1, 3, 2)]),
  ]),
  ...["logical_and", "logical_or"].flatMap((op) => [
    example(op, [booleans([B, L], true, false, false), booleans([L], true, false)]),
    example(op, [booleans([B, L], true, false, false), booleans([], true)]),
  ]),
  example("logical_not", [booleans([B, L], true, false, false)]),
  example("sign", [floats([B, L, 4], (x) => (Math.abs(x) < 0.3 ? 0 : x))]),
  example("floor", [floats([B, L, 4], (x) => 3 * x)]),
  // Includes halves, which test the rounding rule.
  example("round", [floats([B, L, 4], (x) => Math.round(6 * x) / 2)]),
  ...[true, false].flatMap((exclusive) =>
    [true, false].flatMap((reverse) => [
      example("cumulative_sum", [floats([B, L, 4])], { axis: 1, exclusive, reverse }),
      example("cumulative_sum", [integers([B, L], 1, 0, 1)], { axis: 1, exclusive, reverse }),
    ]),
  ),
  example("scatter_add", [floats([6, 4]), integers([B, L], 5, 0, 3, 3), floats([B, L, 4])]),
  example("scatter_add", [floats([6]), integers([L], 5, 5, 1), floats([L])]),
  example("one_hot", [integers([B, L], 3, -100, 0, 4, -1)], { depth: 4 }),
  example("fill_like", [floats([B, L, 4])], { value: -1.5 }),
  example("fill_like", [integers([B], 3)], { value: 7 }),
  example("take_rows", [floats([B, L, 4]), integers([3], 5, 0, 3)]),
  example("place_rows", [floats([3, 4]), integers([3], 5, 0, 5), floats([B, L, 4])]),
  ...["mean", "sum"].flatMap((reduction) =>
    [1, 2, 5].flatMap((chunks) => headExamples({ ignore: -100, reduction, chunks })),
  ),
  ...["mean", "sum"].flatMap((reduction) =>
    [1, 2].flatMap((chunks) => headExamples({ ignore: -100, reduction, chunks, cap: 0.8 })),
  ),
  example("dropout", [floats([B, L, 40]), integers([], 9)], { rate: 0.3, seed: 5, site: 2 }),
  example("dropout", [floats([50]), integers([], 1)], { rate: 0.1, seed: 123456, site: 0 }),
  example("dropout", [floats([B, L, 40]), integers([B], 9, -4)], { rate: 0.3, seed: 5, site: 2 }),
  example("dropout", [floats([B, 40]), integers([B], 9, -4)], { rate: 0.3, seed: 5, site: 2 }),
  ...[
    { momentum: 0, nesterov: false, weight_decay: 0.1 },
    { momentum: 0.9, nesterov: false, weight_decay: 0 },
    { momentum: 0.9, nesterov: true, weight_decay: 0.1 },
  ].map((a) => example("sgd", [...repeated(a.momentum ? 3 : 2, [3, 4]), number(0.1), number(0.5)], a)),
  example("lion", [...repeated(3, [3, 4]), number(0.01)], { beta1: 0.9, beta2: 0.99, weight_decay: 0.1 }),
  example("lion", [...repeated(3, [7]), number(0.1), number(0.5)], { beta1: 0.95, beta2: 0.98, weight_decay: 0 }),
  ...[1, 7].flatMap((at) => [
    example(
      "adafactor",
      [floats([3, 4]), positive([3]), positive([4]), floats([3, 4]), number(0.01), integers([], at)],
      {
        ...adafactor,
        factored: true,
      },
    ),
    example("adafactor", [floats([5]), positive([5]), floats([5]), number(0.1), integers([], at), number(0.3)], {
      ...adafactor,
      factored: false,
    }),
    example("adafactor", [floats([]), positive([]), apartFromZero([]), number(0.1), integers([], at)], {
      ...adafactor,
      factored: false,
    }),
  ]),
  example("global_norm", [floats([3, 4]), floats([5]), floats([])]),
  example(
    "adamw",
    [floats([3, 4]), floats([3, 4]), positive([3, 4]), floats([3, 4]), number(0.01), integers([], 3)],
    adamw,
  ),
  example("adamw", [floats([7]), floats([7]), positive([7]), floats([7]), number(0.1), integers([], 1), number(0.3)], {
    ...adamw,
    weight_decay: 0,
  }),
];

/** Examples with counted rows, with a chunk without rows, and with no counted row at all. */
function headExamples(attributes: Attributes): Example[] {
  const given = (bias: boolean, ...labels: number[]): Given[] => [
    floats([L, 8]),
    floats([6, 8]),
    integers([L], ...labels),
    ...(bias ? [floats([6])] : []),
  ];
  const backward = ([x, weight, labels, ...bias]: Given[]): Given[] => [x!, weight!, labels!, number(0.7), ...bias];
  return [
    example("head_loss", given(false, 2, -100, 5), attributes),
    example("head_loss", given(true, 2, 0, 5), attributes),
    example("head_loss", given(false, -100), attributes),
    example("head_loss_gradient", backward(given(false, 2, -100, 5)), attributes),
    example("head_loss_gradient", backward(given(true, 2, 0, 5)), attributes),
  ];
}
function number(x: number): Given {
  return floats([], () => x);
}

/** The gradient example, fed with the probabilities and the context that attention itself computes. */
function attentionGradient({ inputs, attributes }: Example): Example {
  const { type, evaluate } = opNamed("attention");
  const types = type(
    inputs.map((x) => x.type),
    attributes,
  );
  const shapes = types.map(({ shape }) => concreteShape(shape, SIZES));
  const [context, probabilities] = evaluate(
    inputs.map(({ value }) => fromNDArray(value)),
    attributes,
    shapes,
  ).map((v, i) => ({ type: types[i]!, value: toNDArray("f32", v) }));
  const [q, k, v] = inputs.map((x) => ({ ...x }));
  const step = (attributes["given"] as string[]).includes("step") ? [inputs.at(-1)!] : [];
  return example(
    "attention_gradient",
    [q!, k!, v!, probabilities!, context!, floats(q!.type.shape), ...step],
    attributes,
  );
}

/** The norm and its gradient, which takes the norm's second output. */
function rmsNorm(shape: readonly Dimension[], attributes: Attributes): Example[] {
  const [x, scale] = [floats(shape), floats([6])];
  const leading = shape.slice(0, -1);
  const [, inverse] = opNamed("rms_norm").evaluate(
    [x, scale].map(({ value }) => fromNDArray(value)),
    attributes,
    [concreteShape(shape, SIZES), concreteShape(leading, SIZES)],
  );
  const given = { type: { dtype: "f32", shape: leading }, value: toNDArray("f32", inverse!) } as const;
  return [
    example("rms_norm", [x, scale], attributes),
    example("rms_norm_gradient", [same(x), same(scale), given, floats(shape)], attributes),
  ];
}

/** Uses the mean and variance that the norm itself outputs. */
function layerNormGradient(shape: readonly Dimension[]): Example {
  const x = floats(shape);
  const data = new Float32Array(x.value.bytes.buffer);
  const leading = shape.slice(0, -1);
  const [mean, variance] = [same(floats(leading)), same(floats(leading))];
  const [means, variances] = [mean, variance].map((g) => new Float32Array(g.value.bytes.buffer)) as [
    Float32Array,
    Float32Array,
  ];
  means.forEach((_, r) => {
    const row = data.subarray(6 * r, 6 * r + 6);
    means[r] = row.reduce((s, v) => s + v, 0) / 6;
    variances[r] = row.reduce((s, v) => s + (v - means[r]!) ** 2, 0) / 6;
  });
  return example("layer_norm_gradient", [x, floats([6]), mean, variance, floats(shape)], { epsilon: 1e-5 });
}
