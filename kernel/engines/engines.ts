/** The engines there are, in the order in which `auto` takes them where nothing was measured. */
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
/** Those whose products were measured, between which `auto` chooses. */
export const measuredEngines: readonly EngineRecord[] = allEngines.filter((one) => one.utilisation !== undefined);
