/** The inputs of a training: its base, its tokenized rows, and their order. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import { withProgressLabel, type HostContext } from "../host/host-context.js";
import { DataLoader, type DataLoaderOptions } from "../data/rows/loader.js";
import { registry } from "#stdlib/registry.js";
import { addCanaryRows } from "../data/rows/canaries.js";
import { splitNamesOf, trainingSplitName, type PreparedData } from "../data/prepared.js";
import {
  encodeSplit,
  type EncodedRows,
  type RowEncodingOptions,
  rowEncodingOptionsOf,
} from "../data/encoding/encoded.js";
import type { DatasetCache } from "../session/answers/dataset-cache.js";
import type { ModelCache } from "../session/model-cache.js";
import { loadImplementation } from "../host/load-implementation.js";
import type { ReplayExemplar } from "../runs/continual-state.js";
import { withExemplars } from "./exemplars.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import type { BaseModel } from "../bases/base.js";
import type { ScheduleImplementation, StoppingImplementation } from "#stdlib/optimizers/kind.js";

/** The inputs of a training, before it has a run and an engine. */
export interface TrainingInputs {
  readonly base: BaseModel;
  readonly tokenizer: Tokenizer;
  /** The data without canaries; `rows` contains them. */
  readonly prepared: PreparedData;
  /** Labels of the model, in the order of its head: the data's own, unless it continues another model. */
  readonly labels: readonly string[];
  readonly encoding: RowEncodingOptions;
  readonly rows: EncodedRows;
  /** Null without validation. */
  readonly validation: EncodedRows | null;
  readonly loader: DataLoader;
  /** Tokens of a packed row; null if rows are not packed. */
  readonly packed: number | null;
  readonly schedule: ScheduleImplementation;
  readonly stopping: StoppingImplementation | null;
}
/** Caches of a session, or what stands in for them in a page, from which a training takes its data and base. */
export interface TrainingInputSources {
  readonly datasets: { readonly data: DatasetCache["data"] };
  readonly weights: { readonly parts: ModelCache["parts"] };
}
/**
 * Prepares the inputs of a training.
 * @param looks whether to validate as the plan says
 */
export async function prepareTrainingInputs(
  { datasets, weights }: TrainingInputSources,
  {
    plan,
    name,
    continues,
    joins,
  }: {
    readonly plan: Plan;
    readonly name: string;
    /** Rows of earlier data to add, and the labels of the continued model. */
    readonly continues?: {
      readonly exemplars: readonly ReplayExemplar[];
      readonly labels: readonly string[];
      readonly beside?: { readonly labels: number };
    };
    /** Returns all rows of the training, given those of the plan's data. Defaults to these. */
    readonly joins?: ((rows: PreparedData) => Promise<PreparedData>) | undefined;
  },
  stage: { readonly hostContext: HostContext },
  looks = true,
): Promise<TrainingInputs> {
  const { data, model, training } = plan.recipe;
  const { base, tokenizer } = await weights.parts(plan, stage.hostContext);
  const ownRows = await datasets.data(data, dataReadingSettingsOf(model), stage.hostContext);
  const all = joins ? await joins(ownRows) : ownRows;
  const prepared = continues ? withExemplars(all, continues.exemplars) : all;
  const labels = continues?.labels ?? all.labels;
  const encoding = await rowEncodingOptionsOf(plan, base, tokenizer, labels, name);
  const trained = trainingSplitName(prepared);
  const planted = addCanaryRows(plan, prepared, registry);
  const encode = (split: string) =>
    withProgressLabel(stage.hostContext, `rows of ${data.name} tokenized`, () =>
      encodeSplit(split === trained ? planted : prepared, { data: data.name, split }, encoding),
    );
  const rows = await encode(trained);
  const validates = looks && training.validate && splitNamesOf(prepared).includes("validation");
  const validation = validates ? await encode("validation") : null;
  const packed = training.packing ? model.max_length : null;
  const loader = new DataLoader(rows, {
    ...loaderSettings(plan, { packed, tokenizer }),
    ...(continues?.beside && {
      beside: { from: rows.lengths.length - continues.exemplars.length, labels: continues.beside.labels },
    }),
  });
  if (rows.weights?.every((weight) => weight === 0)) throw new CodedError("no-weight", { data: data.name });
  const [schedule, stopping] = await Promise.all([
    loadImplementation(training.schedule, "schedule"),
    training.early_stopping ? loadImplementation(training.early_stopping, "stopping") : null,
  ]);
  return { base, tokenizer, prepared, labels, encoding, rows, validation, loader, packed, schedule, stopping };
}

/** Returns how a plan's rows are batched. */
export function loaderSettings(
  { recipe: { training } }: Plan,
  { packed, tokenizer }: Pick<TrainingInputs, "packed" | "tokenizer">,
): DataLoaderOptions {
  return {
    batchSize: training.batch_size,
    accumulate: training.accumulate,
    packed,
    shuffle: training.shuffle,
    seed: training.seed,
    padId: tokenizer.padId,
    weighed: true,
  };
}
