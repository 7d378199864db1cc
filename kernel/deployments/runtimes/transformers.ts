/** Runs a transformers folder in transformers, if a Python has it: `tunebook verify FOLDER --runtime transformers`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { GraphFile } from "#stdlib/targets/kind.js";
import { ADAPTER_FILES } from "../../runs/folders/adapter-folder.js";
import { loadImplementation } from "../../host/load-implementation.js";
import { readDeployment } from "../deployment.js";
import type { RuntimeDefinition } from "../runtime.js";
import { openPythonRuntime, findPythonWith } from "./python.js";

const ids = (name: string) => ({ name, dtype: "i64", shape: ["batch", "length"] }) as const;
/** Inputs of any model that makes predictions. */
const FORWARD: GraphFile = {
  file: "",
  inputs: {
    input_ids: ids("input_ids"),
    attention_mask: ids("attention_mask"),
    token_type_ids: ids("token_type_ids"),
  },
  outputs: { logits: { name: "logits", dtype: "f32", shape: [] } },
};

export const transformersRuntime: RuntimeDefinition = {
  title: "transformers",
  reads: ["tunebook"],
  async found() {
    return (await findPythonWith("transformers", "torch")) === null
      ? "`pip install transformers torch peft` brings it to the Python on the path, or to that of TUNEBOOK_PYTHON"
      : null;
  },
  async open(place, _written, options) {
    const python = mustExist(await findPythonWith("transformers", "torch"), "a Python that was found");
    const { task, tokenTypes } = await readingIn(place);
    const { token_type_ids: types, ...plain } = FORWARD.inputs;
    const inputs = { ...plain, ...(tokenTypes && types && { token_type_ids: types }) };
    const graphs = (await loadImplementation(task, "task")).answers ? { forward: { ...FORWARD, inputs } } : {};
    const alone = existsSync(join(place, ADAPTER_FILES.config));
    const opening = { place, graphs, ...(alone && { base: await mustExist(options, "the base's location").base() }) };
    return { ...(await openPythonRuntime(python, "of_transformers.py", opening)), graphs };
  },
};

/** Token types matter for rows of two texts only; models without them don't accept any. */
function readingIn(place: string) {
  const { task, roles } = readDeployment(place);
  const tokenTypes = ["text_pair", "context"].some((role) => roles.includes(role));
  return Promise.resolve({ task, tokenTypes });
}
