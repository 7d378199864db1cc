/**
 * Interface of the steps of `compress`. Each key of the statement has one file in this folder that runs its steps
 * (`stages.ts`).
 */
import type { PlannedCompressStage } from "#dsl/compiler/plan/action.js";
import { dataReadingSettingsOf, type Call } from "#dsl/language/types/value.js";
import type { ModelHandle } from "../../models/model-handle.js";
import type { TrainedWeights } from "../../runs/weights.js";
import type { ContinuedModel } from "../../training-runs/request.js";
import { NO_DATA_PLAN, NO_DATA_PAIR_PLAN } from "../../session/model-cache.js";
import type { ExecutionContext, Warn } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import { registry } from "#stdlib/registry.js";
import type { BaselineContext } from "#stdlib/contenders/kind.js";
import { roleValuesOf } from "../../runs/split-rows.js";
import { trainingSplitName, type PreparedData } from "../../data/prepared.js";
import { loadImplementation } from "../../host/load-implementation.js";
import { encodePredictionInputs, rowEncodingOptionsOf, type PredictionInput } from "../../data/encoding/encoded.js";
import { readHeader } from "../../tensors/safetensors.js";
import { predictInputTexts, type TextPredictions } from "../../inference/input-texts.js";

export type TrainedModel = ModelHandle & { readonly weights: TrainedWeights };

export interface CompressionContext {
  readonly session: OpenSession;
  readonly stage: ExecutionContext;
  readonly warn: Warn;
  /** Trains a step's model under its name; its weights exist afterwards. */
  readonly train: (compressStage: PlannedCompressStage, continues: ContinuedModel) => Promise<ModelHandle>;
}
/** Runs a step: its model has weights afterwards, in its own run. `from`: the input model. */
export type CompressionStageRunner = (
  compressStage: PlannedCompressStage,
  from: TrainedModel,
  around: CompressionContext,
) => Promise<ModelHandle>;

// Checks a teacher's logits before they are trained on.

/** `outputs`: logits of the labels, per row. Coded error `teacher-not-finite`. */
export function checkTeacherOutputs(teacher: string, outputs: readonly ArrayLike<number>[]): void {
  const rows = outputs.filter((row) => !Array.from(row).every(Number.isFinite)).length;
  if (rows > 0) throw new CodedError("teacher-not-finite", { teacher, rows, of: outputs.length });
}

/** The teacher of a distillation: a trained model, or a base with a prompt. */
export interface Teacher {
  readonly name: string;
  /** In the order of the logits. */
  readonly labels: readonly string[];
  /** Identifies the teacher's weights; null if unknown, in which case nothing is cached. */
  readonly mark: string | null;
  /** Null if it was not trained in this project. */
  readonly model: TrainedModel | null;
  ask(texts: readonly PredictionInput[]): Promise<TextPredictions>;
}
type Around = Pick<CompressionContext, "session" | "stage" | "warn">;

export function trainedTeacher(model: TrainedModel, { session, stage }: Around): Teacher {
  return {
    name: model.name,
    labels: model.weights.labels,
    model,
    mark: readHeader(model.weights.checkpoint.file).metadata["checksum"] ?? null,
    async ask(texts) {
      const pairs = texts.some((text) => typeof text !== "string");
      const asking = await session.weights.askable(model, pairs ? NO_DATA_PAIR_PLAN : NO_DATA_PLAN, stage.hostContext);
      const answer = await predictInputTexts(texts, { ...asking, session: asking.open.session }, model.name);
      checkTeacherOutputs(model.name, answer.numbers);
      return answer;
    },
  };
}

/** The base that the plan names, prompted with the input texts; it predicts the data's labels. */
export async function promptedTeacher({ plan, start }: PlannedCompressStage, around: Around): Promise<Teacher> {
  const { session, stage, warn } = around;
  const { call, folder } = mustExist(plan.recipe.compress?.teacher, "a teacher");
  const { model, data } = plan.recipe;
  const asks = { ...call, kind: "contender" } as const;
  const implementation = await loadImplementation(asks, "contender");
  const { base, tokenizer } = await session.weights.parts(plan, stage.hostContext);
  const prepared = await session.datasets.data(data, dataReadingSettingsOf(model), stage.hostContext);
  const encoding = await rowEncodingOptionsOf(plan, base, tokenizer, prepared.labels, start);
  const given = {
    call: asks,
    task: encoding.task,
    has: registry.find("task", model.task.word)?.capabilities,
    warn,
    labels: prepared.labels,
    batchSize: ROWS,
    writing: null,
    train: registry.find("contender", call.word)?.capabilities?.trainsOnData(call) === true ? learntBy(prepared) : null,
    host: {
      folder,
      prompted: (name, options) => session.weights.baseModels.prompted(name, stage.hostContext, { ...options, folder }),
      vectors: () => Promise.reject(new CodedError("internal", { what: "a teacher that is no model has no vectors" })),
    },
    ...(stage.signal && { signal: stage.signal }),
    onProgress: (label, done, total) => stage.hostContext.onProgress?.({ label: `${label} by ${start}`, done, total }),
  } satisfies Omit<BaselineContext, "rows">;
  return {
    name: start,
    labels: prepared.labels,
    model: null,
    mark: await markOf(asks, folder, around),
    async ask(texts) {
      const { taskInputs: inputs } = await encodePredictionInputs(texts, encoding);
      const roles = rolesOf(texts);
      const rows = { count: texts.length, values: (role: string) => roles[role], predictedRows: inputs, texts: 1 };
      const ready = await implementation.ready({ ...given, rows });
      try {
        const all = await ready.ask(Uint32Array.from(texts, (_, row) => row));
        const numbers = "outputs" in all ? all.outputs.map(finite) : [];
        const answers = mustExist(encoding.task.implementation.answers, "predictions of a task with labels");
        const firsts = texts.map((text) => (typeof text === "string" ? text : text[0]));
        return { numbers, predictions: await answers.predictions(numbers, firsts, inputs) };
      } finally {
        await ready.dispose?.();
      }
    },
  };
}
/** Hashes the prompt and the content of the base; null if no base is named. */
async function markOf(call: Call, folder: string, { session, stage }: Around): Promise<string | null> {
  const { base: name } = call.arguments;
  if (typeof name !== "string") return null;
  const { hash } = await session.datasets.base({ name, folder }, stage.hostContext);
  return hashOf({ call, base: hash });
}

/** Texts per request. */
const ROWS = 8;
/** Logit for a label that is named without a probability. */
const SURE = 5;

function rolesOf(texts: readonly PredictionInput[]): Readonly<Record<string, readonly string[]>> {
  const pairs = texts.filter((text) => typeof text !== "string");
  if (pairs.length === 0) return { text: texts.filter((text) => typeof text === "string") };
  return { text: pairs.map(([first]) => first), text_pair: pairs.map(([, second]) => second) };
}

function learntBy(prepared: PreparedData): NonNullable<BaselineContext["train"]> {
  const split = trainingSplitName(prepared);
  const count = prepared.splits[split]?.numRows() ?? 0;
  return { count, values: (role) => roleValuesOf({ prepared, split }, role) };
}

/** An answer without a label becomes equal logits; infinite logits become ±SURE. */
function finite(logits: Float32Array): Float32Array {
  if (logits.some(Number.isNaN)) return new Float32Array(logits.length);
  if (logits.every(Number.isFinite)) return logits;
  return logits.map((one) => (one === Infinity ? SURE : Number.isFinite(one) ? one : -SURE));
}
