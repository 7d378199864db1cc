/** The activations that `linear` may apply to its own result, as an engine's product kernel can: by name, with their ops. */
import type { Op } from "./op.js";
import { gelu } from "./ops/gelu.js";
import { relu } from "./ops/relu.js";
import { sigmoid } from "./ops/sigmoid.js";
import { tanh } from "./ops/tanh.js";
import type { Attributes } from "./program.js";
import { Misfit } from "./shape.js";

export interface FusedActivation {
  readonly op: Op;
  readonly attributes: Attributes;
  /** Whether the gradient can be had from the result, so that x · wᵀ itself need not be kept. */
  readonly fromResult: boolean;
}

export const FUSED_ACTIVATIONS: Readonly<Record<string, FusedActivation>> = {
  relu: { op: relu, attributes: {}, fromResult: true },
  tanh: { op: tanh, attributes: {}, fromResult: true },
  sigmoid: { op: sigmoid, attributes: {}, fromResult: true },
  gelu: { op: gelu, attributes: { approximate: false }, fromResult: false },
  gelu_tanh: { op: gelu, attributes: { approximate: true }, fromResult: false },
};

/** The activation that a node's attributes name, if any. Throws `Misfit` for a name it doesn't know. */
export function activationOf(attributes: Attributes): FusedActivation | undefined {
  const name = attributes["activation"];
  if (name === undefined) return undefined;
  const known = FUSED_ACTIVATIONS[name as string];
  if (!known) throw new Misfit(`there is no activation ${JSON.stringify(name)}`);
  return known;
}

/** The name under which `linear` knows an activation's node; undefined where it doesn't. */
export function activationNamed(op: string, attributes: Attributes): string | undefined {
  const found = Object.entries(FUSED_ACTIVATIONS).find(
    ([, a]) => a.op.name === op && (a.op !== gelu || a.attributes["approximate"] === attributes["approximate"]),
  );
  return found?.[0];
}
