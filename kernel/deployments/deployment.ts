/**
 * Metadata of a deployed model, so that raw text gives the notebook's predictions anywhere: its task, labels, maximum
 * length, template, and the graphs of its files. Stored as `tunebook.json` in a deployment's home.
 */
import { join } from "node:path";
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { Call, DataPlan, ModelPlan } from "#dsl/language/types/value.js";
import type { FittedCalibration } from "#stdlib/calibrations/kind.js";
import type { DeploymentResult } from "#stdlib/targets/kind.js";
import { calibrationSchema } from "../runs/calibration.js";
import { callSchema } from "../runs/plan-schema.js";
import type { ModelAndDataPlan } from "../bases/token-types.js";
import { objectWith, anyNumber, parseJsonAs, jsonObject, dictionaryOf, type Schema } from "../fetch/json.js";
import { FileNotRead, readWholeFile } from "../fetch/regular.js";

export const DEPLOYMENT_FILE = "tunebook.json";

export interface Deployment {
  readonly version: 1;
  /** The model's name in the notebook. */
  readonly name: string;
  readonly target: Call;
  /** Word of its model family. */
  readonly family: string;
  /** Name without a local folder. */
  readonly base: string;
  readonly task: Call;
  readonly technique: Call;
  readonly labels: readonly string[];
  readonly roles: readonly string[];
  readonly max_length: number;
  /**
   * Chat template of models that read conversations; null: the template file next to it. Absent: the model reads none.
   */
  readonly template?: Call | null;
  /** Cleaners of the training rows, which must be applied to inputs as well. */
  readonly clean: readonly Call[];
  readonly written: DeploymentResult;
  /** config.json, if it isn't among the files: an adapter's base has its own. */
  readonly config?: Readonly<Record<string, unknown>>;
  /**
   * Calibration fitted after the training, which turns the files' logits into the notebook's predictions. Absent: none.
   */
  readonly fitted?: FittedCalibration;
  readonly tunebook: string;
}

/** Maximum bytes: the labels of large tasks take kilobytes. */
const MOST = 64 * 2 ** 20;

const port = objectWith({
  name: v.string(),
  dtype: v.picklist(["f32", "f16", "i32", "i64", "bool"]),
  shape: v.array(v.union([v.number(), v.string()])),
});
const graph = objectWith({
  file: v.string(),
  inputs: dictionaryOf(port),
  outputs: dictionaryOf(port),
  fixed: v.exactOptional(dictionaryOf(v.number())),
});
const written: Schema<DeploymentResult> = objectWith({
  tolerance: v.nullable(anyNumber),
  agreement: v.exactOptional(anyNumber),
  graphs: v.exactOptional(dictionaryOf(graph)),
});
const schema: Schema<Deployment> = objectWith({
  version: v.literal(1),
  name: v.string(),
  target: callSchema,
  family: v.string(),
  base: v.string(),
  task: callSchema,
  technique: callSchema,
  labels: v.array(v.string()),
  roles: v.array(v.string()),
  max_length: v.number(),
  template: v.exactOptional(v.nullable(callSchema)),
  clean: v.array(callSchema),
  written,
  config: v.exactOptional(jsonObject),
  fitted: v.exactOptional(calibrationSchema),
  tunebook: v.string(),
});

/** Throws the coded errors `no-deployment`, `deployment-unreadable`. */
export function readDeployment(home: string): Deployment {
  const file = join(home, DEPLOYMENT_FILE);
  try {
    const bytes = readWholeFile(file, MOST);
    if (bytes === null) throw new CodedError("no-deployment", { folder: home });
    return parseJsonAs(bytes.toString("utf8"), schema);
  } catch (error) {
    if (error instanceof CodedError && error.code === "no-deployment") throw error;
    const why = error instanceof FileNotRead ? error.why : error instanceof Error ? error.message : String(error);
    throw new CodedError("deployment-unreadable", { file, why });
  }
}

/** Returns the reading plan of its rows. Of the data it contains only the roles. */
export function modelAndDataPlanOf(d: Deployment, home: string): ModelAndDataPlan {
  const model: ModelPlan = {
    name: d.name,
    base: home,
    folder: home,
    baseHash: null,
    task: d.task,
    technique: isRecord(d.technique) ? d.technique : { word: "full", kind: "technique", arguments: {} },
    max_length: d.max_length,
    ...(d.template !== undefined && { template: d.template }),
  };
  const data: DataPlan = {
    name: "",
    source: {},
    folder: home,
    clean: [],
    split: null,
    labels: null,
    sample: null,
    seed: 0,
    columns: Object.fromEntries(d.roles.map((role) => [role, role])),
  };
  return { recipe: { model, data } };
}
