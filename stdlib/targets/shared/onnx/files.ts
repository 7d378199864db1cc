/** What ONNX files are called where transformers.js and Optimum look for them. */
import type { GraphName } from "../../kind.js";

export type OnnxRounding = "f16" | "int8" | "int4";

const SUFFIXES: Readonly<Record<OnnxRounding, string>> = { f16: "_fp16", int8: "_quantized", int4: "_q4" };
/** What transformers.js calls each as a `dtype`. */
const DTYPES: Readonly<Record<OnnxRounding, string>> = { f16: "fp16", int8: "q8", int4: "q4" };

/** `pair`: of an encoder-decoder. */
export function onnxFileName(graph: GraphName, pair: boolean, rounding: OnnxRounding | undefined): string {
  const name = !pair ? "model" : graph === "encoder" ? "encoder_model" : "decoder_model_merged";
  return `onnx/${name}${rounding ? SUFFIXES[rounding] : ""}.onnx`;
}
export function onnxDtypeName(rounding: OnnxRounding | undefined): string {
  return rounding ? DTYPES[rounding] : "fp32";
}
