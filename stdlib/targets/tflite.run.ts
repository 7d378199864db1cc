/** A LiteRT file: the SavedModel of the same program, through the converter inside TensorFlow's library. */
import { emitInference, MOST, SIGNATURE, weightBytes } from "#dsl/tensor/backends/tensorflow/inference.js";
import type { CopiedCall, Deployed, TargetImplementation, Written } from "./kind.js";
import { writeCompanions } from "./shared/companion-files.js";
import { fixedSizes, halved, noShape, roomIn } from "./shared/fixed-shape.js";
import { forwardOf, graphFile, weightsOf } from "./shared/forward.js";
import { litertCall } from "./shared/litert-call.js";
import { asked, read, said } from "./shared/python.js";
import { python as quoted } from "../text/quoting.js";
import { tooLarge } from "./shared/too-large.js";

const SOURCE = "saved";

export const tflite: TargetImplementation = {
  refuses: (call, model) => noShape(call, model) ?? tooLarge(weightBytes(forwardOf(model)), MOST, "a LiteRT file"),
  room: roomIn,
  async write(call, model, out) {
    const program = forwardOf(model);
    const fixed = fixedSizes(call, model);
    const { savedModel } = emitInference(program, await weightsOf(model, program), fixed);
    await out.write(`${SOURCE}/saved_model.pb`, savedModel);
    const quantize = call.arguments["quantize"] ?? "none";
    await out.tool("litert", { from: SOURCE, to: "main", quantize });
    await writeCompanions(model, out);
    return { graphs: { forward: graphFile("main", program, model, fixed) }, ...nearness(quantize, model) };
  },
  calls(call, model, at) {
    const free = call.arguments["shape"] === "free";
    const pairs = model.family.implementation.shape === "encoder-decoder";
    const code = [
      ...["import json", "import numpy as np", "from ai_edge_litert.interpreter import Interpreter"],
      ...["from tokenizers import Tokenizer", "", `file = ${quoted(at)}`, 'folder = file + ".files"'],
      `runner = Interpreter(file).get_signature_runner(${quoted(SIGNATURE)})`,
      ...(free ? [] : ['size, width = runner.get_input_details()["input_ids"]["shape"]']),
      ...(free || !pairs ? [] : ['written = runner.get_input_details()["decoder_input_ids"]["shape"][1]']),
      ...asked(model, free ? undefined : "int(width)"),
      ...(free ? ["answer = runner(**inputs)"] : BY_PARTS),
      ...read("answer[name]", model),
      ...said(model),
      "",
    ];
    const page = free ? null : litertCall(model, at);
    const python: CopiedCall = {
      language: "Python",
      needs: ["ai-edge-litert", "numpy", "tokenizers"],
      code: code.join("\n"),
    };
    return page ? [python, page] : [python];
  },
};

/** As many texts at once as the file takes; the last one is read again where too few are left. */
const BY_PARTS = [
  "def part(values, start):",
  "    rows = values[start : start + size]",
  "    return np.concatenate([rows, np.repeat(rows[-1:], size - len(rows), 0)])",
  "starts = range(0, len(encoded), size)",
  "parts = [runner(**{name: part(values, start) for name, values in inputs.items()}) for start in starts]",
  "answer = {name: np.concatenate([one[name] for one in parts])[: len(encoded)] for name in parts[0]}",
];

function nearness(quantize: unknown, model: Deployed): Pick<Written, "tolerance" | "agreement" | "rounded"> {
  if (quantize === "f16") return halved(model);
  if (quantize === "int8") return { tolerance: null, agreement: 0.9, rounded: "weights int8, activations f32" };
  return { tolerance: 1e-4 };
}
