/** Schema of plan.json for opening a model or showing its settings: every part of `Plan`, with its types. */
import * as v from "valibot";
import type { CompressPlan } from "#dsl/compiler/plan/actions/compress-actions.js";
import type { FederatedPlan, PrivacyPlan, RecipePlan, Plan, WorkersOfTraining } from "#dsl/compiler/plan/plan.js";
import type { DataPlan, ModelPlan, DataReadingSettings, ScratchPlan, Call, Value } from "#dsl/language/types/value.js";
import { objectWith, anyNumber, schemaGuard, dictionaryOf, wholeNumber, type Schema } from "../fetch/json.js";

const text = v.string();
const maybeText = v.nullable(text);
const maybeNumber = v.nullable(anyNumber);

export const valueSchema: Schema<Value> = v.lazy(() =>
  v.union([
    text,
    anyNumber,
    v.boolean(),
    v.null(),
    v.array(valueSchema),
    callSchema,
    objectWith({ share: anyNumber }),
    objectWith({ live: text }),
    objectWith({ from: anyNumber, to: anyNumber }),
    objectWith({ record: dictionaryOf(valueSchema) }),
  ]),
);
export const callSchema: Schema<Call> = objectWith({
  word: text,
  kind: text,
  arguments: dictionaryOf(valueSchema),
  definition: v.exactOptional(text),
  held: v.exactOptional(v.array(text)),
});
const maybeCall = v.nullable(callSchema);

export const dataPlanSchema: Schema<DataPlan> = objectWith({
  name: text,
  source: v.union([callSchema, dictionaryOf(callSchema)]),
  folder: text,
  columns: dictionaryOf(text),
  conversation: v.exactOptional(callSchema),
  clean: v.array(callSchema),
  split: maybeCall,
  labels: v.nullable(v.array(text)),
  separator: v.exactOptional(text),
  sample: maybeNumber,
  thin: v.exactOptional(v.union([anyNumber, objectWith({ share: anyNumber })])),
  seed: anyNumber,
  annotations: v.exactOptional(
    objectWith({ file: text, role: v.picklist(["label", "labels"]), adds: v.exactOptional(v.literal(true)) }),
  ),
});
const scratch: Schema<ScratchPlan> = objectWith({
  architecture: callSchema,
  tokenizer: callSchema,
  max_length: anyNumber,
  data: v.nullable(dataPlanSchema),
});
const reader: Schema<DataReadingSettings> = objectWith({
  name: text,
  folder: text,
  scratch: v.exactOptional(scratch),
  template: v.exactOptional(maybeCall),
  learn: v.exactOptional(v.literal("last")),
  apart: v.exactOptional(v.literal(true)),
  windows: v.exactOptional(objectWith({ length: anyNumber, overlap: anyNumber })),
});
const model: Schema<ModelPlan> = objectWith({
  name: text,
  base: text,
  scratch: v.exactOptional(scratch),
  trained: v.exactOptional(objectWith({ recipeHash: text, from: reader, made: v.exactOptional(callSchema) })),
  loaded: v.exactOptional(objectWith({ run: text, recipeHash: text })),
  folder: text,
  baseHash: maybeText,
  task: callSchema,
  technique: callSchema,
  max_length: wholeNumber(1),
  freeze: v.exactOptional(v.array(callSchema)),
  storage: v.exactOptional(callSchema),
  template: v.exactOptional(maybeCall),
});
const privacy: Schema<PrivacyPlan> = objectWith({
  call: callSchema,
  unit: v.picklist(["row", "client"]),
  epsilon: anyNumber,
  delta: anyNumber,
  clip: anyNumber,
  noise: anyNumber,
  rate: anyNumber,
  steps: anyNumber,
});
const federated: Schema<FederatedPlan> = objectWith({
  others: v.array(objectWith({ data: dataPlanSchema, dataHash: maybeText })),
  clients: maybeCall,
  rounds: wholeNumber(1),
  participation: v.union([objectWith({ share: anyNumber }), anyNumber]),
  joined: v.exactOptional(wholeNumber(1)),
  stragglers: anyNumber,
  aggregate: callSchema,
  secure_aggregation: v.boolean(),
  compression: v.array(callSchema),
  personal: v.exactOptional(v.array(v.picklist(["head"]))),
});
const compress: Schema<CompressPlan> = objectWith({
  stage: callSchema,
  of: text,
  teacher: v.exactOptional(objectWith({ call: callSchema, folder: text })),
  unlabelled: v.exactOptional(v.array(objectWith({ data: dataPlanSchema, dataHash: maybeText }))),
});
const training: Schema<RecipePlan> = objectWith({
  epochs: maybeNumber,
  steps: maybeNumber,
  batch_size: anyNumber,
  accumulate: anyNumber,
  packing: v.boolean(),
  average: v.exactOptional(callSchema),
  ranks: v.exactOptional(wholeNumber(1)),
  optimizer: callSchema,
  schedule: callSchema,
  clip: maybeNumber,
  dropout: maybeNumber,
  shuffle: v.picklist(["by_length", "random", "none"]),
  early_stopping: maybeCall,
  checkpoint: maybeCall,
  validate: maybeCall,
  keep: v.union([v.picklist(["best", "last"]), callSchema]),
  log: callSchema,
  precision: v.picklist(["f32", "bf16"]),
  recompute: v.picklist(["auto", "none", "blocks"]),
  seed: anyNumber,
  privacy: v.exactOptional(privacy),
  canaries: v.exactOptional(wholeNumber(1)),
  canary_copies: v.exactOptional(wholeNumber(1)),
});

const sharing: Schema<WorkersOfTraining> = objectWith({
  count: wholeNumber(1),
  threads: wholeNumber(1),
  elsewhere: v.exactOptional(v.literal(true)),
  gpus: v.exactOptional(anyNumber),
  price: v.exactOptional(anyNumber),
});
export const planSchema: Schema<Plan> = objectWith({
  version: v.literal(1),
  recipe: objectWith({
    data: dataPlanSchema,
    dataHash: maybeText,
    model,
    training,
    semantics: v.exactOptional(anyNumber),
    update: v.exactOptional(objectWith({ start: text, strategy: v.array(callSchema), before: v.array(text) })),
    federated: v.exactOptional(federated),
    compress: v.exactOptional(compress),
  }),
  effects: objectWith({
    run: text,
    engine: text,
    threads: maybeNumber,
    repeats: v.exactOptional(wholeNumber(1)),
    detach: v.exactOptional(v.literal(true)),
    runner: v.exactOptional(callSchema),
    recompute: v.picklist(["none", "blocks"]),
    allowed: v.exactOptional(v.array(objectWith({ code: text, reason: text, of: text }))),
  }),
  estimates: objectWith({
    parameters: anyNumber,
    trainable: anyNumber,
    rows: anyNumber,
    steps: anyNumber,
    tokens: anyNumber,
    memoryBytes: anyNumber,
    drawn: v.exactOptional(objectWith({ rows: anyNumber, tokens: anyNumber })),
    larger: v.exactOptional(anyNumber),
    elsewhere: v.exactOptional(v.literal(true)),
    storedBytes: v.exactOptional(anyNumber),
    personal: v.exactOptional(anyNumber),
    ranks: v.exactOptional(sharing),
    flops: anyNumber,
    seconds: maybeNumber,
    secondsBetween: v.exactOptional(v.tuple([anyNumber, anyNumber])),
  }),
  origins: dictionaryOf(
    objectWith({
      from: v.picklist(["written", "default", "derived", "parameter", "reference"]),
      why: v.exactOptional(text),
      stands: v.exactOptional(text),
    }),
  ),
  reads: v.exactOptional(v.array(objectWith({ code: text, name: text, rows: anyNumber, perWord: anyNumber }))),
  personal: v.exactOptional(
    v.array(
      objectWith({
        data: v.exactOptional(text),
        column: text,
        entity: text,
        rows: anyNumber,
        looked: v.exactOptional(anyNumber),
      }),
    ),
  ),
  annotated: v.exactOptional(objectWith({ rows: anyNumber, by: v.array(text) })),
  recipeHash: text,
  planHash: text,
});
export const isValidPlan = schemaGuard(planSchema);
