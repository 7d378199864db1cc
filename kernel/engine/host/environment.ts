/** The environment that a host process is started with: it must be set before TensorFlow is loaded. */
import { availableParallelism } from "node:os";
import type { EngineName } from "../engine.js";

export function hostThreads(threads?: number): number {
  return threads ?? availableParallelism();
}

/**
 * ONNX Runtime's binding hands every output back as a new array, even one that was written in place: memory that the C
 * library keeps costs no page faults at each step (`bench step --engine onnx`: a seventh faster, 5 % more memory).
 */
const KEEP_MEMORY = { MALLOC_MMAP_THRESHOLD_: "2000000000", MALLOC_TRIM_THRESHOLD_: "4000000000" };

/** `extra` wins over all. */
export function hostEnvironment(
  engine: EngineName,
  threads: number,
  extra: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  const count = String(threads);
  return {
    TF_CPP_MIN_LOG_LEVEL: "2",
    ...(engine === "onnx" && KEEP_MEMORY),
    ...process.env,
    OMP_NUM_THREADS: count,
    TF_NUM_INTRAOP_THREADS: count,
    TUNEBOOK_THREADS: count,
    ...extra,
    NODE_OPTIONS: "",
  };
}
