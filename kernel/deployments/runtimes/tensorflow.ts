/** Runs SavedModels in TensorFlow, through tfjs's binding and without our kernels, as in common serving. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { addonCacheKey } from "../../engines/native/compile.js";
import { findTensorflow, type TensorflowInstallation } from "../../engines/native/layout.js";
import type { RuntimeDefinition } from "../runtime.js";
import { openRuntimeProcess } from "./process.js";

const native = async (): Promise<TensorflowInstallation | null> => {
  const key = await addonCacheKey();
  return findTensorflow(key, "cpu") ?? findTensorflow(key);
};

export const tensorflowRuntime: RuntimeDefinition = {
  title: "TensorFlow",
  found: async () => ((await native()) ? null : "tunebook setup brings it"),
  async open(place, written) {
    const { addon } = mustExist(await native(), "a TensorFlow that was found");
    const opening = { place, graphs: written.graphs ?? {}, library: addon };
    return openRuntimeProcess("./tensorflow-main.js", "TensorFlow", opening, {
      TF_CPP_MIN_LOG_LEVEL: "3",
      CUDA_VISIBLE_DEVICES: "",
    });
  },
};
