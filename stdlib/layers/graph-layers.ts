/**
 * Builds the layers of models over one graph: each parameter becomes a state with its checkpoint name. Techniques wrap
 * these layers.
 */
import type { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { SmoothActivation } from "#dsl/tensor/ops/shared/gelu.js";
import type { InitialValue, NDArray } from "#dsl/tensor/program.js";
import { mixBits } from "#dsl/tensor/numbers/random.js";
import type { LayerBuilder, LinearOptions, ParameterInitializer } from "./contract.js";

export interface LayerBuilderOptions {
  readonly graph: Graph;
  /** Prefix of state names (`bert.`; empty for a head). */
  readonly prefix: string;
  /** The part of the prefix that precedes the names of all states. Defaults to none. */
  readonly under?: string | undefined;
  /** Prefix in the checkpoint: a checkpoint of the body alone has none. */
  readonly prefixInCheckpoint: string;
  /** Tensor names of all checkpoints. */
  readonly tensors: ReadonlySet<string>;
  trains(path: string): boolean;
  /**
   * Returns the name of a state in the file of the adapter to start from. Not defined if training starts without an
   * adapter.
   */
  fileName?(name: string): string;
  /** Returns true if that file must have the parameter. */
  mustLoad?(path: string): boolean;
  /**
   * Returns true if a parameter missing from the checkpoint may be initialized; otherwise the engine reports
   * `missing-tensor`.
   */
  mayBeFresh(path: string): boolean;
  /** Returns true if the checkpoint's tensor may be used for a parameter of that shape. */
  fits(name: string, shape: readonly number[]): boolean;
  /** Transforms the input of a linear layer before the product (for quantization). Defaults to no change. */
  readonly multiplied?: (path: string, x: Tensor) => Tensor;
  readonly initializerRange: number;
  readonly seed: number;
  /** i32 [batch]: random draws of dropout. Undefined outside training, where dropout has no effect. */
  readonly draws?: Tensor;
}

const byTanh = (x: Tensor): Tensor => x.gelu({ approximate: true });
const ACTIVATIONS: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  gelu: (x) => x.gelu(),
  gelu_python: (x) => x.gelu(),
  gelu_new: byTanh,
  gelu_fast: byTanh,
  gelu_accurate: byTanh,
  gelu_pytorch_tanh: byTanh,
  gelu_python_tanh: byTanh,
  quick_gelu: (x) => x.gelu({ approximate: "quick" }),
  relu: (x) => x.relu(),
  relu2: (x) => x.relu().square(),
  relu6: (x) => x.relu().minimum(6),
  leaky_relu: (x) => x.maximum(x.multiply(0.01)),
  silu: (x) => x.silu(),
  swish: (x) => x.silu(),
  mish: (x) => x.multiply(x.softplus().tanh()),
  tanh: (x) => x.tanh(),
  sigmoid: (x) => x.sigmoid(),
  linear: (x) => x,
};
/** Activations with a single op for activation and gate. */
const SMOOTH: Readonly<Record<string, SmoothActivation>> = {
  gelu: "gelu",
  gelu_python: "gelu",
  gelu_new: "gelu_tanh",
  gelu_fast: "gelu_tanh",
  gelu_accurate: "gelu_tanh",
  gelu_pytorch_tanh: "gelu_tanh",
  gelu_python_tanh: "gelu_tanh",
  quick_gelu: "gelu_quick",
  silu: "silu",
  swish: "silu",
};

export function makeLayerBuilder(options: LayerBuilderOptions): LayerBuilder {
  const { graph } = options;
  const made = (
    path: string,
    shape: readonly number[],
    initial: ParameterInitializer | undefined,
    more: { readonly zeroRow?: number; readonly outputs?: 0 | 1 } = {},
  ): Tensor => {
    const begins = found(options, path, shape) ?? missing(options, path, initial);
    const { zeroRow, outputs } = more;
    return graph.state(options.prefix + path, {
      type: { dtype: "f32", shape },
      trains: options.trains(path),
      initial: zeroRow !== undefined && "random" in begins ? { ...begins, zeroRow } : begins,
      ...(outputs !== undefined && { outputs }),
    });
  };
  const parameter: LayerBuilder["parameter"] = (path, shape, initial, outputs) =>
    made(path, shape, initial, outputs === undefined ? {} : { outputs });
  const unused: LayerBuilder["unused"] = (path, shape, given) => {
    const initial = found(options, path, shape) ?? (options.mayBeFresh(path) ? fresh(options, path, given) : undefined);
    if (initial)
      graph.state(options.prefix + path, { type: { dtype: "f32", shape }, trains: false, initial, kept: true });
  };
  const dropping = (rate: number): { rate: number; seed: number; step: Tensor } | undefined =>
    options.draws && rate > 0 ? { rate, seed: options.seed, step: options.draws } : undefined;
  const activate: LayerBuilder["activate"] = (x, name) => (name === undefined ? x : ACTIVATIONS[name]!(x));
  return {
    graph,
    parameter,
    unused,
    activate,
    gated: (x, gate, name) => {
      const curve = SMOOTH[name];
      return curve === undefined ? activate(x, name).multiply(gate) : x.gated(gate, curve);
    },
    has: (path) => options.tensors.has(options.prefixInCheckpoint + path),
    get outside() {
      return makeLayerBuilder({ ...options, prefix: options.under ?? "", prefixInCheckpoint: "" });
    },
    linear: (path, x, { bias, activation, ...given }) =>
      graph.withPath(path, () => {
        const weight = linearWeight({ parameter }, path, given);
        const into = options.multiplied?.(options.prefix + path, x) ?? x;
        return activate(
          into.linear(weight, bias === false ? undefined : parameter(`${path}.bias`, [given.out], "zeros")),
          activation,
        );
      }),
    norm: (path, x, { size, epsilon, kind, offset = 0, bias = true }) =>
      graph.withPath(path, () => {
        const weight = parameter(`${path}.weight`, [size], offset === 1 ? "zeros" : "ones");
        if (kind === "rms") return x.rmsNorm(weight, epsilon, offset);
        const shift = bias ? parameter(`${path}.bias`, [size], "zeros") : graph.constant(zeros(size));
        return x.layerNorm(weight, shift, epsilon);
      }),
    embedding: (path, ids, { rows, size, padding, initial }) =>
      graph.withPath(path, () => {
        const table = made(
          `${path}.weight`,
          [rows, size],
          initial,
          typeof padding === "number" ? { zeroRow: padding } : {},
        );
        return typeof padding === "number" ? graph.one("gather", [table, ids], { padding }) : table.gather(ids);
      }),
    attention: (path, q, k, v, { dropout, ...given }) =>
      graph.withPath(path, () => {
        const scale = given.scale ?? 1 / Math.sqrt((q.shape.at(-1) as number) / given.heads);
        const drop = dropping(dropout);
        return graph.attention(q, k, v, { ...given, scale, ...(drop && { dropout: drop }) });
      }),
    rope: (path, x, positions, turning) => graph.withPath(path, () => graph.rope(x, positions, turning)),
    dropout: (path, x, rate) => {
      const drop = dropping(rate);
      return drop ? graph.withPath(path, () => graph.dropout(x, drop)) : x;
    },
    block: (_path, x, body) => x.add(body(x)),
  };
}

/** Returns a linear layer's weight as [out, in], whatever its layout in the checkpoint. */
export function linearWeight(layers: Pick<LayerBuilder, "parameter">, path: string, options: LinearOptions): Tensor {
  const name = `${path}.weight`;
  if (options.layout === "in_out")
    return layers.parameter(name, [options.in, options.out], options.initial, 1).transpose([1, 0]);
  return layers.parameter(name, [options.out, options.in], options.initial, 0);
}

function zeros(size: number): NDArray {
  return { dtype: "f32", shape: [size], bytes: new Uint8Array(4 * size) };
}

/**
 * Finds the checkpoint's tensor for a parameter: the adapter's, the model's own, or one with a name of old checkpoints.
 */
function found(options: LayerBuilderOptions, path: string, shape: readonly number[]): InitialValue | undefined {
  const old = path.replace(/LayerNorm\.weight$/, "LayerNorm.gamma").replace(/LayerNorm\.bias$/, "LayerNorm.beta");
  const ownNames = options.fileName ? [options.fileName(options.prefix + path)] : [];
  const names = [...ownNames, options.prefixInCheckpoint + path, options.prefixInCheckpoint + old];
  const name = names.find((n) => options.tensors.has(n) && options.fits(n, shape));
  return name === undefined ? undefined : { checkpoint: name };
}

function missing(options: LayerBuilderOptions, path: string, initial: ParameterInitializer | undefined): InitialValue {
  if (options.fileName && options.mustLoad?.(path)) return { checkpoint: options.fileName(options.prefix + path) };
  return options.mayBeFresh(path) ? fresh(options, path, initial) : { checkpoint: options.prefixInCheckpoint + path };
}
function fresh(options: LayerBuilderOptions, path: string, initial: ParameterInitializer | undefined): InitialValue {
  // A parameter without a checkpoint name is loaded before the program runs.
  if (options.under !== undefined) return { zeros: true };
  const seed = mixBits(hashText(options.prefix + path) ^ mixBits(options.seed)) >>> 0;
  if (initial === "zeros") return { zeros: true };
  if (initial === "ones") return { ones: true };
  if (initial && "value" in initial) return { value: initial.value };
  if (initial && "of" in initial) {
    const name = options.graph.nodeOf(initial.of).attributes["name"] as string;
    const { type, initial: begins } = options.graph.stateNamed(name);
    const take = "rows" in initial ? { rows: initial.rows } : { norms: initial.norms };
    return { of: { name, type, initial: begins }, take };
  }
  if (initial && "uniform" in initial) return { random: { uniform: initial.uniform }, seed };
  return { random: { normal: initial?.normal ?? options.initializerRange }, seed };
}

/** Returns the FNV-1a hash over UTF-16 units. */
function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h;
}
