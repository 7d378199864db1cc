/**
 * The layers that models are written with, over one graph: each parameter becomes a state named as in the checkpoint.
 * Techniques wrap these; `programs.ts` makes them.
 */
import type { Graph, Tensor } from "#dsl/graph/builder.js";
import type { Smooth } from "#dsl/graph/gelu.js";
import type { Initial, NDArray } from "#dsl/graph/program.js";
import { mix } from "#dsl/graph/random.js";
import type { Layers, LinearOptions, ParameterInitial } from "./kinds.js";

export interface LayersOptions {
  readonly graph: Graph;
  /** Put before a path to name its state (`bert.`; empty for a head). */
  readonly prefix: string;
  /** The same in the checkpoint: a body-only checkpoint has none. */
  readonly prefixInCheckpoint: string;
  /** Names of the tensors of all checkpoints. */
  readonly tensors: ReadonlySet<string>;
  trains(path: string): boolean;
  /** Whether a parameter may be made afresh though there is a checkpoint; else its absence is the engine's `missing-tensor`. */
  mayBeFresh(path: string): boolean;
  /** Whether the checkpoint's tensor of that name may be used for a parameter of that shape. */
  fits(name: string, shape: readonly number[]): boolean;
  readonly initializerRange: number;
  readonly seed: number;
  /** i32 scalar; absent outside training: dropout does nothing then. */
  readonly step?: Tensor;
}

const ACTIVATIONS: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  gelu: (x) => x.gelu(),
  gelu_new: (x) => x.gelu({ approximate: true }),
  gelu_fast: (x) => x.gelu({ approximate: true }),
  gelu_pytorch_tanh: (x) => x.gelu({ approximate: true }),
  quick_gelu: (x) => x.gelu({ approximate: "quick" }),
  relu: (x) => x.relu(),
  silu: (x) => x.silu(),
  swish: (x) => x.silu(),
  tanh: (x) => x.tanh(),
};
/** Those that have an op of their own with a gate. */
const SMOOTH: Readonly<Record<string, Smooth>> = {
  gelu: "gelu",
  gelu_new: "gelu_tanh",
  gelu_fast: "gelu_tanh",
  gelu_pytorch_tanh: "gelu_tanh",
  quick_gelu: "gelu_quick",
  silu: "silu",
  swish: "silu",
};
const PEFT = "base_model.model.";

export function makeLayers(o: LayersOptions): Layers {
  const { graph } = o;
  const parameter: Layers["parameter"] = (path, shape, initial) =>
    graph.state(o.prefix + path, {
      type: { dtype: "f32", shape },
      trains: o.trains(path),
      initial:
        found(o, path, shape) ??
        (o.mayBeFresh(path) ? fresh(o, path, initial) : { checkpoint: o.prefixInCheckpoint + path }),
    });
  const dropping = (rate: number): { rate: number; seed: number; step: Tensor } | undefined =>
    o.step && rate > 0 ? { rate, seed: o.seed, step: o.step } : undefined;
  const activate: Layers["activate"] = (x, name) => (name === undefined ? x : ACTIVATIONS[name]!(x));
  return {
    graph,
    parameter,
    activate,
    gated: (x, gate, name) => {
      const curve = SMOOTH[name];
      return curve === undefined ? activate(x, name).multiply(gate) : x.gated(gate, curve);
    },
    adapterName: (path) => PEFT + o.prefix + path,
    get outside() {
      return makeLayers({ ...o, prefix: "", prefixInCheckpoint: "" });
    },
    linear: (path, x, { bias, activation, ...given }) =>
      graph.at(path, () => {
        const weight = weightOf({ parameter }, path, given);
        return activate(
          x.linear(weight, bias === false ? undefined : parameter(`${path}.bias`, [given.out], "zeros")),
          activation,
        );
      }),
    norm: (path, x, { size, epsilon, kind, offset = 0, bias = true }) =>
      graph.at(path, () => {
        const weight = parameter(`${path}.weight`, [size], offset === 1 ? "zeros" : "ones");
        if (kind === "rms") return x.rmsNorm(weight, epsilon, offset);
        const shift = bias ? parameter(`${path}.bias`, [size], "zeros") : graph.constant(zeros(size));
        return x.layerNorm(weight, shift, epsilon);
      }),
    embedding: (path, ids, { rows, size }) =>
      graph.at(path, () => parameter(`${path}.weight`, [rows, size]).gather(ids)),
    attention: (path, q, k, v, { dropout, ...given }) =>
      graph.at(path, () => {
        const scale = given.scale ?? 1 / Math.sqrt((q.shape.at(-1) as number) / given.heads);
        const drop = dropping(dropout);
        return graph.attention(q, k, v, { ...given, scale, ...(drop && { dropout: drop }) });
      }),
    rope: (path, x, positions, turning) => graph.at(path, () => graph.rope(x, positions, turning)),
    dropout: (path, x, rate) => {
      const drop = dropping(rate);
      return drop ? graph.at(path, () => graph.dropout(x, drop)) : x;
    },
    block: (_path, x, body) => x.add(body(x)),
  };
}

/** A linear layer's weight as [out, in], whichever way the checkpoint lays it. */
export function weightOf(layers: Pick<Layers, "parameter">, path: string, o: LinearOptions): Tensor {
  const name = `${path}.weight`;
  if (o.layout === "in_out") return layers.parameter(name, [o.in, o.out], o.initial).transpose([1, 0]);
  return layers.parameter(name, [o.out, o.in], o.initial);
}

function zeros(size: number): NDArray {
  return { dtype: "f32", shape: [size], bytes: new Uint8Array(4 * size) };
}

/** The checkpoint's tensor for a parameter: an adapter's, the model's own, or by the name that old checkpoints use. */
function found(o: LayersOptions, path: string, shape: readonly number[]): Initial | undefined {
  const old = path.replace(/LayerNorm\.weight$/, "LayerNorm.gamma").replace(/LayerNorm\.bias$/, "LayerNorm.beta");
  const names = [PEFT + o.prefix + path, o.prefixInCheckpoint + path, o.prefixInCheckpoint + old];
  const name = names.find((n) => o.tensors.has(n) && o.fits(n, shape));
  return name === undefined ? undefined : { checkpoint: name };
}

function fresh(o: LayersOptions, path: string, initial: ParameterInitial | undefined): Initial {
  const seed = mix(hashText(o.prefix + path) ^ mix(o.seed)) >>> 0;
  if (initial === "zeros") return { zeros: true };
  if (initial === "ones") return { ones: true };
  if (initial && "checkpoint" in initial) return { checkpoint: initial.checkpoint };
  if (initial && "uniform" in initial) return { random: { uniform: initial.uniform }, seed };
  return { random: { normal: initial?.normal ?? o.initializerRange }, seed };
}

/** FNV-1a over UTF-16 units. */
function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h;
}
