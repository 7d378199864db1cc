/** What config.json says of a model whose weights lie as whole numbers (`quantization_config`), where `compress` wrote it. */
import type { ActivationRanges, ActivationQuantization } from "../../layers/rounded-activations.js";

export interface QuantizedWeights {
  readonly weights: "int8" | "int4";
  /** Null: they stay as they are. */
  readonly activations: ActivationQuantization | null;
}

/** Of config.json: no other library takes the file for what it can read. */
const METHOD = "tunebook";

export function quantizedConfig({ weights, activations }: QuantizedWeights): Readonly<Record<string, unknown>> {
  const activationSetting = activations === null ? "float" : activations.by === "rows" ? "rows" : activations.bounds;
  return { quantization_config: { quant_method: METHOD, weights, activations: activationSetting } };
}

/** Null: it isn't ours, or its fields are other ones. */
export function readQuantizedConfig(config: Readonly<Record<string, unknown>>): QuantizedWeights | null {
  const settings = config["quantization_config"];
  if (typeof settings !== "object" || settings === null) return null;
  const { quant_method: method, weights, activations } = settings as Readonly<Record<string, unknown>>;
  if (method !== METHOD || (weights !== "int8" && weights !== "int4")) return null;
  if (activations === "float") return { weights, activations: null };
  if (activations === "rows") return { weights, activations: { by: "rows" } };
  if (!areBounds(activations)) return null;
  return { weights, activations: { by: "bounds", bounds: activations } };
}

function areBounds(value: unknown): value is ActivationRanges {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(
    (pair: unknown) => Array.isArray(pair) && pair.length === 2 && pair.every((one) => Number.isFinite(one)),
  );
}
