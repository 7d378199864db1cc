/** Loads a built addon in a child process and multiplies two matrices with it; reports the reason if that fails. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { objectWith, parseJsonOrNull, type Schema } from "#kernel/fetch/json.js";

export interface AddonProbeResult {
  readonly version: string;
  readonly gpu: boolean;
  /** Speed of the matrix product 512×768×3072, best of several, in GFLOP/s. */
  readonly gflops: number;
  /** Seconds to load it. */
  readonly loading: number;
}

const probe: Schema<AddonProbeResult> = objectWith({
  version: v.string(),
  gpu: v.boolean(),
  gflops: v.number(),
  loading: v.number(),
});

/** Coded error: `addon-broken`. */
export async function probeAddon(addon: string): Promise<AddonProbeResult> {
  const main = fileURLToPath(new URL("./probe-main.js", import.meta.url));
  return new Promise((resolve, reject) => {
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" };
    execFile(
      process.execPath,
      [main, addon],
      { env, timeout: 120_000, maxBuffer: 1 << 22 },
      (error, stdout, stderr) => {
        const result = parseJsonOrNull(/^TUNEBOOK (.*)$/m.exec(stdout)?.[1] ?? "", probe);
        if (result) return resolve(result);
        const last = stderr
          .trim()
          .split("\n")
          .filter((l) => !/^\s+at /.test(l))
          .slice(-3)
          .join(" ");
        const why = error?.signal
          ? `it ended with signal ${error.signal}`
          : last || (error?.message ?? "it gave no output");
        reject(new CodedError("addon-broken", { addon, why }, { cause: error }));
      },
    );
  });
}
