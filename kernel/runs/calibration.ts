/**
 * What was fitted to rows of validation after a training: `calibration.json` in the run's folder, of one checkpoint's weights.
 * Answers follow from it, so that a file which is torn or changed is an error and no hint.
 */
import { join } from "node:path";
import * as v from "valibot";
import canonicalize from "canonicalize";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { sha256 } from "#platform/digest.js";
import type { Fitted } from "#stdlib/calibrations/kind.js";
import { writePrivate } from "../fetch/private.js";
import { fields, jsonIn, table, Unlike, whole, type Schema } from "../fetch/json.js";
import { writing } from "./folder-errors.js";
import { readRegular } from "./read-regular.js";

export const CALIBRATION = "calibration.json";
const VERSION = 1;

export interface Calibration extends Fitted {
  /** Of the checkpoint whose logits it is of. */
  readonly step: number;
  /** What it was fitted to: the data's name and content hash, the split, its rows. */
  readonly data: string;
  readonly dataHash: string;
  readonly split: string;
  readonly rows: number;
}

const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const parts = { temperature: v.exactOptional(positive), thresholds: v.exactOptional(table(share)) };
export const fitted: Schema<Fitted> = fields(parts);
const schema: Schema<Calibration & { readonly sha256: string }> = fields({
  version: v.literal(VERSION),
  step: whole(),
  data: v.string(),
  dataHash: v.string(),
  split: v.string(),
  rows: whole(1),
  sha256: v.string(),
  ...parts,
});

export function writeCalibration(folder: string, calibration: Calibration): void {
  const file = join(folder, CALIBRATION);
  const told = { version: VERSION, ...calibration };
  try {
    writePrivate(file, `${JSON.stringify({ ...told, sha256: digestOf(told) }, null, 2)}\n`);
  } catch (error) {
    throw writing(error, file);
  }
}

/** Null: nothing was fitted to the weights of this step. Coded error `calibration-broken`. */
export function readCalibration(folder: string, step: number): Calibration | null {
  const file = join(folder, CALIBRATION);
  const text = readRegular(file);
  if (text === null) return null;
  try {
    const { sha256: told, ...calibration } = jsonIn(text, schema);
    if (told !== digestOf(calibration)) throw new Unlike("it was changed: its checksum is another");
    return calibration.step === step ? calibration : null;
  } catch (error) {
    if (error instanceof Unlike) throw new CodedError("calibration-broken", { file, why: error.why });
    throw error;
  }
}

function digestOf(calibration: object): string {
  return sha256()
    .update(canonicalize(calibration) ?? "")
    .end();
}
