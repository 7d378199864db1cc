/** A SavedModel with its weights inside; what a program of 2 GB and more would be is refused. */
import { emitInference, MOST, SIGNATURE, weightBytes } from "#dsl/tensor/backends/tensorflow/inference.js";
import type { TargetImplementation } from "./kind.js";
import { writeCompanions } from "./shared/companion-files.js";
import { forwardOf, graphFile, weightsOf } from "./shared/forward.js";
import { asked, read, said } from "./shared/python.js";
import { python as quoted } from "../text/quoting.js";
import { tooLarge } from "./shared/too-large.js";

export const FILE = "saved_model.pb";

export const savedmodel: TargetImplementation = {
  refuses: (_call, model) => tooLarge(weightBytes(forwardOf(model)), MOST, "a SavedModel with its weights inside"),
  async write(_call, model, out) {
    const program = forwardOf(model);
    const { savedModel } = emitInference(program, await weightsOf(model, program));
    await out.write(FILE, savedModel);
    await writeCompanions(model, out);
    return { graphs: { forward: graphFile(FILE, program, model) }, tolerance: 1e-4 };
  },
  calls: (_call, model, at) => [
    {
      language: "Python",
      needs: ["tensorflow", "tokenizers"],
      code: [
        ...["import json", "import numpy as np", "import tensorflow as tf", "from tokenizers import Tokenizer", ""],
        `folder = ${quoted(at)}`,
        ...asked(model),
        `model = tf.saved_model.load(folder)`,
        `answer = model.signatures[${quoted(SIGNATURE)}](**{name: tf.constant(values) for name, values in inputs.items()})`,
        ...read("answer[name].numpy()", model),
        ...said(model),
        "",
      ].join("\n"),
    },
  ],
};
