/**
 * Stored weights (in fewer bits) in a program: the states for their parts, and the nodes that dequantize them to f32.
 */
import { NF4_BLOCK, QUANTIZED_SCALES_PER_BLOCK } from "./numbers/quantize.js";
import type { Attributes, TensorState, StorageForm, StoredPart, Type } from "./program.js";
import { elementCountOfShape } from "./values.js";

/** A model's `storage` setting; `double`: whether the scales of nf4 are quantised too. */
export interface WeightStorage {
  readonly weights: "f32" | "bf16" | "int8" | "nf4";
  readonly double?: boolean;
}

/** Name and state of one part of a stored state. */
export function storedPartState(
  name: string,
  state: TensorState,
  stored: StorageForm,
  part: StoredPart,
): { readonly name: string; readonly state: TensorState } {
  const origin = { name, type: state.type, initial: state.initial };
  return {
    name: stored.as === "bf16" ? name : `${name}/${part}`,
    state: {
      type: typeOfPart(state.type, stored, part),
      trains: false,
      initial: { of: origin, take: { stored, part } },
    },
  };
}

/** Initial value of a state that is derived from the dequantized value of a stored one. */
export function initialFromDequantizedState(
  name: string,
  { type, initial }: TensorState,
  stored: StorageForm,
): TensorState["initial"] {
  return { of: { name, type, initial }, take: { stored, part: "value" } };
}

/** Appends nodes; returns the ref of each. */
export interface DequantizeNodeWriter<R> {
  part(part: StoredPart): R;
  node(op: string, inputs: readonly R[], attributes: Attributes): R;
}
/** Appends the nodes that dequantize a weight to f32; returns its ref. */
export function appendDequantize<R>(type: Type, stored: StorageForm, w: DequantizeNodeWriter<R>): R {
  if (stored.as === "bf16") return w.node("cast", [w.part("codes")], { dtype: "f32" });
  if (stored.as === "int8") return w.node("dequantize", [w.part("codes"), w.part("scales")], { axis: stored.axis });
  const shape = type.shape as readonly number[];
  const scales = stored.double
    ? w.node(
        "add",
        [
          w.node("dequantize_blocks", [w.part("scale_codes"), w.part("scale_scales")], {
            levels: "dynamic",
            block: QUANTIZED_SCALES_PER_BLOCK,
            shape: [Math.ceil(elementCountOfShape(shape) / NF4_BLOCK)],
          }),
          w.part("offset"),
        ],
        {},
      )
    : w.part("scales");
  return w.node("dequantize_blocks", [w.part("codes"), scales], { levels: "nf4", block: NF4_BLOCK, shape });
}

function typeOfPart({ shape }: Type, stored: StorageForm, part: StoredPart): Type {
  const sizes = shape as readonly number[];
  if (stored.as === "bf16") return { dtype: "bf16", shape };
  if (stored.as === "int8")
    return part === "codes" ? { dtype: "i8", shape } : { dtype: "f32", shape: [sizes[stored.axis]!] };
  const scales = Math.ceil(elementCountOfShape(sizes) / NF4_BLOCK);
  const blocks = Math.ceil(scales / QUANTIZED_SCALES_PER_BLOCK);
  switch (part) {
    case "codes":
      return { dtype: "u8", shape: [(scales * NF4_BLOCK) / 2] };
    case "scales":
      return { dtype: "f32", shape: [scales] };
    case "scale_codes":
      return { dtype: "u8", shape: [blocks * QUANTIZED_SCALES_PER_BLOCK] };
    case "scale_scales":
      return { dtype: "f32", shape: [blocks] };
    case "offset":
      return { dtype: "f32", shape: [] };
  }
}
