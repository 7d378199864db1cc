/** The TensorFlow engine, inside the host process: programs become one graph, run as a session of tfjs's native binding. */
import { CodedError } from "#dsl/check/codes.js";
import { emitTensorflow } from "#dsl/emit/tensorflow/emit.js";
import type { Program } from "#dsl/graph/program.js";
import type { Refusal } from "../engine.js";
import type { Backend } from "../host/backend.js";
import { loadBinding } from "../native/binding.js";
import { TensorflowSession } from "./session.js";

/** `addon`: the built binding. Throws what loading it throws. */
export function tensorflowBackend(addon: string, threads: number): Backend {
  const binding = loadBinding(addon);
  const gpu = binding.isUsingGpuDevice();
  return {
    info: {
      name: "tensorflow",
      title: `TensorFlow ${binding.TF_Version} (${gpu ? "GPU" : "CPU"}) through tfjs-node-gpu`,
      device: gpu ? "gpu" : "cpu",
      threads,
    },
    can: refusals,
    open: () => new TensorflowSession(binding),
  };
}

function refusals(program: Program): readonly Refusal[] {
  try {
    emitTensorflow({ program });
    return [];
  } catch (e) {
    if (!(e instanceof CodedError)) throw e;
    const { op = "program" } = e.data as { op?: string };
    return [{ op, why: e.message }];
  }
}
