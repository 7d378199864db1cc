/** What config.json says of a model whose weights lie as whole numbers (`quantization_config`), where `compress` wrote it. */
import type { ActivationBounds, RoundedActivations } from "../../layers/rounded-activations.js";

export interface Quantized {
  readonly weights: "int8" | "int4";
  /** Null: they stay as they are. */
  readonly activations: RoundedActivations | null;
}

/** Of config.json: no other library takes the file for what it can read. */
const METHOD = "tunebook";

export function quantizedConfig({ weights, activations }: Quantized): Readonly<Record<string, unknown>> {
  const told = activations === null ? "float" : activations.by === "rows" ? "rows" : activations.bounds;
  return { quantization_config: { quant_method: METHOD, weights, activations: told } };
}

/** Null: it isn't ours, or its fields are other ones. */
export function quantizedOf(config: Readonly<Record<string, unknown>>): Quantized | null {
  const own = config["quantization_config"];
  if (typeof own !== "object" || own === null) return null;
  const { quant_method: method, weights, activations } = own as Readonly<Record<string, unknown>>;
  if (method !== METHOD || (weights !== "int8" && weights !== "int4")) return null;
  if (activations === "float") return { weights, activations: null };
  if (activations === "rows") return { weights, activations: { by: "rows" } };
  if (!areBounds(activations)) return null;
  return { weights, activations: { by: "bounds", bounds: activations } };
}

function areBounds(value: unknown): value is ActivationBounds {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(
    (pair: unknown) => Array.isArray(pair) && pair.length === 2 && pair.every((one) => Number.isFinite(one)),
  );
}
