/**
 * A folder of transformers, opened by Tunebook itself from the files that were written: what anybody does who names it as
 * `base:`. That transformers reads the same in it is what `tunebook verify` shows where Python has it.
 */
import { must } from "#dsl/language/diagnostics/must.js";
import type { RuntimeRecord } from "../runtime.js";

export const tunebookRuntime: RuntimeRecord = {
  title: "Tunebook, from the written files",
  found: () => Promise.resolve(null),
  async open(_place, _written, options) {
    const { session, engine, close } = await must(options, "how it is opened again").reopen();
    return { version: engine.info.title, session, close };
  },
};
