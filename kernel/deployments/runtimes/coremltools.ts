/**
 * Runs Core ML packages by coremltools' own implementation of each operation. Apple's runtime exists on Apple's systems
 * only.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { RuntimeDefinition } from "../runtime.js";
import { openFixedShapeModel } from "../fixed-shapes.js";
import { openPythonRuntime, findPythonWith } from "./python.js";

export const coremltoolsRuntime: RuntimeDefinition = {
  title: "coremltools (its own rules, not Apple's runtime)",
  found: async () =>
    (await findPythonWith("coremltools")) === null ? "`pip install coremltools numpy` brings it, in any Python" : null,
  async open(place, written) {
    const graphs = written.graphs ?? {};
    const python = mustExist(await findPythonWith("coremltools"), "a Python that was found");
    return openFixedShapeModel("coremltools", graphs, await openPythonRuntime(python, "coreml.py", { place, graphs }));
  },
};
