/** Weights in Python's pickle format: known by their names, so that they can be refused with the reason; never opened. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";

const PICKLE = /\.(bin|pt|pth|ckpt|pkl|pickle)$/i;
/** What trainers leave beside the weights. */
const OTHERS = /^(training_args|optimizer|scheduler|scaler|rng_state)/i;

export function isPickleFile(name: string): boolean {
  return PICKLE.test(name) && !OTHERS.test(name.replace(/^.*[\\/]/, ""));
}

/** The error of a place that has no safetensors: `base-pickled` where it has weights as pickles, else `base-incomplete`. */
export function noSafetensorsError(folder: string, names: Iterable<string>): CodedError {
  const pickles = [...names].filter(isPickleFile).sort();
  const file = pickles.find((name) => /model/.test(name)) ?? pickles[0];
  if (file !== undefined) return new CodedError("base-pickled", { place: folder, file });
  return new CodedError("base-incomplete", { folder, missing: "model.safetensors" });
}
