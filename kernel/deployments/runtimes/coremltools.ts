/** Core ML's packages in coremltools' own rules for each operation: not Apple's runtime, which is on Apple's systems alone. */
import { must } from "#dsl/language/diagnostics/must.js";
import type { RuntimeRecord } from "../runtime.js";
import { openFitted } from "../fixed-shapes.js";
import { openInPython, pythonWith } from "./python.js";

export const coremltools: RuntimeRecord = {
  title: "coremltools (its own rules, not Apple's runtime)",
  found: async () =>
    (await pythonWith("coremltools")) === null ? "`pip install coremltools numpy` brings it, in any Python" : null,
  async open(place, written) {
    const graphs = written.graphs ?? {};
    const python = must(await pythonWith("coremltools"), "a Python that was found");
    return openFitted("coremltools", graphs, await openInPython(python, "coreml.py", { place, graphs }));
  },
};
