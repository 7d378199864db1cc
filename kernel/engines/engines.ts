/** All engines, in the order in which `auto` prefers them without measurements. */
import type { EngineName } from "./engine.js";
import { onnxEngine } from "./onnx/record.js";
import type { EngineRecord } from "./record.js";
import { tensorflowEngine } from "./tensorflow/record.js";
import { tfjsEngine } from "./tfjs/record.js";

export const engines: Readonly<Record<EngineName, EngineRecord>> = {
  tensorflow: tensorflowEngine,
  onnx: onnxEngine,
  tfjs: tfjsEngine,
};
export const allEngines: readonly EngineRecord[] = Object.values(engines);
/** Engines with measured matrix products, among which `auto` chooses. */
export const measuredEngines: readonly EngineRecord[] = allEngines.filter((one) => one.utilisation !== undefined);
