/**
 * Runs LiteRT files: in LiteRT.js, which supports fixed shapes only, and with dynamic shapes in Python's
 * ai-edge-litert, if installed.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { nodeEnv } from "#tools/node-env.mjs";
import type { DeploymentResult } from "#stdlib/targets/kind.js";
import { openFixedShapeModel } from "../fixed-shapes.js";
import type { RuntimeDefinition } from "../runtime.js";
import { openRuntimeProcess } from "./process.js";
import { openPythonRuntime, findPythonWith } from "./python.js";

const TITLE = "LiteRT.js";
const isFixed = (written?: DeploymentResult): boolean =>
  Object.values(written?.graphs ?? {}).every(({ fixed }) => fixed !== undefined);

export const litertRuntime: RuntimeDefinition = {
  title: "LiteRT",
  async found(written) {
    if (isFixed(written) && nodeEnv("litert").ready) return null;
    if ((await findPythonWith("ai_edge_litert")) !== null) return null;
    return isFixed(written)
      ? "`tunebook setup litert` brings LiteRT.js, `pip install ai-edge-litert` Python's"
      : "it runs free shapes in Python alone: `pip install ai-edge-litert numpy` brings it";
  },
  async open(place, written) {
    const graphs = written.graphs ?? {};
    const { folder, ready } = nodeEnv("litert");
    if (!isFixed(written) || !ready) {
      const python = mustExist(await findPythonWith("ai_edge_litert"), "a Python that was found");
      return openFixedShapeModel(
        "ai-edge-litert",
        graphs,
        await openPythonRuntime(python, "litert.py", { place, graphs }),
      );
    }
    return openFixedShapeModel(
      TITLE,
      graphs,
      await openRuntimeProcess("./litert-main.js", TITLE, { place, graphs, library: folder }),
    );
  },
};
