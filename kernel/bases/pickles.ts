/**
 * Detects weights in Python's pickle format by file name, to refuse them with the reason. The files are never opened.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";

const PICKLE = /\.(bin|pt|pth|ckpt|pkl|pickle)$/i;
/** Files that trainers write next to the weights. */
const OTHERS = /^(training_args|optimizer|scheduler|scaler|rng_state)/i;

export function isPickleFile(name: string): boolean {
  return PICKLE.test(name) && !OTHERS.test(name.replace(/^.*[\\/]/, ""));
}

/**
 * Returns the error for a place without safetensors: `base-pickled` if it has pickled weights, else `base-incomplete`.
 */
export function noSafetensorsError(folder: string, names: Iterable<string>): CodedError {
  const pickles = [...names].filter(isPickleFile).sort();
  const file = pickles.find((name) => /model/.test(name)) ?? pickles[0];
  if (file !== undefined) return new CodedError("base-pickled", { place: folder, file });
  return new CodedError("base-incomplete", { folder, missing: "model.safetensors" });
}
