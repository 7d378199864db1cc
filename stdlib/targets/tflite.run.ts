/** Target `tflite`: a LiteRT file, converted from the SavedModel of the same program by TensorFlow's converter. */
import {
  emitInferenceModel,
  MAX_FILE_BYTES,
  SIGNATURE_NAME,
  weightByteCount,
} from "#dsl/tensor/backends/tensorflow/inference.js";
import type { CodeExample, ModelToDeploy, TargetImplementation, DeploymentResult } from "./kind.js";
import { writeConfigAndTokenizer } from "./shared/companion-files.js";
import { fixedSizesOf, halfPrecisionTolerance, fixedShapeProblem, maxWrittenTokens } from "./shared/fixed-shape.js";
import { forwardProgramOf, graphFileOf, programWeights } from "./shared/forward.js";
import { litertCallExample } from "./shared/litert-call.js";
import { pythonInputLines, pythonLogitsLines, pythonPredictionLines } from "./shared/python.js";
import { pythonString as quoted } from "../text/quoting.js";
import { tooLargeReason } from "./shared/too-large.js";

const SOURCE = "saved";

export const tflite: TargetImplementation = {
  refuses: (call, model) =>
    fixedShapeProblem(call, model) ??
    tooLargeReason(weightByteCount(forwardProgramOf(model)), MAX_FILE_BYTES, "a LiteRT file"),
  room: maxWrittenTokens,
  async write(call, model, out) {
    const program = forwardProgramOf(model);
    const fixed = fixedSizesOf(call, model);
    const { savedModel } = emitInferenceModel(program, await programWeights(model, program), fixed);
    await out.write(`${SOURCE}/saved_model.pb`, savedModel);
    const quantize = call.arguments["quantize"] ?? "none";
    await out.tool("litert", { from: SOURCE, to: "main", quantize });
    await writeConfigAndTokenizer(model, out);
    return { graphs: { forward: graphFileOf("main", program, model, fixed) }, ...nearness(quantize, model) };
  },
  calls(call, model, place) {
    const free = call.arguments["shape"] === "free";
    const pairs = model.family.implementation.shape === "encoder-decoder";
    const code = [
      ...["import json", "import numpy as np", "from ai_edge_litert.interpreter import Interpreter"],
      ...["from tokenizers import Tokenizer", "", `file = ${quoted(place)}`, 'folder = file + ".files"'],
      `runner = Interpreter(file).get_signature_runner(${quoted(SIGNATURE_NAME)})`,
      ...(free ? [] : ['size, width = runner.get_input_details()["input_ids"]["shape"]']),
      ...(free || !pairs ? [] : ['written = runner.get_input_details()["decoder_input_ids"]["shape"][1]']),
      ...pythonInputLines(model, free ? undefined : "int(width)"),
      ...(free ? ["answer = runner(**inputs)"] : BY_PARTS),
      ...pythonLogitsLines("answer[name]", model),
      ...pythonPredictionLines(model),
      "",
    ];
    const page = free ? null : litertCallExample(model, place);
    const python: CodeExample = {
      language: "Python",
      needs: ["ai-edge-litert", "numpy", "tokenizers"],
      code: code.join("\n"),
    };
    return page ? [python, page] : [python];
  },
};

/** Reads batches of the file's fixed size; the last text is repeated to fill the last batch. */
const BY_PARTS = [
  "def part(values, start):",
  "    rows = values[start : start + size]",
  "    return np.concatenate([rows, np.repeat(rows[-1:], size - len(rows), 0)])",
  "starts = range(0, len(encoded), size)",
  "parts = [runner(**{name: part(values, start) for name, values in inputs.items()}) for start in starts]",
  "answer = {name: np.concatenate([one[name] for one in parts])[: len(encoded)] for name in parts[0]}",
];

function nearness(
  quantize: unknown,
  model: ModelToDeploy,
): Pick<DeploymentResult, "tolerance" | "agreement" | "rounded"> {
  if (quantize === "f16") return halfPrecisionTolerance(model);
  if (quantize === "int8") return { tolerance: null, agreement: 0.9, rounded: "weights int8, activations f32" };
  return { tolerance: 1e-4 };
}
