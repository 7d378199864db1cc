/** Quantization settings in config.json (`quantization_config`) of models that `compress` quantized. */
import type { ActivationRanges, ActivationQuantization } from "../../layers/rounded-activations.js";

export interface WeightQuantization {
  readonly weights: "int8" | "int4";
  /** Quantization of activations; null for none. */
  readonly activations: ActivationQuantization | null;
}

/** Own method name in config.json, so that no other library attempts to load the file. */
const METHOD = "tunebook";

export function quantizedConfig({ weights, activations }: WeightQuantization): Readonly<Record<string, unknown>> {
  const activationSetting = activations === null ? "float" : activations.by === "rows" ? "rows" : activations.bounds;
  return { quantization_config: { quant_method: METHOD, weights, activations: activationSetting } };
}

/** Reads the settings; null if another tool wrote them or the fields are invalid. */
export function readQuantizedConfig(config: Readonly<Record<string, unknown>>): WeightQuantization | null {
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
