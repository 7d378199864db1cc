/**
 * Calibration fitted to validation rows after a training: `calibration.json` in the run's folder, for one checkpoint's
 * weights. Predictions depend on it, so a truncated or changed file is an error.
 */
import { join } from "node:path";
import * as v from "valibot";
import canonicalize from "canonicalize";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { sha256 } from "#platform/digest.js";
import type { FittedCalibration } from "#stdlib/calibrations/kind.js";
import { writePrivateFile } from "../fetch/private.js";
import { objectWith, parseJsonAs, dictionaryOf, SchemaMismatch, wholeNumber, type Schema } from "../fetch/json.js";
import { toRunFolderError } from "./folder-errors.js";
import { readRegularFile } from "./read-events.js";

export const CALIBRATION_FILE = "calibration.json";
const VERSION = 1;

export interface Calibration extends FittedCalibration {
  /** Step of the checkpoint whose logits were fitted. */
  readonly step: number;
  /** Fitted data: name and content hash of the data, the split, and its number of rows. */
  readonly data: string;
  readonly dataHash: string;
  readonly split: string;
  readonly rows: number;
}

const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const parts = { temperature: v.exactOptional(positive), thresholds: v.exactOptional(dictionaryOf(share)) };
export const calibrationSchema: Schema<FittedCalibration> = objectWith(parts);
const schema: Schema<Calibration & { readonly sha256: string }> = objectWith({
  version: v.literal(VERSION),
  step: wholeNumber(),
  data: v.string(),
  dataHash: v.string(),
  split: v.string(),
  rows: wholeNumber(1),
  sha256: v.string(),
  ...parts,
});

export function writeCalibration(folder: string, calibration: Calibration): void {
  const file = join(folder, CALIBRATION_FILE);
  const content = { version: VERSION, ...calibration };
  try {
    writePrivateFile(file, `${JSON.stringify({ ...content, sha256: digestOf(content) }, null, 2)}\n`);
  } catch (error) {
    throw toRunFolderError(error, file);
  }
}

/** Returns null if nothing was fitted to the weights of this step. Throws the coded error `calibration-broken`. */
export function readCalibration(folder: string, step: number): Calibration | null {
  const file = join(folder, CALIBRATION_FILE);
  const text = readRegularFile(file);
  if (text === null) return null;
  try {
    const { sha256: storedChecksum, ...calibration } = parseJsonAs(text, schema);
    if (storedChecksum !== digestOf(calibration)) throw new SchemaMismatch("it was changed: its checksum is another");
    return calibration.step === step ? calibration : null;
  } catch (error) {
    if (error instanceof SchemaMismatch) throw new CodedError("calibration-broken", { file, why: error.why });
    throw error;
  }
}

function digestOf(calibration: object): string {
  return sha256()
    .update(canonicalize(calibration) ?? "")
    .end();
}
