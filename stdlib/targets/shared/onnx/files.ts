/** File names that transformers.js and Optimum expect for ONNX models. */
import type { GraphName } from "../../kind.js";

export type OnnxWeightPrecision = "f16" | "int8" | "int4";

const SUFFIXES: Readonly<Record<OnnxWeightPrecision, string>> = { f16: "_fp16", int8: "_quantized", int4: "_q4" };
/** `dtype` names in transformers.js. */
const DTYPES: Readonly<Record<OnnxWeightPrecision, string>> = { f16: "fp16", int8: "q8", int4: "q4" };

/** `pair`: whether it is an encoder-decoder. */
export function onnxFileName(graph: GraphName, pair: boolean, rounding: OnnxWeightPrecision | undefined): string {
  const name = !pair ? "model" : graph === "encoder" ? "encoder_model" : "decoder_model_merged";
  return `onnx/${name}${rounding ? SUFFIXES[rounding] : ""}.onnx`;
}
export function onnxDtypeName(rounding: OnnxWeightPrecision | undefined): string {
  return rounding ? DTYPES[rounding] : "fp32";
}
