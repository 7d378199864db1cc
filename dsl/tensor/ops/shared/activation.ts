/** The activations that `linear` can apply to its result, as engines' product kernels can: by name, with their ops. */
import { oneOfAttribute, optionalAttribute, type InferAttributes, type AttributeSchema } from "../../attributes.js";
import type { Op } from "../../op.js";
import { gelu } from "../gelu.js";
import { relu } from "../relu.js";
import { sigmoid } from "../sigmoid.js";
import { tanh } from "../tanh.js";
import type { Attributes, Node } from "../../program.js";
import type { GraphBuilder, Tensor } from "../../tensor.js";
import type { ArrayValues } from "../../values.js";

export interface FusedActivation {
  readonly op: Op;
  readonly attributes: Attributes;
  /** The gradient follows from the result alone, so that x · wᵀ need not be stored. */
  readonly fromResult: boolean;
  /** Returns the gradient of x from x, y = f(x) and dy. */
  gradient(graph: GraphBuilder, x: Tensor, y: Tensor, dy: Tensor): Tensor | undefined;
  evaluate(x: ArrayValues): ArrayValues;
}
function fused<S extends AttributeSchema>(
  op: Op<readonly ["x"], readonly ["y"], S>,
  attributes: InferAttributes<S>,
  fromResult: boolean,
): FusedActivation {
  return {
    op,
    attributes,
    fromResult,
    gradient: (graph, x, y, dy) => op.gradient?.(graph, { inputs: [x], outputs: [y], attributes }, [dy], [true])[0],
    evaluate: (x) => op.evaluate([x], attributes, [x.shape])[0],
  };
}

const NAMES = ["relu", "tanh", "sigmoid", "gelu", "gelu_tanh"] as const;
export type LinearActivationName = (typeof NAMES)[number];
const FUSED: Readonly<Record<LinearActivationName, FusedActivation>> = {
  relu: fused(relu, {}, true),
  tanh: fused(tanh, {}, true),
  sigmoid: fused(sigmoid, {}, true),
  gelu: fused(gelu, { approximate: false }, false),
  gelu_tanh: fused(gelu, { approximate: true }, false),
};

export const LINEAR_ATTRIBUTES = {
  activation: optionalAttribute(oneOfAttribute(NAMES, (_, name) => `there is no activation ${JSON.stringify(name)}`)),
};

export function fusedActivationOf({
  activation,
}: InferAttributes<typeof LINEAR_ATTRIBUTES>): FusedActivation | undefined {
  return activation && FUSED[activation];
}

/** Returns the name that `linear` uses for an activation's node; undefined if it has none. */
export function linearActivationNameOf({ op, attributes }: Node): LinearActivationName | undefined {
  return NAMES.find((name) => {
    const known = FUSED[name];
    return known.op.name === op && Object.entries(known.attributes).every(([key, value]) => attributes[key] === value);
  });
}
