/**
 * Target `onnx`: a folder of ONNX models that transformers.js can open, with the graphs in `onnx/` next to config.json
 * and the tokenizer's files.
 */
import { modelFile } from "#dsl/tensor/backends/onnx/file.js";
import { roundToInt8WithLayerBounds } from "#dsl/tensor/backends/onnx/rounding/fixed.js";
import { roundGraphToFloat16 } from "#dsl/tensor/backends/onnx/rounding/half.js";
import { roundToInt4 } from "#dsl/tensor/backends/onnx/rounding/int4.js";
import { roundToInt8 } from "#dsl/tensor/backends/onnx/rounding/int8.js";
import type { StandaloneGraph } from "#dsl/tensor/backends/onnx/standalone.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { ModelToDeploy, GraphFile, GraphName, TargetImplementation, DeploymentResult } from "./kind.js";
import { onnxCallExamples } from "./shared/onnx/calls.js";
import { onnxConfigOf } from "./shared/onnx/config.js";
import { onnxFileName, type OnnxWeightPrecision } from "./shared/onnx/files.js";
import { calibrateGraph } from "./shared/onnx/calibration.js";
import { onnxGraphsToExport } from "./shared/onnx/graphs.js";
import { word } from "./onnx.js";

export const onnx: TargetImplementation = {
  refuses(given, model) {
    const { quantize, calibrate } = argumentsWithDefaults(word, given);
    if (model.rounding && quantize === undefined)
      return {
        why: "activations of its layers are rounded to bytes, so unrounded numbers say nothing about it",
        help: "write `quantize: int8`",
      };
    if (calibrate !== undefined && quantize !== "int8")
      return { why: "`calibrate` needs `quantize: int8`", help: "write that too, or remove `calibrate`" };
    if (calibrate !== undefined && isPair(model))
      return {
        why: "the decoder of an encoder-decoder reads the encoder's output, which is not a row of tokens",
        help: "remove `calibrate`",
      };
    const { call, implementation } = model.parts.technique;
    if (isDecoder(model) && (implementation.virtual?.(call).cached ?? 0) > 0)
      return `${call.word} puts virtual tokens before each text, which a graph with cached keys and values does not support`;
    return null;
  },
  async write(call, model, out) {
    const { quantize, calibrate } = argumentsWithDefaults(word, call);
    // A model with fixed activation scales uses the same scales here.
    const known = model.rounding?.by === "bounds" ? model.rounding.bounds : null;
    const graphs: Partial<Record<GraphName, GraphFile>> = {};
    const large: string[] = [];
    for (const outgoing of onnxGraphsToExport(model)) {
      const { name, graph: exact, ports } = outgoing;
      const graph =
        quantize === "int8" && known
          ? roundToInt8WithLayerBounds(exact, (weight) => known[weight.replace(/\.weight$/, "")])
          : calibrate !== undefined
            ? await calibrateGraph(outgoing, await model.calibration(calibrate), out)
            : quantize
              ? ROUNDED[quantize](exact)
              : exact;
      const file = onnxFileName(name, isPair(model), quantize);
      const data = `${file}_data`;
      const bytes = modelFile(graph, data.slice(data.lastIndexOf("/") + 1));
      await out.write(file, bytes.model());
      if (bytes.data) await out.write(data, bytes.data());
      if (bytes.data) large.push(file);
      graphs[name] = { file, ...ports };
    }
    await out.write("config.json", onnxConfigOf(model, graphs, { rounding: quantize, large }));
    await out.copy(model.files.filter((name) => name !== SETTINGS));
    await out.write(SETTINGS, await settingsFor(model));
    const fixed = (calibrate !== undefined || (quantize === "int8" && known !== null)) && {
      rounded: "weights int8 by outputs, activations int8 by fixed scales",
    };
    return { graphs, ...(quantize ? PROVED[quantize] : { tolerance: 1e-4 }), ...fixed };
  },
  calls: (call, model, place) => onnxCallExamples(model, place, argumentsWithDefaults(word, call).quantize),
};

const ROUNDED: Readonly<Record<OnnxWeightPrecision, (graph: StandaloneGraph) => StandaloneGraph>> = {
  f16: roundGraphToFloat16,
  int8: roundToInt8,
  int4: roundToInt4,
};
/** Tolerances that are verified for each quantization. */
const PROVED: Readonly<Record<OnnxWeightPrecision, Pick<DeploymentResult, "tolerance" | "agreement" | "rounded">>> = {
  f16: { tolerance: 2e-2, rounded: "weights and products f16, sums f32" },
  int8: { tolerance: null, agreement: 0.95, rounded: "weights int8 by outputs, activations int8 by rows" },
  int4: { tolerance: null, agreement: 0.9, rounded: "weights int4 by blocks of 32, activations f32" },
};

const SETTINGS = "tokenizer_config.json";
/** Sets the truncation length for readers to the length that the model was trained with. */
async function settingsFor({ files, file, maxLength }: ModelToDeploy): Promise<string> {
  const given: unknown = files.includes(SETTINGS) ? JSON.parse(new TextDecoder().decode(await file(SETTINGS))) : {};
  return `${JSON.stringify({ ...(given as object), model_max_length: maxLength }, null, 2)}\n`;
}

const isPair = ({ parts }: ModelToDeploy): boolean => parts.family.shape === "encoder-decoder";
const isDecoder = ({ parts }: ModelToDeploy): boolean => parts.family.shape === "decoder";
