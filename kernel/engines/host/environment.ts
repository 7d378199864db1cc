/** The environment variables of a host process, which must be set before TensorFlow is loaded. */
import { availableParallelism } from "node:os";
import type { EngineName } from "../engine.js";
import { engines } from "../engines.js";

export function hostThreads(threads?: number): number {
  return threads ?? availableParallelism();
}

/** `extra` takes precedence. */
export function engineHostEnvironment(
  engine: EngineName,
  threads: number,
  extra: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  const count = String(threads);
  return {
    TF_CPP_MIN_LOG_LEVEL: "2",
    ...engines[engine].environment,
    ...process.env,
    OMP_NUM_THREADS: count,
    TF_NUM_INTRAOP_THREADS: count,
    TUNEBOOK_THREADS: count,
    ...engines[engine].required,
    ...extra,
    NODE_OPTIONS: "",
  };
}
