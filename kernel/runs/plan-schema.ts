/** plan.json as it must be where a model is opened by it, or its settings are told: every part that `Plan` has, of the types that it has there. */
import * as v from "valibot";
import type { CompressPlan } from "#dsl/compiler/plan/actions/compress-actions.js";
import type { FederatedPlan, PrivacyPlan, RecipePlan } from "#dsl/compiler/plan/recipe.js";
import type { Plan, Sharing } from "#dsl/compiler/plan/plan.js";
import type { DataPlan, ModelPlan, ReaderOf, ScratchPlan } from "#dsl/language/types/subject.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import { fields, figure, like, table, whole, type Schema } from "../fetch/json.js";

const text = v.string();
const maybeText = v.nullable(text);
const maybeNumber = v.nullable(figure);

export const value: Schema<Value> = v.lazy(() =>
  v.union([
    text,
    figure,
    v.boolean(),
    v.null(),
    v.array(value),
    call,
    fields({ share: figure }),
    fields({ live: text }),
    fields({ from: figure, to: figure }),
    fields({ record: table(value) }),
  ]),
);
export const call: Schema<Call> = fields({
  word: text,
  kind: text,
  arguments: table(value),
  definition: v.exactOptional(text),
  held: v.exactOptional(v.array(text)),
});
const maybeCall = v.nullable(call);

export const dataPlan: Schema<DataPlan> = fields({
  name: text,
  source: v.union([call, table(call)]),
  folder: text,
  columns: table(text),
  conversation: v.exactOptional(call),
  clean: v.array(call),
  split: maybeCall,
  labels: v.nullable(v.array(text)),
  separator: v.exactOptional(text),
  sample: maybeNumber,
  thin: v.exactOptional(v.union([figure, fields({ share: figure })])),
  seed: figure,
  annotations: v.exactOptional(
    fields({ file: text, role: v.picklist(["label", "labels"]), adds: v.exactOptional(v.literal(true)) }),
  ),
});
const scratch: Schema<ScratchPlan> = fields({
  architecture: call,
  tokenizer: call,
  max_length: figure,
  data: v.nullable(dataPlan),
});
const reader: Schema<ReaderOf> = fields({
  name: text,
  folder: text,
  scratch: v.exactOptional(scratch),
  template: v.exactOptional(maybeCall),
  learn: v.exactOptional(v.literal("last")),
  apart: v.exactOptional(v.literal(true)),
  windows: v.exactOptional(fields({ length: figure, overlap: figure })),
});
const model: Schema<ModelPlan> = fields({
  name: text,
  base: text,
  scratch: v.exactOptional(scratch),
  trained: v.exactOptional(fields({ recipeHash: text, from: reader, made: v.exactOptional(call) })),
  loaded: v.exactOptional(fields({ run: text, recipeHash: text })),
  folder: text,
  baseHash: maybeText,
  task: call,
  technique: call,
  max_length: whole(1),
  freeze: v.exactOptional(v.array(call)),
  storage: v.exactOptional(call),
  template: v.exactOptional(maybeCall),
});
const privacy: Schema<PrivacyPlan> = fields({
  call,
  unit: v.picklist(["row", "client"]),
  epsilon: figure,
  delta: figure,
  clip: figure,
  noise: figure,
  rate: figure,
  steps: figure,
});
const federated: Schema<FederatedPlan> = fields({
  others: v.array(fields({ data: dataPlan, dataHash: maybeText })),
  clients: maybeCall,
  rounds: whole(1),
  participation: v.union([fields({ share: figure }), figure]),
  joined: v.exactOptional(whole(1)),
  stragglers: figure,
  aggregate: call,
  secure_aggregation: v.boolean(),
  compression: v.array(call),
  personal: v.exactOptional(v.array(v.picklist(["head"]))),
});
const compress: Schema<CompressPlan> = fields({
  stage: call,
  of: text,
  teacher: v.exactOptional(fields({ call, folder: text })),
  unlabelled: v.exactOptional(v.array(fields({ data: dataPlan, dataHash: maybeText }))),
});
const training: Schema<RecipePlan> = fields({
  epochs: maybeNumber,
  steps: maybeNumber,
  batch_size: figure,
  accumulate: figure,
  packing: v.boolean(),
  average: v.exactOptional(call),
  ranks: v.exactOptional(whole(1)),
  optimizer: call,
  schedule: call,
  clip: maybeNumber,
  dropout: maybeNumber,
  shuffle: v.picklist(["by_length", "random", "none"]),
  early_stopping: maybeCall,
  checkpoint: maybeCall,
  validate: maybeCall,
  keep: v.union([v.picklist(["best", "last"]), call]),
  log: call,
  precision: v.picklist(["f32", "bf16"]),
  recompute: v.picklist(["auto", "none", "blocks"]),
  seed: figure,
  privacy: v.exactOptional(privacy),
  canaries: v.exactOptional(whole(1)),
  canary_copies: v.exactOptional(whole(1)),
});

const sharing: Schema<Sharing> = fields({
  count: whole(1),
  threads: whole(1),
  elsewhere: v.exactOptional(v.literal(true)),
  gpus: v.exactOptional(figure),
  price: v.exactOptional(figure),
});
export const planSchema: Schema<Plan> = fields({
  version: v.literal(1),
  recipe: fields({
    data: dataPlan,
    dataHash: maybeText,
    model,
    training,
    semantics: v.exactOptional(figure),
    update: v.exactOptional(fields({ start: text, strategy: v.array(call), before: v.array(text) })),
    federated: v.exactOptional(federated),
    compress: v.exactOptional(compress),
  }),
  effects: fields({
    run: text,
    engine: text,
    threads: maybeNumber,
    repeats: v.exactOptional(whole(1)),
    detach: v.exactOptional(v.literal(true)),
    runner: v.exactOptional(call),
    recompute: v.picklist(["none", "blocks"]),
    allowed: v.exactOptional(v.array(fields({ code: text, reason: text, of: text }))),
  }),
  estimates: fields({
    parameters: figure,
    trainable: figure,
    rows: figure,
    steps: figure,
    tokens: figure,
    memoryBytes: figure,
    drawn: v.exactOptional(fields({ rows: figure, tokens: figure })),
    larger: v.exactOptional(figure),
    elsewhere: v.exactOptional(v.literal(true)),
    storedBytes: v.exactOptional(figure),
    personal: v.exactOptional(figure),
    ranks: v.exactOptional(sharing),
    flops: figure,
    seconds: maybeNumber,
    secondsBetween: v.exactOptional(v.tuple([figure, figure])),
  }),
  origins: table(
    fields({
      from: v.picklist(["written", "default", "derived", "parameter", "reference"]),
      why: v.exactOptional(text),
      stands: v.exactOptional(text),
    }),
  ),
  reads: v.exactOptional(v.array(fields({ code: text, name: text, rows: figure, perWord: figure }))),
  personal: v.exactOptional(
    v.array(
      fields({
        data: v.exactOptional(text),
        column: text,
        entity: text,
        rows: figure,
        looked: v.exactOptional(figure),
      }),
    ),
  ),
  annotated: v.exactOptional(fields({ rows: figure, by: v.array(text) })),
  recipeHash: text,
  planHash: text,
});
export const isWholePlan = like(planSchema);
