/** The functions that we use of tfjs-node-gpu's native addon; loads the addon without the package's JavaScript. */
import { createRequire } from "node:module";
import util from "node:util";

/** A tensor in TensorFlow's memory; it lives until `deleteTensor`. */
export interface TensorHandle {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: number;
}
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}
export interface TensorflowBinding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_INT: number;
  isUsingGpuDevice(): boolean;
  /** The tensor shares the array's memory: do not change the array until the tensor is deleted. */
  createTensor(shape: number[], dtype: number, values: Float32Array | Int32Array | Uint8Array): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  executeOp(name: string, attributes: OpAttribute[], inputs: number[], outputs: number): TensorHandle[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputs: number[], inputNames: string, outputNames: string): TensorHandle[];
  getNumOfTensors(): number;
}

/**
 * Loads the addon into this process. Restores two functions that Node 23 removed and that tfjs and similar packages
 * still call.
 */
export function loadTensorflowBinding(addon: string): TensorflowBinding {
  const removed = { isNullOrUndefined: (x: unknown) => x === null || x === undefined, isArray: Array.isArray };
  for (const [name, f] of Object.entries(removed)) if (!(name in util)) Reflect.set(util, name, f);
  return createRequire(import.meta.url)(addon) as TensorflowBinding;
}
