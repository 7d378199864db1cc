/**
 * Ops that our own kernels compute (`native/kernels`), for engines that have them: one pass over memory where TensorFlow's
 * take several, and attention without its square in memory. What a kernel can't do falls back to TensorFlow's own.
 */
import { attentionAttributes, attentionInputs, type AttentionInputs } from "#dsl/graph/heads.js";
import { gateOf, geluKind, type Smooth } from "#dsl/graph/gelu.js";
import type { Node, Ref } from "#dsl/graph/program.js";
import { threshold } from "#dsl/graph/random.js";
import { ropeAttributes } from "#dsl/graph/rope.js";
import type { Lower, Lowering, Make, Value } from "../lowering.js";
import { rates, type InPlace } from "./optimizers.js";
import { tables } from "./rope.js";
import type { AttributeValue, TypeName } from "../saved-model.js";

type Attributes = Readonly<Record<string, AttributeValue>>;
/** Undefined: not this node. */
type KernelLower = (l: Lowering, node: Node) => readonly Make[] | undefined;

const COMPUTED: ReadonlySet<TypeName> = new Set<TypeName>(["f32", "bf16"]);
const fits = (l: Lowering, ref: Ref): boolean => COMPUTED.has(l.dtypeOf(ref));

/** A node of the kernel with attribute T of the input. */
function call(l: Lowering, op: string, like: Ref, inputs: readonly string[], attributes: Attributes): string {
  return l.graph.node(op, inputs, { T: { type: l.dtypeOf(like) }, ...attributes });
}
/** The flat form where there is one. */
function rows(node: Node, tensor: string, output = 0): Value {
  return node.types[output]!.shape.length > 2 ? { flat: tensor } : { full: tensor };
}

/** As `native/kernels/activation.cc` numbers them. */
const CURVES: readonly Smooth[] = ["gelu", "gelu_tanh", "gelu_quick", "silu"];

/** An op over tensors of one shape; all its outputs are of that shape too. */
function curved(op: string, curve: (node: Node) => Smooth): KernelLower {
  return (l, node) => {
    const [x] = node.inputs as [Ref];
    if (!fits(l, x)) return undefined;
    const kind = { kind: { int: CURVES.indexOf(curve(node)) } };
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
const ofGelu = (node: Node): Smooth => geluKind(node.attributes);
const ofGate = (node: Node): Smooth => gateOf(node.attributes);
const ofSilu = (): Smooth => "silu";

const norm: KernelLower = (l, node) => {
  const [x, scale, bias] = node.inputs as [Ref, Ref, Ref];
  if (!fits(l, x) || l.dtypeOf(scale) !== "f32") return undefined;
  const made = (): string =>
    call(l, "TunebookNorm", x, [l.flat(x), l.full(scale), l.full(bias)], normAttributes(node, true));
  const perRow = (output: number) => () => ({
    full: l.reshape(`${made()}:${output}`, l.shape(node.types[output]!.shape), "f32"),
  });
  return [() => rows(node, made()), perRow(1), perRow(2)];
};
const normGradient: KernelLower = (l, node) => {
  const [x, scale, mean, variance, dy] = node.inputs as [Ref, Ref, Ref, Ref, Ref];
  if (!fits(l, x) || l.dtypeOf(scale) !== "f32") return undefined;
  const parameters = l.usesOutput(node, 1) || l.usesOutput(node, 2);
  const made = (): string =>
    call(l, "TunebookNormGradient", x, [l.flat(x), l.full(scale), l.full(mean), l.full(variance), l.flat(dy)], {
      ...normAttributes(node, true),
      parameters: { bool: parameters },
    });
  return [() => rows(node, made()), () => ({ full: `${made()}:1` }), () => ({ full: `${made()}:2` })];
};
/** Its second output per row is 1/√(mean square + ε), as rms_norm has it; the bias is not read. */
const rmsNorm: KernelLower = (l, node) => {
  const [x, scale] = node.inputs as [Ref, Ref];
  if (!fits(l, x) || l.dtypeOf(scale) !== "f32") return undefined;
  const weight = l.full(scale);
  const made = (): string => call(l, "TunebookNorm", x, [l.flat(x), weight, weight], normAttributes(node, false));
  return [() => rows(node, made()), () => ({ full: l.reshape(`${made()}:2`, l.shape(node.types[1]!.shape), "f32") })];
};
const rmsNormGradient: KernelLower = (l, node) => {
  const [x, scale, inverse, dy] = node.inputs as [Ref, Ref, Ref, Ref];
  if (!fits(l, x) || l.dtypeOf(scale) !== "f32") return undefined;
  const perRow = l.full(inverse);
  const made = (): string =>
    call(l, "TunebookNormGradient", x, [l.flat(x), l.full(scale), perRow, perRow, l.flat(dy)], {
      ...normAttributes(node, false),
      parameters: { bool: l.usesOutput(node, 1) },
    });
  return [() => rows(node, made()), () => ({ full: `${made()}:1` })];
};

const rope: KernelLower = (l, node) => {
  const [x, positions] = node.inputs as [Ref, Ref];
  if (!fits(l, x)) return undefined;
  const a = ropeAttributes(node.attributes);
  return [
    () => {
      const { cos, sin } = tables(l, positions, a);
      const attributes = {
        ...{ heads: { int: a.heads }, interleaved: { bool: a.interleaved } },
        sign: { float: a.inverse ? -1 : 1 },
      };
      return { flat: call(l, "TunebookRope", x, [l.flat(x), cos, sin], attributes) };
    },
  ];
};

function normAttributes(node: Node, centred: boolean): Attributes {
  return {
    centred: { bool: centred },
    epsilon: { float: node.attributes["epsilon"] as number },
    offset: { float: (node.attributes["offset"] as number | undefined) ?? 0 },
  };
}

const dropout: KernelLower = (l, node) => {
  const [x, step] = node.inputs as [Ref, Ref];
  if (!fits(l, x)) return undefined;
  const { rate, seed, site } = node.attributes as { rate: number; seed: number; site: number };
  return [
    () =>
      rows(
        node,
        call(l, "TunebookDropout", x, [l.flat(x), l.full(step)], {
          ...{ rate: { float: rate }, seed: { int: seed | 0 }, site: { int: site } },
          bound: { int: threshold(rate) },
        }),
      ),
  ];
};

interface Attending {
  readonly inputs: AttentionInputs<Ref>;
  readonly tensors: readonly string[];
  readonly attributes: Attributes;
}
/** What both directions share; undefined where scores get a bias or are capped. */
function attending(l: Lowering, node: Node): Attending | undefined {
  const a = attentionAttributes(node.attributes);
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
      ...{ heads: { int: a.heads }, key_value_heads: { int: a.key_value_heads }, causal: { bool: a.causal } },
      ...{ window: { int: a.window }, scale: { float: a.scale }, rate: { float: a.rate }, seed: { int: a.seed | 0 } },
      ...{ site: { int: a.site }, bound: { int: threshold(a.rate) } },
    },
  };
}
function attention(plain: Lower): KernelLower {
  return (l, node) => {
    const made = attending(l, node);
    if (!made) return undefined;
    const { inputs, tensors, attributes } = made;
    // Probabilities are made only where they are asked for, by TensorFlow's own products.
    return [() => ({ full: call(l, "TunebookAttention", inputs.q, tensors, attributes) }), () => plain(l, node)[1]!()];
  };
}
/** Reads no probabilities: it makes them again from what went into the node that made them, and the sums that it kept. */
const attentionGradient: KernelLower = (l, node) => {
  const [probabilities, context, dcontext] = node.inputs.slice(3) as [Ref, Ref, Ref];
  const forward = l.nodeOf(probabilities);
  if (forward.op !== "attention" || l.nodeOf(context) !== forward || l.usesOutput(node, 3)) return undefined;
  const made = attending(l, forward);
  if (!made) return undefined;
  const tensors = [...made.tensors, l.full(dcontext), `${l.full(context)}:1`];
  const out = (): string => call(l, "TunebookAttentionGradient", made.inputs.q, tensors, made.attributes);
  return [0, 1, 2].map((output) => () => ({ full: output === 0 ? out() : `${out()}:${output}` }));
};

/** All in one pass, over views of the variables. */
const adamw: InPlace = (l, node, _handles, after) => {
  const { beta1, beta2 } = node.attributes as { beta1: number; beta2: number };
  const { step, epsilon, decay } = rates(l, node);
  const [parameter, m, v, gradient, , , scale] = node.inputs as [Ref, Ref, Ref, Ref, Ref, Ref, Ref?];
  const tensors = [parameter, m, v, gradient].map((ref) => l.full(ref));
  const waits = after.filter((name) => !tensors.includes(name)).map((name) => `^${name}`);
  return l.graph.node(
    "TunebookAdamW",
    [...tensors, step, epsilon, decay, scale ? l.full(scale) : l.graph.float(1), ...waits],
    { beta1: { float: beta1 }, beta2: { float: beta2 } },
  );
};
export const kernelsInPlace: Readonly<Record<string, InPlace>> = { adamw };

const kernels: Readonly<Record<string, (plain: Lower) => KernelLower>> = {
  gelu: () => curved("TunebookActivation", ofGelu),
  gelu_gradient: () => curved("TunebookActivationGradient", ofGelu),
  silu: () => curved("TunebookActivation", ofSilu),
  silu_gradient: () => curved("TunebookActivationGradient", ofSilu),
  gated: () => curved("TunebookGated", ofGate),
  gated_gradient: () => curved("TunebookGatedGradient", ofGate),
  rms_norm: () => rmsNorm,
  rms_norm_gradient: () => rmsNormGradient,
  rope: () => rope,
  layer_norm: () => norm,
  layer_norm_gradient: () => normGradient,
  dropout: () => dropout,
  attention,
  attention_gradient: () => attentionGradient,
};

/** The table with our kernels where they serve. */
export function withKernels(lowerings: Readonly<Record<string, Lower>>): Readonly<Record<string, Lower>> {
  const own = Object.entries(kernels).map(([op, make]): [string, Lower] => {
    const plain = lowerings[op]!;
    const kernel = make(plain);
    return [op, (l, node) => kernel(l, node) ?? plain(l, node)];
  });
  return { ...lowerings, ...Object.fromEntries(own) };
}
