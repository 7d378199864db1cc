/** Example calls for every op, used by gradient tests, engine tests and the table's conformance test. */
import type { Attributes, DType } from "#dsl/tensor/program.js";
import { elementCountOfShape } from "#dsl/tensor/values.js";

export interface Operand {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: readonly number[];
}
export interface Case {
  readonly op: string;
  readonly inputs: readonly Operand[];
  readonly attributes?: Attributes;
  /** Names the special feature of the case. */
  readonly note?: string;
}

/** Seeded random generator, so that cases do not change between runs. */
let seed = 7;
function next(): number {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
  return seed / 0x7fffffff;
}
const floats = (shape: readonly number[], from = -1, to = 1): Operand => ({
  shape,
  dtype: "f32",
  data: Array.from({ length: elementCountOfShape(shape) }, () => Math.fround(from + next() * (to - from))),
});
const whole = (shape: readonly number[], data: readonly number[]): Operand => ({ shape, dtype: "i32", data });
const bytes = (dtype: "i8" | "u8", shape: readonly number[], data: readonly number[]): Operand => ({
  shape,
  dtype,
  data,
});
const flags = (shape: readonly number[], data: readonly number[]): Operand => ({ shape, dtype: "bool", data });

const SHAPES = [[2, 3], [1], [], [2, 1, 3], [1, 1]] as const;
const unary = (op: string, from = -2, to = 2, attributes: Attributes = {}): Case[] =>
  SHAPES.map((shape) => ({ op, inputs: [floats(shape, from, to)], attributes }));
const PAIRS = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [[], [2, 2]],
  [[1], [1, 1]],
  [
    [3, 2, 4],
    [2, 4],
  ],
] as const;
const binary = (op: string, from = 0.5, to = 2): Case[] =>
  PAIRS.flatMap(([a, b]) => [
    { op, inputs: [floats(a, from, to), floats(b, from, to)] },
    { op, inputs: [floats(b, from, to), floats(a, from, to)] },
  ]);
const step = (n: number): Operand => whole([], [n]);
const attention = (batch: number, length: number, keys: number, mask: Operand, rate = 0): Case =>
  attentive([batch, length, keys], mask, {}, { rate });
/** 4 query heads of size 2; further inputs in the op's order. */
const attentive = (
  [batch, length, keys]: readonly [number, number, number],
  mask: Operand,
  extras: Readonly<Record<string, Operand>> = {},
  {
    key_value_heads = 2,
    rate = 0,
    heads = 2,
    ...more
  }: Attributes & { heads?: number; key_value_heads?: number; rate?: number } = {},
): Case => {
  const all = { ...extras, ...(rate && !extras["step"] ? { step: step(3) } : {}) };
  return {
    op: "attention",
    inputs: [
      floats([batch, length, heads * 2]),
      floats([batch, keys, key_value_heads * 2]),
      floats([batch, keys, key_value_heads * 2]),
      mask,
      ...Object.values(all),
    ],
    attributes: { heads, key_value_heads, scale: 0.7, rate, seed: 11, site: 2, given: Object.keys(all), ...more },
  };
};
const reductions = (op: string): Case[] => [
  { op, inputs: [floats([2, 3])], attributes: { axes: [0], keep: false } },
  { op, inputs: [floats([2, 3])], attributes: { axes: [1], keep: true } },
  { op, inputs: [floats([2, 3, 4])], attributes: { axes: [0, 1], keep: false } },
  { op, inputs: [floats([2, 3, 4])], attributes: { axes: [0, 2], keep: true } },
  { op, inputs: [floats([1, 1])], attributes: { axes: [0, 1], keep: false } },
];
const FACTORS = { decay: -0.8, epsilon: 1e-30, threshold: 1, weight_decay: 0.1 };
export const cases: readonly Case[] = [
  ...["negate", "exp", "tanh", "sigmoid", "erf", "square", "abs", "relu", "silu", "softplus"].flatMap((op) =>
    unary(op),
  ),
  ...["log", "sqrt", "rsqrt"].flatMap((op) => unary(op, 0.5, 3)),
  ...[true, false, "quick"].flatMap((approximate) => unary("gelu", -3, 3, { approximate })),
  ...["silu", "gelu", "gelu_tanh", "gelu_quick"].flatMap((activation) =>
    SHAPES.map((shape) => ({
      op: "gated",
      inputs: [floats(shape, -3, 3), floats(shape)],
      attributes: { activation },
    })),
  ),
  ...["add", "subtract", "multiply", "divide", "maximum", "minimum", "less", "greater"].flatMap((op) => binary(op)),
  ...["power", "less_equal", "greater_equal", "not_equal"].flatMap((op) => binary(op)),
  ...["sign", "floor", "round"].flatMap((op) => unary(op, 0.1, 0.9)),
  ...[0, 1].map((axis) => ({
    op: "dequantize",
    inputs: [bytes("i8", [2, 3], [-127, 3, 0, 127, -1, 64]), floats([axis ? 3 : 2])],
    attributes: { axis },
  })),
  {
    op: "dequantize_blocks",
    inputs: [bytes("u8", [4], [0x07, 0xf8, 0x12, 0x77]), floats([2])],
    attributes: { levels: "nf4", block: 4, shape: [7] },
  },
  {
    op: "dequantize_blocks",
    inputs: [bytes("u8", [4], [0, 127, 255, 200]), floats([2])],
    attributes: { levels: "dynamic", block: 2, shape: [2, 2] },
  },
  ...["logical_and", "logical_or"].map((op) => ({ op, inputs: [flags([2, 2], [1, 0, 1, 0]), flags([2], [1, 0])] })),
  { op: "logical_not", inputs: [flags([3], [1, 0, 1])] },
  { op: "equal", inputs: [whole([2, 3], [1, 2, 3, 1, 2, 3]), whole([3], [1, 0, 3])] },
  { op: "equal", inputs: [whole([], [1]), whole([1], [1])] },
  { op: "select", inputs: [flags([2, 3], [1, 0, 1, 0, 0, 1]), floats([2, 3]), floats([])] },
  { op: "select", inputs: [flags([3], [1, 0, 1]), floats([2, 1]), floats([1, 3])] },
  { op: "cast", inputs: [floats([2, 3], -3, 3)], attributes: { dtype: "i32" } },
  { op: "cast", inputs: [whole([3], [-1, 0, 7])], attributes: { dtype: "f32" } },
  { op: "reshape", inputs: [floats([2, 3])], attributes: { shape: [3, 2] } },
  { op: "reshape", inputs: [floats([1])], attributes: { shape: [] } },
  { op: "transpose", inputs: [floats([2, 3, 4])], attributes: { order: [2, 0, 1] } },
  { op: "transpose", inputs: [floats([3, 2])], attributes: { order: [1, 0] } },
  { op: "slice", inputs: [floats([2, 5, 3])], attributes: { axis: 1, start: 2, size: 2 } },
  { op: "slice", inputs: [floats([4])], attributes: { axis: 0, start: 3, size: 1 } },
  { op: "detach", inputs: [floats([2, 3])] },
  { op: "pad", inputs: [floats([2, 2, 3])], attributes: { axis: 1, before: 1, after: 2 } },
  { op: "pad", inputs: [floats([2])], attributes: { axis: 0, before: 0, after: 1 } },
  { op: "concat", inputs: [floats([2, 1]), floats([2, 3]), floats([2, 2])], attributes: { axis: 1 } },
  { op: "split", inputs: [floats([2, 6])], attributes: { axis: 1, sizes: [1, 3, 2] } },
  { op: "split", inputs: [floats([3, 2, 1])], attributes: { axis: 0, sizes: [2, 1] } },
  { op: "concat", inputs: [floats([1]), floats([2])], attributes: { axis: 0 } },
  { op: "gather", inputs: [floats([5, 3]), whole([2, 2], [4, 0, 4, 1])] },
  { op: "gather", inputs: [floats([1, 2]), whole([1], [0])] },
  { op: "scatter_rows", inputs: [whole([2, 2], [3, 0, 3, 1]), floats([2, 2, 3])], attributes: { rows: 4 } },
  { op: "range_like", inputs: [whole([2, 4], [1, 2, 3, 4, 5, 6, 7, 8])], attributes: { axis: 1 } },
  { op: "take_position", inputs: [floats([2, 3, 4])], attributes: { position: 1 } },
  { op: "take_position", inputs: [floats([1, 1, 2])], attributes: { position: 0 } },
  { op: "place_position", inputs: [floats([2, 3]), floats([2, 4, 3])], attributes: { position: 2 } },
  ...["reduce_sum", "reduce_mean", "reduce_max", "reduce_min"].flatMap(reductions),
  { op: "reduce_gradient", inputs: [floats([3]), floats([2, 3])], attributes: { axes: [0], keep: false, mean: true } },
  {
    op: "reduce_gradient",
    inputs: [floats([2, 1, 1]), floats([2, 3, 2])],
    attributes: { axes: [1, 2], keep: true, mean: false },
  },
  ...[false, true].flatMap((transpose_a) =>
    [false, true].map((transpose_b) => ({
      op: "matmul",
      inputs: [floats(transpose_a ? [4, 3] : [3, 4]), floats(transpose_b ? [2, 4] : [4, 2])],
      attributes: { transpose_a, transpose_b },
    })),
  ),
  {
    op: "matmul",
    inputs: [floats([2, 1, 3, 4]), floats([3, 4, 2])],
    attributes: { transpose_a: false, transpose_b: false },
  },
  {
    op: "matmul",
    inputs: [floats([2, 4, 3]), floats([2, 2, 4])],
    attributes: { transpose_a: true, transpose_b: true },
  },
  { op: "linear", inputs: [floats([2, 3, 4]), floats([5, 4]), floats([5])] },
  { op: "linear", inputs: [floats([2, 4]), floats([5, 4])] },
  ...["relu", "tanh", "sigmoid", "gelu", "gelu_tanh"].map((activation) => ({
    op: "linear",
    inputs: [floats([2, 4]), floats([3, 4]), floats([3])],
    attributes: { activation },
  })),
  { op: "linear", inputs: [floats([1, 1, 1]), floats([1, 1]), floats([1])] },
  { op: "linear", inputs: [floats([3, 192]), floats([2, 192]), floats([2])], note: "narrows" },
  { op: "outer_product", inputs: [floats([2, 3, 4]), floats([2, 3, 5])] },
  { op: "outer_product", inputs: [floats([1, 2]), floats([1, 3])] },
  {
    op: "low_rank_linear",
    inputs: [floats([2, 3, 4]), floats([5, 4]), floats([2, 4]), floats([5, 2]), floats([5])],
    attributes: { scale: 1.5 },
  },
  {
    op: "low_rank_linear",
    inputs: [floats([1, 4]), floats([3, 4]), floats([1, 4]), floats([3, 1])],
    attributes: { scale: 0.5 },
  },
  { op: "low_rank_merge", inputs: [floats([5, 4]), floats([2, 4]), floats([5, 2])], attributes: { scale: 1.5 } },
  { op: "layer_norm", inputs: [floats([2, 3, 4]), floats([4]), floats([4])], attributes: { epsilon: 1e-5 } },
  { op: "layer_norm", inputs: [floats([1, 1, 6], 3, 9), floats([6]), floats([6])], attributes: { epsilon: 1e-12 } },
  { op: "layer_norm", inputs: [floats([3, 4]), floats([4]), floats([4])], attributes: { epsilon: 0.1 } },
  { op: "layer_norm_gradient", inputs: normed([2, 3, 4]), attributes: { epsilon: 1e-5 } },
  ...[
    { epsilon: 1e-5, offset: 0 },
    { epsilon: 0.1, offset: 1 },
  ].flatMap((attributes) =>
    [[2, 3, 4], [1, 1, 3], [3, 4], [5]].map((shape) => ({
      op: "rms_norm",
      inputs: [floats(shape), floats([shape.at(-1)!])],
      attributes,
    })),
  ),
  ...["softmax", "log_softmax"].flatMap((op) => [
    { op, inputs: [floats([2, 3, 4], -3, 3)] },
    { op, inputs: [floats([1, 1])] },
    { op, inputs: [floats([5], -60, 60)] },
  ]),
  {
    op: "cross_entropy",
    inputs: [floats([3, 4], -3, 3), whole([3], [1, 3, 0])],
    attributes: { ignore: -100, reduction: "mean" },
  },
  {
    op: "cross_entropy",
    inputs: [floats([2, 2, 3]), whole([2, 2], [1, -100, 0, 2])],
    attributes: { ignore: -100, reduction: "sum" },
  },
  {
    op: "cross_entropy",
    inputs: [floats([2, 2, 3]), whole([2, 2], [1, -100, 0, -100])],
    attributes: { ignore: -100, reduction: "mean" },
  },
  {
    op: "cross_entropy",
    inputs: [floats([1, 2]), whole([1], [-100])],
    attributes: { ignore: -100, reduction: "mean" },
    note: "none counted",
  },
  {
    op: "cross_entropy_gradient",
    inputs: [floats([2, 2, 3]), whole([2, 2], [1, -100, 0, 2]), floats([])],
    attributes: { ignore: -100, reduction: "mean" },
  },
  ...[true, false].flatMap((exclusive) =>
    [true, false].flatMap((reverse) => [
      { op: "cumulative_sum", inputs: [floats([2, 3, 4])], attributes: { axis: 1, exclusive, reverse } },
      { op: "cumulative_sum", inputs: [floats([1])], attributes: { axis: 0, exclusive, reverse } },
    ]),
  ),
  { op: "scatter_add", inputs: [floats([4, 3]), whole([2, 2], [3, 0, 3, 1]), floats([2, 2, 3])] },
  { op: "scatter_add", inputs: [floats([1]), whole([2], [0, 0]), floats([2])] },
  { op: "one_hot", inputs: [whole([3], [1, -100, 0])], attributes: { depth: 2 } },
  { op: "fill_like", inputs: [floats([2, 3])], attributes: { value: 0.5 } },
  ...[
    { heads: 2, key_value_heads: 2, window: 0, scale: 0.5, cap: 0 },
    { heads: 4, key_value_heads: 2, window: 2, scale: 0.7, cap: 3 },
  ].map(({ heads, key_value_heads, ...more }) => ({
    op: "cached_attention",
    inputs: [
      floats([4, 1, 2 * heads]),
      floats([4, 2 * key_value_heads]),
      floats([4, 2 * key_value_heads]),
      floats([7, 2 * key_value_heads]),
      floats([7, 2 * key_value_heads]),
      // One text that continues by one token, and one that reads three new tokens after two it shares with the first.
      whole([4], [1, 4, 6, 5]),
      whole([2, 5], [0, 3, 1, 0, 0, 0, 3, 4, 6, 5]),
      whole([4], [0, 1, 1, 1]),
      whole([4], [3, 3, 4, 5]),
    ],
    attributes: { heads, key_value_heads, ...more },
    note: `${heads} heads over ${key_value_heads}`,
  })),
  { op: "take_rows", inputs: [floats([2, 3, 4]), whole([3], [5, 0, 3])] },
  { op: "take_rows", inputs: [floats([1, 1, 2]), whole([2], [0, 0])] },
  { op: "take_rows", inputs: [floats([1, 2, 2]), whole([0], [])], note: "no row" },
  { op: "place_rows", inputs: [floats([3, 4]), whole([3], [5, 0, 5]), floats([2, 3, 4])] },
  ...["mean", "sum"].flatMap((reduction) => [1, 2, 5].flatMap((chunks) => heads({ reduction, chunks }))),
  ...heads({ reduction: "mean", chunks: 2, cap: 0.7 }),
  ...[0.1, 0.5].map((rate) => ({
    op: "dropout",
    inputs: [floats([3, 2, 8]), step(5)],
    attributes: { rate, seed: 3, site: 1 },
  })),
  { op: "dropout", inputs: [floats([6]), step(1)], attributes: { rate: 0.4, seed: -7, site: 0 } },
  { op: "dropout", inputs: [floats([3, 2, 8]), whole([3], [5, -9, 2])], attributes: { rate: 0.4, seed: 3, site: 1 } },
  { op: "dropout", inputs: [floats([2, 6]), whole([2], [1, 4])], attributes: { rate: 0.4, seed: 3, site: 1 } },
  attention(2, 3, 3, whole([2, 3], [1, 1, 1, 1, 0, 1])),
  attention(1, 1, 1, whole([1, 1], [1])),
  { ...attention(2, 1, 4, whole([2, 4], [1, 1, 0, 0, 0, 0, 0, 0])), note: "nothing to see" },
  attention(1, 2, 3, whole([], [1])),
  attention(2, 3, 3, whole([2, 3], [1, 1, 1, 1, 1, 0]), 0.3),
  attentive([2, 3, 4], whole([], [1]), { step: whole([2], [6, -1]) }, { heads: 4, rate: 0.4 }),
  attentive([2, 3, 3], whole([], [1]), {}, { causal: true }),
  attentive([1, 1, 1], whole([], [1]), {}, { causal: true, window: 1 }),
  attentive([1, 4, 4], whole([], [1]), {}, { causal: true, window: 2 }),
  attentive([1, 4, 4], whole([1, 4], [1, 1, 0, 1]), {}, { window: 2 }),
  attentive([2, 3, 3], whole([2, 3], [1, 0, 1, 1, 1, 1]), {}, { heads: 4, key_value_heads: 2, causal: true }),
  attentive([1, 2, 3], whole([], [1]), {}, { heads: 3, key_value_heads: 1 }),
  attentive([1, 2, 5], whole([], [1]), { offset: step(2) }, { causal: true, rate: 0.3 }),
  attentive([1, 1, 4], whole([1, 4], [0, 1, 1, 1]), { offset: step(2) }, { causal: true, window: 2, heads: 4 }),
  attentive([2, 3, 3], whole([], [1]), { segments: whole([2, 3], [1, 1, 2, 5, 5, 0]) }, { causal: true, rate: 0.2 }),
  attentive([2, 2, 3], whole([], [1]), { bias: floats([2, 2, 3]) }),
  attentive([2, 3, 3], whole([2, 3], [1, 0, 1, 1, 1, 1]), {}, { cap: 0.4, causal: true, window: 2 }),
  attentive([1, 2, 5], whole([], [1]), { bias: floats([4, 2, 5]) }, { cap: 1.5, heads: 4, rate: 0.3 }),
  attentive([2, 3, 3], whole([], [1]), { bias: floats([1, 3, 3]) }, { causal: true }),
  attentive(
    [2, 2, 2],
    whole([2, 2], [1, 1, 1, 0]),
    {
      segments: whole([2, 2], [1, 1, 1, 1]),
      bias: floats([4, 2, 2]),
    },
    { heads: 4, key_value_heads: 1 },
  ),
  ...[
    { heads: 2, frequencies: [1, 0.1] },
    { heads: 2, frequencies: [1, 0.1], factor: 1.3, inverse: true },
    { heads: 2, frequencies: [1.5], interleaved: true },
    { heads: 1, frequencies: [1, 0.3, 0.1, 0.03], interleaved: true, factor: 0.8 },
    { heads: 1, frequencies: [1, 0.3, 0.1] },
  ].flatMap((attributes) => [
    { op: "rope", inputs: [floats([2, 3, 8]), whole([2, 3], [0, 1, 2, 7, 0, 500])], attributes },
    { op: "rope", inputs: [floats([1, 1, 8]), whole([1], [3])], attributes },
  ]),
  ...optimizers(),
  { op: "global_norm", inputs: [floats([2, 3]), floats([4]), floats([])] },
  ...[0.01, 0].flatMap((weight_decay) => [
    { op: "adamw", inputs: moments([2, 3], 1), attributes: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay } },
    {
      op: "adamw",
      inputs: [...moments([4], 12), floats([], 0.1, 0.9)],
      attributes: { beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weight_decay },
    },
  ]),
];

function optimizers(): Case[] {
  const rate = (): Operand => floats([], 0.001, 0.1);
  return [
    {
      op: "sgd",
      inputs: [floats([2, 3]), floats([2, 3]), rate()],
      attributes: { momentum: 0, nesterov: false, weight_decay: 0.1 },
    },
    ...[true, false].map((nesterov) => ({
      op: "sgd",
      inputs: [floats([4]), floats([4]), floats([4]), rate(), floats([], 0.1, 0.9)],
      attributes: { momentum: 0.9, nesterov, weight_decay: 0 },
    })),
    {
      op: "lion",
      inputs: [floats([2, 3]), floats([2, 3]), floats([2, 3]), rate()],
      attributes: { beta1: 0.9, beta2: 0.99, weight_decay: 0.1 },
    },
    {
      op: "adafactor",
      inputs: [floats([2, 3]), floats([2], 0.1, 1), floats([3], 0.1, 1), floats([2, 3]), rate(), step(3)],
      attributes: { ...FACTORS, factored: true },
    },
    {
      op: "adafactor",
      inputs: [floats([4]), floats([4], 0.1, 1), floats([4]), rate(), step(1)],
      attributes: { ...FACTORS, factored: false },
    },
  ];
}
/** Cases where some, one or no row counts, with one class, with and without a bias. */
function heads(settings: Attributes): Case[] {
  const attributes = { ignore: -100, ...settings };
  const inputs = [
    [floats([4, 3]), floats([5, 3]), whole([4], [1, -100, 4, 0])],
    [floats([1, 2]), floats([3, 2]), whole([1], [2]), floats([3])],
    [floats([2, 2]), floats([3, 2]), whole([2], [-100, -100])],
    [floats([2, 2]), floats([1, 2]), whole([2], [0, 0])],
  ];
  return inputs.map((given) => ({ op: "head_loss", inputs: given, attributes }));
}
/** Returns consistent x, scale, mean, variance and dy. */
function normed(shape: readonly number[]): Operand[] {
  const x = floats(shape);
  const n = shape.at(-1)!;
  const rows = Array.from({ length: x.data.length / n }, (_, r) => x.data.slice(r * n, (r + 1) * n));
  const mean = rows.map((row) => row.reduce((a, b) => a + b, 0) / n);
  const variance = rows.map((row, r) => row.reduce((a, b) => a + (b - mean[r]!) ** 2, 0) / n);
  const lead = shape.slice(0, -1);
  return [
    x,
    floats([n]),
    { shape: lead, dtype: "f32", data: mean },
    { shape: lead, dtype: "f32", data: variance },
    floats(shape),
  ];
}
/** Returns parameter, m, v, gradient, rate and step. */
function moments(shape: readonly number[], at: number): Operand[] {
  return [floats(shape), floats(shape), floats(shape, 0.01, 1), floats(shape), floats([], 0.001, 0.1), step(at)];
}
