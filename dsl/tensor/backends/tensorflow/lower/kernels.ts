/**
 * Ops computed by our own kernels (`native/kernels`), for engines that have them: one pass over memory where TensorFlow
 * takes several, and attention without its quadratic memory. Anything a kernel cannot do falls back to TensorFlow's
 * kernels.
 */
import type { LinearActivationName } from "#dsl/tensor/ops/shared/activation.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { withAttentionDefaults, attentionInputs, type AttentionInputs } from "#dsl/tensor/ops/shared/heads.js";
import type { GATE_ATTRIBUTES } from "#dsl/tensor/ops/shared/gelu.js";
import { geluKind, type SmoothActivation } from "#dsl/tensor/ops/shared/gelu.js";
import type { InferAttributes } from "#dsl/tensor/attributes.js";
import { isNodeOf } from "#dsl/tensor/op.js";
import type { Node, Ref } from "#dsl/tensor/program.js";
import { dropoutThreshold } from "#dsl/tensor/numbers/random.js";
import { ropeAttributes } from "#dsl/tensor/numbers/rope.js";
import { opTable, type NodeOf, type OpName } from "#dsl/tensor/table.js";
import type { ElementwiseNode } from "../../shared/elementwise.js";
import type { NodeLowering, TensorflowLoweringsByOp, Lowering, MakeOutput, LoweredValue } from "../lowering.js";
import { stateWrittenByRows } from "./caches.js";
import { isSinglePosition, weightOperand } from "./products.js";
import { adamRates, type InPlaceStep, type InPlaceStepsByOp } from "./optimizers.js";
import { ropeTables } from "./rope.js";
import type { TensorflowAttributeValue, TensorflowTypeName } from "../saved-model.js";

type Attributes = Readonly<Record<string, TensorflowAttributeValue>>;
/** Undefined: the kernel cannot do this node, and `plain` lowers it. */
type Kernel<N extends OpName> = (
  l: Lowering,
  node: NodeOf<N>,
  plain: NodeLowering,
) => readonly MakeOutput[] | undefined;

const COMPUTED: ReadonlySet<TensorflowTypeName> = new Set<TensorflowTypeName>(["f32", "bf16"]);
const fits = (l: Lowering, ref: Ref): boolean => COMPUTED.has(l.dtypeOf(ref));

/** Makes a kernel's node; its attribute T is the input's dtype. */
function call(l: Lowering, op: string, like: Ref, inputs: readonly string[], attributes: Attributes): string {
  return l.graph.node(op, inputs, { T: { type: l.dtypeOf(like) }, ...attributes });
}
/** Returns the output in flat form where the rank allows it. */
function rows(node: Pick<Node, "types">, tensor: string, output = 0): LoweredValue {
  return node.types[output]!.shape.length > 2 ? { flat: tensor } : { full: tensor };
}

/** Numbering of `native/kernels/activation.cc`. */
const CURVES: readonly SmoothActivation[] = ["gelu", "gelu_tanh", "gelu_quick", "silu"];

type Curved<A> = Node & ElementwiseNode & { readonly attributes: A };
/** Lowers an op over tensors of one shape; all its outputs have that shape too. */
function curved<A>(
  op: string,
  curve: (attributes: A) => SmoothActivation,
): (l: Lowering, node: Curved<A>) => readonly MakeOutput[] | undefined {
  return (l, node) => {
    const [x] = node.inputs;
    if (!fits(l, x)) return undefined;
    const kind = { kind: { int: CURVES.indexOf(curve(node.attributes)) } };
    const made = (): string =>
      call(
        l,
        op,
        x,
        node.inputs.map((ref) => l.flat(ref)),
        kind,
      );
    return node.types.map((_, output) => () => rows(node, output === 0 ? made() : `${made()}:${output}`, output));
  };
}
const ofGate = ({ activation }: InferAttributes<typeof GATE_ATTRIBUTES>): SmoothActivation => activation;
const ofSilu = (): SmoothActivation => "silu";

const norm: Kernel<"layer_norm"> = (l, node) => {
  const [x, scale, bias] = node.inputs;
  if (!fits(l, x) || l.dtypeOf(scale) !== "f32") return undefined;
  const made = (): string =>
    call(l, "TunebookNorm", x, [l.flat(x), l.full(scale), l.full(bias)], normAttributes(node, true));
  const perRow = (output: number) => () => ({
    full: l.reshape(`${made()}:${output}`, l.shape(node.types[output]!.shape), "f32"),
  });
  return [() => rows(node, made()), perRow(1), perRow(2)];
};
const normGradient: Kernel<"layer_norm_gradient"> = (l, node) => {
  const [x, scale, mean, variance, dy] = node.inputs;
  if (!fits(l, x) || l.dtypeOf(scale) !== "f32") return undefined;
  const parameters = l.usesOutput(node, 1) || l.usesOutput(node, 2);
  const made = (): string =>
    call(l, "TunebookNormGradient", x, [l.flat(x), l.full(scale), l.full(mean), l.full(variance), l.flat(dy)], {
      ...normAttributes(node, true),
      parameters: { bool: parameters },
    });
  return [() => rows(node, made()), () => ({ full: `${made()}:1` }), () => ({ full: `${made()}:2` })];
};
/** The second output per row is 1/√(mean square + ε), as in rms_norm; the bias is not read. */
const rmsNorm: Kernel<"rms_norm"> = (l, node) => {
  const [x, scale] = node.inputs;
  if (!fits(l, x) || l.dtypeOf(scale) !== "f32") return undefined;
  const weight = l.full(scale);
  const made = (): string => call(l, "TunebookNorm", x, [l.flat(x), weight, weight], normAttributes(node, false));
  return [() => rows(node, made()), () => ({ full: l.reshape(`${made()}:2`, l.shape(node.types[1]!.shape), "f32") })];
};
const rmsNormGradient: Kernel<"rms_norm_gradient"> = (l, node) => {
  const [x, scale, inverse, dy] = node.inputs;
  if (!fits(l, x) || l.dtypeOf(scale) !== "f32") return undefined;
  const perRow = l.full(inverse);
  const made = (): string =>
    call(l, "TunebookNormGradient", x, [l.flat(x), l.full(scale), perRow, perRow, l.flat(dy)], {
      ...normAttributes(node, false),
      parameters: { bool: l.usesOutput(node, 1) },
    });
  return [() => rows(node, made()), () => ({ full: `${made()}:1` })];
};

const rope: Kernel<"rope"> = (l, node) => {
  const [x, positions] = node.inputs;
  if (!fits(l, x)) return undefined;
  const a = ropeAttributes(node.attributes);
  return [
    () => {
      const { cos, sin } = ropeTables(l, positions, a);
      const attributes = {
        heads: { int: a.heads },
        interleaved: { bool: a.interleaved },
        sign: { float: a.inverse ? -1 : 1 },
      };
      return { flat: call(l, "TunebookRope", x, [l.flat(x), cos, sin], attributes) };
    },
  ];
};

function normAttributes(
  {
    attributes: { epsilon, offset = 0 },
  }: { readonly attributes: { readonly epsilon: number; readonly offset?: number } },
  centred: boolean,
): Attributes {
  return { centred: { bool: centred }, epsilon: { float: epsilon }, offset: { float: offset } };
}

const dropout: Kernel<"dropout"> = (l, node) => {
  const [x, step] = node.inputs;
  if (!fits(l, x)) return undefined;
  const { rate, seed, site } = node.attributes;
  return [
    () =>
      rows(
        node,
        call(l, "TunebookDropout", x, [l.flat(x), l.full(step)], {
          rate: { float: rate },
          seed: { int: seed | 0 },
          site: { int: site },
          bound: { int: dropoutThreshold(rate) },
        }),
      ),
  ];
};

interface Attending {
  readonly inputs: AttentionInputs<Ref>;
  readonly tensors: readonly string[];
  readonly attributes: Attributes;
}
/** Kernel inputs and attributes shared by forward and backward; undefined where scores get a bias or are capped. */
function attending(l: Lowering, node: NodeOf<"attention">): Attending | undefined {
  const a = withAttentionDefaults(node.attributes);
  const inputs = attentionInputs(node.inputs, a);
  const { q, k, v, mask, segments, bias, offset, step } = inputs;
  if (bias || a.cap || !fits(l, q)) return undefined;
  const none = l.graph.constant("i32", [0], new Uint8Array(0));
  return {
    inputs,
    tensors: [
      ...[l.full(q), l.full(k), l.full(v), l.full(mask), segments ? l.full(segments) : none],
      ...[offset, step].map((ref) => (ref ? l.full(ref) : l.graph.integer(0))),
    ],
    attributes: {
      heads: { int: a.heads },
      key_value_heads: { int: a.key_value_heads },
      causal: { bool: a.causal },
      window: { int: a.window },
      scale: { float: a.scale },
      rate: { float: a.rate },
      seed: { int: a.seed | 0 },
      site: { int: a.site },
      bound: { int: dropoutThreshold(a.rate) },
    },
  };
}
const attention: Kernel<"attention"> = (l, node, plain) => {
  const made = attending(l, node);
  if (!made) return undefined;
  const { inputs, tensors, attributes } = made;
  // Probabilities are computed only on request, by TensorFlow's products.
  return [() => ({ full: call(l, "TunebookAttention", inputs.q, tensors, attributes) }), () => plain(l, node)[1]!()];
};
/** Recomputes the probabilities from the forward node's inputs and its saved sums, instead of reading them. */
const attentionGradient: Kernel<"attention_gradient"> = (l, node) => {
  const [, , , probabilities, context, dcontext] = node.inputs;
  const forward = l.nodeOf(probabilities);
  if (!isNodeOf(forward, opTable.attention) || l.nodeOf(context) !== forward || l.usesOutput(node, 3)) return undefined;
  const made = attending(l, forward);
  if (!made) return undefined;
  const tensors = [...made.tensors, l.full(dcontext), `${l.full(context)}:1`];
  const out = (): string => call(l, "TunebookAttentionGradient", made.inputs.q, tensors, made.attributes);
  return [0, 1, 2].map((output) => () => ({ full: output === 0 ? out() : `${out()}:${output}` }));
};

/** Numbering of `native/kernels/step.cc`; 0 means none. */
const STEP_CURVES: readonly LinearActivationName[] = ["relu", "tanh", "sigmoid", "gelu", "gelu_tanh"];

/**
 * In batched generation there are few rows, and reading the weight takes the time: the kernel reads it once, in its
 * stored layout.
 */
function stepped(
  l: Lowering,
  x: Ref,
  weight: Ref,
  bias: Ref | undefined,
  activation?: LinearActivationName,
): string | undefined {
  if (!l.program.nodes.some(({ op }) => op === "cached_attention")) return undefined;
  if ([x, weight].some((ref) => l.dtypeOf(ref) !== "f32")) return undefined;
  const { tensor, turned } = weightOperand(l, weight);
  const added = bias ? l.full(bias) : l.graph.constant("f32", [0], new Uint8Array(0));
  const curve = activation ? STEP_CURVES.indexOf(activation) + 1 : 0;
  const attributes = { transposed: { bool: !turned }, curve: { int: curve } };
  return l.graph.node("TunebookStep", [l.flat(x), tensor, added], attributes);
}
const linear: Kernel<"linear"> = (l, node) => {
  const [x, weight, bias] = node.inputs;
  const y = stepped(l, x, weight, bias, node.attributes.activation);
  return y === undefined ? undefined : [() => rows(node, y)];
};
const lowRankLinear: Kernel<"low_rank_linear"> = (l, node) => {
  const [x, weight, a, b, bias] = node.inputs;
  if (!isSinglePosition(l, x)) return undefined;
  const whole = stepped(l, x, weight, bias);
  if (whole === undefined) return undefined;
  const low = l.product(l.product(l.flat(x), l.full(a), { tb: true }), l.full(b), { tb: true });
  const scaled = l.op("Mul", [low, l.graph.float(node.attributes.scale)]);
  return [() => rows(node, l.op("AddV2", [whole, scaled]))];
};

/** Writes this step's rows into the caches in place if nothing else reads the caches; otherwise into copies. */
const cachedAttention: Kernel<"cached_attention"> = (l, node) => {
  const [q, k, v, keys, values, rows, ...more] = node.inputs;
  const a = node.attributes;
  const states = [stateWrittenByRows(l, keys, k, rows), stateWrittenByRows(l, values, v, rows)];
  const inPlace = states.every((state) => state !== undefined);
  const whole = (cache: Ref, fresh: Ref): string => (inPlace ? l.full(cache) : placed(l, cache, fresh, rows));
  const tensors = [
    l.flat(q),
    l.full(k),
    l.full(v),
    whole(keys, k),
    whole(values, v),
    ...[rows, ...more].map((ref) => l.full(ref)),
  ];
  const attributes = {
    heads: { int: a.heads },
    key_value_heads: { int: a.key_value_heads },
    window: { int: a.window },
    scale: { float: a.scale },
    cap: { float: a.cap },
    in_place: { bool: inPlace },
  };
  return [
    () => {
      const made = call(l, "TunebookCachedAttention", q, tensors, attributes);
      if (inPlace) for (const state of states) l.written.set(mustExist(state, "a cache"), made);
      return { flat: made };
    },
  ];
};
function placed(l: Lowering, cache: Ref, fresh: Ref, rows: Ref): string {
  const each = l.reshape(l.full(rows), l.graph.integers([-1, 1]), "i32");
  return l.graph.node("TensorScatterUpdate", [l.full(cache), each, l.full(fresh)], {
    T: { type: l.dtypeOf(cache) },
    Tindices: { type: "i32" },
    bad_indices_policy: { text: "" },
  });
}

/** Updates parameter and moments in one pass, over views of the variables. */
const adamw: InPlaceStep<"adamw"> = (l, node, _handles, after) => {
  const { beta1, beta2 } = node.attributes;
  const { step, epsilon, decay } = adamRates(l, node);
  const [parameter, m, v, gradient, , , scale] = node.inputs;
  const tensors = [parameter, m, v, gradient].map((ref) => l.full(ref));
  const waits = after.filter((name) => !tensors.includes(name)).map((name) => `^${name}`);
  return l.graph.node(
    "TunebookAdamW",
    [...tensors, step, epsilon, decay, scale ? l.full(scale) : l.graph.float(1), ...waits],
    { beta1: { float: beta1 }, beta2: { float: beta2 } },
  );
};
export const inPlaceStepKernels: InPlaceStepsByOp = { adamw };

/** As in `Table`, each entry is only called with nodes of its own op. */
type Kernels = {
  readonly [N in OpName]?: {
    kernel(l: Lowering, node: NodeOf<N>, plain: NodeLowering): ReturnType<Kernel<N>>;
  }["kernel"];
};
type AnyKernel = { kernel(l: Lowering, node: Node, plain: NodeLowering): readonly MakeOutput[] | undefined }["kernel"];
const kernels: Kernels = {
  gelu: curved("TunebookActivation", geluKind),
  gelu_gradient: curved("TunebookActivationGradient", geluKind),
  silu: curved("TunebookActivation", ofSilu),
  silu_gradient: curved("TunebookActivationGradient", ofSilu),
  gated: curved("TunebookGated", ofGate),
  gated_gradient: curved("TunebookGatedGradient", ofGate),
  rms_norm: rmsNorm,
  rms_norm_gradient: rmsNormGradient,
  rope,
  layer_norm: norm,
  layer_norm_gradient: normGradient,
  dropout,
  attention,
  attention_gradient: attentionGradient,
  cached_attention: cachedAttention,
  linear,
  low_rank_linear: lowRankLinear,
};

/** Returns the table with our kernels in place of TensorFlow's where they apply. */
export function withKernelLowerings(lowerings: TensorflowLoweringsByOp): TensorflowLoweringsByOp {
  const kernelLowerings = Object.entries<AnyKernel>(kernels).flatMap(([op, kernel]): [string, NodeLowering][] => {
    // An op without a TensorFlow lowering is computed by its decomposition where the kernels are missing.
    const plain: NodeLowering = lowerings[op] ?? (() => []);
    return [[op, (l, node) => kernel(l, node, plain) ?? plain(l, node)]];
  });
  return { ...lowerings, ...Object.fromEntries(kernelLowerings) };
}
