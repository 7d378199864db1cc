/**
 * The TensorFlow engine, in the host process: programs become one graph, run as a session of tfjs's native binding.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { tensorflowGraph } from "#dsl/tensor/backends/tensorflow/emit.js";
import type { Program } from "#dsl/tensor/program.js";
import type { OpRefusal } from "../engine.js";
import type { Backend } from "../host/backend.js";
import { loadTensorflowBinding, type TensorflowBinding } from "../native/binding.js";
import { TensorflowSession } from "./session.js";

/** `addon`: path of the built binding. Throws its loading errors. */
export function tensorflowBackend(addon: string, threads: number): Backend {
  const binding = loadTensorflowBinding(addon);
  const gpu = binding.isUsingGpuDevice();
  const kernels = !gpu && hasKernels(binding);
  // The benefit of graph rewriting is not measured on a GPU or without our kernels: there TensorFlow uses its defaults.
  if (!kernels) process.env["TUNEBOOK_REWRITING"] ??= "1";
  return {
    info: {
      name: "tensorflow",
      title: `TensorFlow ${binding.TF_Version} (${gpu ? "GPU" : "CPU"}) through tfjs-node-gpu`,
      device: gpu ? "gpu" : "cpu",
      threads,
    },
    can: refusals,
    open: () => new TensorflowSession(binding, { kernels, whole: gpu }),
  };
}

/**
 * Whether the addon contains our kernels; an addon compiled by others does not. `TUNEBOOK_KERNELS=0` disables them.
 */
function hasKernels(binding: TensorflowBinding): boolean {
  if (process.env["TUNEBOOK_KERNELS"] === "0") return false;
  const x = binding.createTensor([1], binding.TF_FLOAT, Float32Array.of(1));
  try {
    const attributes = [
      { name: "T", type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
      { name: "kind", type: binding.TF_ATTR_INT, value: 0 },
    ];
    for (const { id } of binding.executeOp("TunebookActivation", attributes, [x], 1)) binding.deleteTensor(id);
    return true;
  } catch {
    return false;
  } finally {
    binding.deleteTensor(x);
  }
}

function refusals(program: Program): readonly OpRefusal[] {
  try {
    tensorflowGraph({ program });
    return [];
  } catch (e) {
    if (!(e instanceof CodedError)) throw e;
    const { op = "program" } = e.data as { op?: string };
    return [{ op, why: e.message }];
  }
}
