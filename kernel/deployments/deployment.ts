/**
 * What travels beside a deployed model so that raw text in gives the notebook's answer, anywhere: its task, its labels, the
 * length that texts are cut to, its template, and the graphs of its files. `tunebook.json` in a deployment's home.
 */
import { join } from "node:path";
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { Call } from "#dsl/language/types/value.js";
import type { DataPlan, ModelPlan } from "#dsl/language/types/subject.js";
import type { Fitted } from "#stdlib/calibrations/kind.js";
import type { Written } from "#stdlib/targets/kind.js";
import { fitted } from "../runs/calibration.js";
import { call } from "../runs/plan-schema.js";
import type { Reading } from "../bases/token-types.js";
import { fields, figure, jsonIn, object, table, type Schema } from "../fetch/json.js";
import { NotRead, readWhole } from "../fetch/regular.js";

export const DEPLOYMENT = "tunebook.json";

export interface Deployment {
  readonly version: 1;
  /** As the notebook calls the model. */
  readonly name: string;
  readonly target: Call;
  /** The word of its family. */
  readonly family: string;
  /** Without a folder of the machine that made it. */
  readonly base: string;
  readonly task: Call;
  readonly technique: Call;
  readonly labels: readonly string[];
  readonly roles: readonly string[];
  readonly max_length: number;
  /** Of models that read conversations: how they are written; null: as the template beside it says. Absent: they read none. */
  readonly template?: Call | null;
  /** What was done to the rows that it learnt from; texts that it is asked are to be treated so too. */
  readonly clean: readonly Call[];
  readonly written: Written;
  /** config.json, where it doesn't lie beside it: of an adapter, whose base has its own. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What was fitted once it was trained, by which the notebook's answers follow from the logits of the files. Absent: nothing. */
  readonly fitted?: Fitted;
  readonly tunebook: string;
}

/** Bytes: the labels of large tasks take kilobytes. */
const MOST = 64 * 2 ** 20;

const port = fields({
  name: v.string(),
  dtype: v.picklist(["f32", "f16", "i32", "i64", "bool"]),
  shape: v.array(v.union([v.number(), v.string()])),
});
const graph = fields({
  file: v.string(),
  inputs: table(port),
  outputs: table(port),
  fixed: v.exactOptional(table(v.number())),
});
const written: Schema<Written> = fields({
  tolerance: v.nullable(figure),
  agreement: v.exactOptional(figure),
  graphs: v.exactOptional(table(graph)),
});
const schema: Schema<Deployment> = fields({
  version: v.literal(1),
  name: v.string(),
  target: call,
  family: v.string(),
  base: v.string(),
  task: call,
  technique: call,
  labels: v.array(v.string()),
  roles: v.array(v.string()),
  max_length: v.number(),
  template: v.exactOptional(v.nullable(call)),
  clean: v.array(call),
  written,
  config: v.exactOptional(object),
  fitted: v.exactOptional(fitted),
  tunebook: v.string(),
});

/** Coded errors `no-deployment`, `deployment-unreadable`. */
export function readDeployment(home: string): Deployment {
  const file = join(home, DEPLOYMENT);
  try {
    const bytes = readWhole(file, MOST);
    if (bytes === null) throw new CodedError("no-deployment", { folder: home });
    return jsonIn(bytes.toString("utf8"), schema);
  } catch (error) {
    if (error instanceof CodedError && error.code === "no-deployment") throw error;
    const why = error instanceof NotRead ? error.why : error instanceof Error ? error.message : String(error);
    throw new CodedError("deployment-unreadable", { file, why });
  }
}

/** How its rows are read, as a plan has it. Nothing of the data is in it but the roles. */
export function readingOf(d: Deployment, home: string): Reading {
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
