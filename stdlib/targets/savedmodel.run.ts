/** Target `savedmodel`: a SavedModel with its weights inside. Programs of 2 GB and more are refused. */
import {
  emitInferenceModel,
  MAX_FILE_BYTES,
  SIGNATURE_NAME,
  weightByteCount,
} from "#dsl/tensor/backends/tensorflow/inference.js";
import type { TargetImplementation } from "./kind.js";
import { writeConfigAndTokenizer } from "./shared/companion-files.js";
import { forwardProgramOf, graphFileOf, programWeights } from "./shared/forward.js";
import { pythonInputLines, pythonLogitsLines, pythonPredictionLines } from "./shared/python.js";
import { pythonString as quoted } from "../text/quoting.js";
import { tooLargeReason } from "./shared/too-large.js";

export const SAVED_MODEL_FILE = "saved_model.pb";

export const savedmodel: TargetImplementation = {
  refuses: (_call, model) =>
    tooLargeReason(weightByteCount(forwardProgramOf(model)), MAX_FILE_BYTES, "a SavedModel with its weights inside"),
  async write(_call, model, out) {
    const program = forwardProgramOf(model);
    const { savedModel } = emitInferenceModel(program, await programWeights(model, program));
    await out.write(SAVED_MODEL_FILE, savedModel);
    await writeConfigAndTokenizer(model, out);
    return { graphs: { forward: graphFileOf(SAVED_MODEL_FILE, program, model) }, tolerance: 1e-4 };
  },
  calls: (_call, model, place) => [
    {
      language: "Python",
      needs: ["tensorflow", "tokenizers"],
      code: [
        ...["import json", "import numpy as np", "import tensorflow as tf", "from tokenizers import Tokenizer", ""],
        `folder = ${quoted(place)}`,
        ...pythonInputLines(model),
        `model = tf.saved_model.load(folder)`,
        `answer = model.signatures[${quoted(SIGNATURE_NAME)}](**{name: tf.constant(values) for name, values in inputs.items()})`,
        ...pythonLogitsLines("answer[name].numpy()", model),
        ...pythonPredictionLines(model),
        "",
      ].join("\n"),
    },
  ],
};
