/**
 * Opens the written transformers folder in Tunebook, as with `base:`. `tunebook verify` checks that transformers gives
 * the same outputs, if Python has it.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { RuntimeDefinition } from "../runtime.js";

export const tunebookRuntime: RuntimeDefinition = {
  title: "Tunebook, from the written files",
  found: () => Promise.resolve(null),
  async open(_place, _written, options) {
    const { session, engine, close } = await mustExist(options, "how it is opened again").reopen();
    return { version: engine.info.title, session, close };
  },
};
