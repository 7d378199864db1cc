/** Target `huggingface`: a transformers folder, copied from the merged model or the adapter. */
import type { NDArray } from "#dsl/tensor/program.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { TargetImplementation } from "./kind.js";
import { restoreHeads } from "../sparsities/shared/whole-heads.js";
import { endpointHandlerScriptText } from "./shared/handler.js";
import { safetensorsBytes } from "./shared/safetensors.js";
import { sentenceTransformersFiles } from "./shared/sentence-transformers.js";
import { transformersCallExamples } from "./shared/transformers-calls.js";
import { registry } from "../registry.js";
import { word } from "./huggingface.js";

/** Targets that support modules which a technique adds to the model. */
const GRAPHS = "`onnx`, `savedmodel`, `tflite`, `coreml` and `container`";

const WHOLE = "remove `weights: adapter`";

export const huggingface: TargetImplementation = {
  refuses(call, model) {
    const { weights } = argumentsWithDefaults(word, call);
    const { around, adapter, peft } = model;
    const { call: task, implementation } = model.parts.task;
    if (implementation.ownHead?.(task))
      return `transformers has no class with a head over the mean of a text's states; ${GRAPHS} support it in their graphs`;
    if (weights === "adapter" && !adapter)
      return { why: "all its weights trained, so there is no adapter", help: WHOLE };
    if (around !== null && !peft)
      return `${around} cannot be merged into the model's weights, and PEFT has no adapter of that kind; ${GRAPHS} support it in their graphs`;
    if (weights === "adapter" && !peft)
      return { why: "PEFT has no adapter of that kind, but it can be merged into the weights", help: WHOLE };
    if (weights === "merged" && around !== null)
      return {
        why: `${around} cannot be merged into the model's weights`,
        help: "write `weights: adapter`, which is as PEFT reads it",
      };
    return null;
  },
  async write(call, model, out) {
    const { weights, handler } = argumentsWithDefaults(word, call);
    const whole = weights === undefined ? model.around === null : weights === "merged";
    const full = whole ? restoreHeads(model, registry.find("model", model.family.word)?.capabilities) : null;
    if (full) {
      const read = async (name: string): Promise<NDArray> => full.whole(name, await model.read(name));
      await out.write("model.safetensors", safetensorsBytes(full.shapes, read));
      await out.write("config.json", `${JSON.stringify(full.config, null, 2)}\n`);
    } else if (whole) await out.copy(["model.safetensors", "config.json"]);
    else await out.copy(model.adapter ?? [], "", "adapter");
    await out.copy(model.files);
    if (whole) for (const [path, text] of sentenceTransformersFiles(model)) await out.write(path, text);
    if (handler) await out.write("handler.py", endpointHandlerScriptText(model, whole));
    return {
      tolerance: 1e-4,
      ...(full && {
        left: [
          {
            part: "removed heads",
            instead: "they are written as zeros: transformers 5 does not read `pruned_heads`",
          },
        ],
      }),
      ...(!whole && {
        left: [{ part: "the base's weights", instead: "PEFT loads them by their name with the adapter" }],
      }),
    };
  },
  calls: (call, model, place) => {
    const { weights } = argumentsWithDefaults(word, call);
    return transformersCallExamples(model, place, weights !== "adapter" && model.around === null);
  },
  pushes(call) {
    const { push, private: hidden } = argumentsWithDefaults(word, call);
    const name = push?.arguments["env"];
    return typeof name === "string"
      ? { repository: argumentsWithDefaults(word, call).path, env: name, private: hidden }
      : null;
  },
};
