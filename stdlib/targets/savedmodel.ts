import { defineWord } from "#dsl/language/types/define.js";
import { folderParameter, misplacedVerbKeyAdvice } from "./shared/parameters.js";

export const word = defineWord({
  kind: "target",
  name: "savedmodel",
  doc: "TensorFlow's SavedModel: one graph with its weights and the signature `serving_default`, with named inputs and outputs (input_ids, attention_mask, logits). TensorFlow in Python, C++ and Java and TensorFlow Serving open it; the tokenizer and the label names are in the same folder.",
  example: 'deploy router to savedmodel("build/router")',
  elsewhere: {
    saved_model: "savedmodel",
    tensorflow: "savedmodel",
    tf: "savedmodel",
    keras: "savedmodel",
    folder: "path",
  },
  advice: misplacedVerbKeyAdvice,
  parameters: [folderParameter],
  capabilities: {
    writes: "folder",
    runtime: "tensorflow",
    readBy: ["TensorFlow (Python, C++, Java)", "TensorFlow Serving"],
  },
  load: () => import("./savedmodel.run.js").then((m) => m.savedmodel),
});
