/**
 * The converter from SavedModel to LiteRT in TensorFlow's library. A small program of ours (`native/converter`) calls
 * it; it is built once, next to the library. The build and doctor check that the library has the symbols it needs.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { addonCacheKey, compileExecutable } from "./compile.js";
import { findTensorflow, type TensorflowInstallation } from "./layout.js";

const SOURCE = fileURLToPath(new URL("../../../../native/converter/convert.cc", import.meta.url));

export interface LitertConverter {
  readonly program: string;
  readonly library: string;
  readonly version: string;
}

/**
 * Finds the converter and builds it if missing; returns the reason if it is unavailable. Coded errors: those of
 * compiling.
 */
export async function findLitertConverter(signal?: AbortSignal): Promise<LitertConverter | { readonly why: string }> {
  const key = await addonCacheKey();
  const native = findTensorflow(key, "cpu") ?? findTensorflow(key);
  if (!native) return { why: "TensorFlow's library has not been set up on this machine" };
  return findLitertConverterIn(native, signal);
}

export async function findLitertConverterIn(
  native: TensorflowInstallation,
  signal?: AbortSignal,
): Promise<LitertConverter | { readonly why: string }> {
  if (native.from !== "wheel") return { why: `TensorFlow ${native.version} has no converter that can be called` };
  const library = join(native.folder, "tensorflow", "libtensorflow_cc.so.2");
  const key = createHash("sha256")
    .update(await readFile(SOURCE))
    .digest("hex")
    .slice(0, 8);
  const program = join(native.folder, `converter-${key}`, "convert");
  if (!existsSync(program)) await compileExecutable(SOURCE, program, signal);
  return { program, library, version: native.version };
}

/** Lists the functions that the library lacks; null if it has all that the converter calls. */
export async function missingConverterFunctions({
  program,
  library,
  version,
}: LitertConverter): Promise<string | null> {
  const { code, stdout, stderr } = await runLitertConverter(program, [library]);
  if (code === 0) return null;
  const symbols = stdout.trim().split("\n").filter(Boolean);
  return symbols.length > 0
    ? `TensorFlow ${version} lacks ${symbols.join(", ")}`
    : `its program ended with ${String(code)}: ${stderr.trim().split("\n").at(-1) ?? ""}`;
}

export function runLitertConverter(
  program: string,
  args: readonly string[],
): Promise<{ readonly code: number | string; readonly stdout: string; readonly stderr: string }> {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "2", TF_ENABLE_ONEDNN_OPTS: "0", CUDA_VISIBLE_DEVICES: "" };
  return new Promise((resolve) => {
    execFile(program, [...args], { env, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.signal ?? error.code ?? 1), stdout, stderr });
    });
  });
}
