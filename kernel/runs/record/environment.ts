/**
 * The environment variables recorded in a run's lock: those that can change a number or show which files were read.
 * This is a list and not a pattern, because another tool's `TF_VAR_…` contains passwords. Values that look like a
 * secret are left out.
 */
import { secretKeyDetector } from "#stdlib/personal-data/key.js";

export const RECORDED_VARIABLES: readonly string[] = [
  ...["OMP_NUM_THREADS", "OMP_PROC_BIND", "OMP_SCHEDULE", "KMP_AFFINITY", "KMP_BLOCKTIME", "GOMP_CPU_AFFINITY"],
  ...["MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_CBWR", "MKL_DEBUG_CPU_TYPE"],
  ...["ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "ONEDNN_DEFAULT_FPMATH_MODE", "DNNL_DEFAULT_FPMATH_MODE"],
  ...["TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "TF_ENABLE_ONEDNN_OPTS", "TF_ONEDNN_ASSUME_FROZEN_WEIGHTS"],
  ...["TF_DETERMINISTIC_OPS", "TF_CUDNN_DETERMINISTIC", "TF_ENABLE_TF32_OVERRIDE", "TF_XLA_FLAGS", "XLA_FLAGS"],
  ...["TF_GPU_ALLOCATOR", "TF_FORCE_GPU_ALLOW_GROWTH", "CUDA_VISIBLE_DEVICES", "NVIDIA_TF32_OVERRIDE"],
  ...["CUBLAS_WORKSPACE_CONFIG", "ORT_DISABLE_ALL_OPTIMIZATIONS"],
  ...["TUNEBOOK_TENSORFLOW", "TUNEBOOK_THREADS", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"],
  ...["NODE_OPTIONS", "UV_THREADPOOL_SIZE", "TZ", "LANG", "LC_ALL"],
];
/** Maximum length of a setting's value; a longer value is treated as a secret. */
const LONGEST = 400;

export function recordedEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    RECORDED_VARIABLES.flatMap((name): (readonly [string, string])[] => {
      const value = env[name];
      return value === undefined || value === "" || looksSecret(value) ? [] : [[name, value]];
    }),
  );
}

/**
 * Reports whether a value has the shape of a key, contains an address with user or password, or is too long to check.
 */
export function looksSecret(value: string): boolean {
  return value.length > LONGEST || /:\/\/[^/\s]*@/.test(value) || secretKeyDetector(value).length > 0;
}
