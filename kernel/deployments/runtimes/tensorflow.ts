/** SavedModels in TensorFlow itself, through tfjs's binding, with none of our kernels: as it serves everybody. */
import { must } from "#dsl/language/diagnostics/must.js";
import { addonKey } from "../../engines/native/compile.js";
import { findNative, type Native } from "../../engines/native/layout.js";
import type { RuntimeRecord } from "../runtime.js";
import { openApart } from "./process.js";

const native = async (): Promise<Native | null> => {
  const key = await addonKey();
  return findNative(key, "cpu") ?? findNative(key);
};

export const tensorflow: RuntimeRecord = {
  title: "TensorFlow",
  found: async () => ((await native()) ? null : "tunebook setup brings it"),
  async open(place, written) {
    const { addon } = must(await native(), "a TensorFlow that was found");
    const opening = { place, graphs: written.graphs ?? {}, library: addon };
    return openApart("./tensorflow-main.js", "TensorFlow", opening, {
      TF_CPP_MIN_LOG_LEVEL: "3",
      CUDA_VISIBLE_DEVICES: "",
    });
  },
};
