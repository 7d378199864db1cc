export type PythonGroup =
  | "presidio"
  | "cleanlab"
  | "datasets"
  | "fairness"
  | "jupyter"
  | "lab"
  | "oracles"
  | "optuna"
  | "ray"
  | "optuna-gp"
  | "scores"
  | "deploy"
  | "readers"
  | "executorch"
  | "vllm"
  | "serve"
  | "clients"
  | "autogluon"
  | "flower"
  | "tensorboard"
  | "privacy"
  | "mlflow";
export declare class ToolError extends Error {
  readonly name: "ToolError";
  readonly code: string;
  readonly help: string;
}
/** Folder of everything big that Tunebook fetches or builds: TUNEBOOK_CACHE, else ~/.cache/tunebook. */
export declare function cacheFolder(): string;
/** Path of a script (`python`, `jupyter-lab`) inside an environment. */
export declare function scriptIn(folder: string, name: string): string;
export declare function findPython(): Promise<{ command: string; args: string[]; version: string }>;
/** A virtual environment with the group's requirements, made once and reused; rejects with a `ToolError`. */
export declare function ensurePythonEnv(
  group: PythonGroup,
  options?: { onProgress?: (line: string) => void; signal?: AbortSignal },
): Promise<{ folder: string; python: string }>;
/** Holds `folder` for this process until what it gives is called; `onWait`: another one holds it. */
export declare function lock(folder: string, onWait: () => void): Promise<() => Promise<void>>;
/** The Python of a group's environment if it has been made, else null. */
export declare function pythonOf(group: PythonGroup): Promise<string | null>;
