/**
 * A model as seen by TypeScript: `router.history`, `await router.predict([...])`. The object stays the same from
 * `model` on; training fills it, and a changed definition empties it.
 */
import type { GenerationSettings } from "#dsl/compiler/plan/action.js";
import type { ModelPlan } from "#dsl/language/types/value.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { writesText as tasksThatWrite } from "#dsl/compiler/plan/batches.js";
import { registry } from "#stdlib/registry.js";
import type { LabelPrediction } from "#stdlib/tasks/text_classification.run.js";
import type { PredictionInput } from "../data/encoding/encoded.js";
import type { ContinuationPiece } from "../inference/continue-texts.js";
import {
  parsePrompts,
  promptDisplayText,
  type ModelPrompt,
  isPair,
  parseQuestions,
  readsContexts,
  type ContextQuestion,
  type TextTaskPrediction,
  ContinuationCollector,
} from "../inference/prompts.js";
import { generationSettingsFromOptions, type GenerationOptionsInTypeScript } from "./write-options.js";
import { clientsWithHeads } from "../runs/client-heads.js";
import { readCalibration, type Calibration } from "../runs/calibration.js";
import { RunFolder } from "../runs/run-folder.js";
import { readRunScores, type RunScore } from "../runs/history/run-scores.js";
import type { MergedModel } from "../runs/folders/merged.js";
import type { SavedModel } from "./saved-model.js";
import { checkFolderOption, saveOptionsOf, type SaveOptions } from "./save-options.js";
import { landscapeOptionsOf, type LandscapeOptions } from "./landscape-options.js";
import type { DisplayableLandscape } from "../display/landscape.js";
import type { TrainedWeights } from "../runs/weights.js";

export interface StepRow {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly rate: number;
  readonly norm: number;
  readonly tokens: number;
  readonly seconds: number;
}
export type Prediction = LabelPrediction;
export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}
/** Texts. Models of pairs also accept pairs, question-answering models questions, and chat models conversations. */
type Given =
  | string
  | ContextQuestion
  | readonly ContextQuestion[]
  | readonly PredictionInput[]
  | readonly ChatMessage[]
  | readonly (readonly ChatMessage[])[];
export interface ModelHandleOperations {
  answer(model: ModelHandle, texts: readonly PredictionInput[]): Promise<readonly TextTaskPrediction[]>;
  write(
    model: ModelHandle,
    prompts: readonly ModelPrompt[],
    writing: GenerationSettings,
  ): AsyncGenerator<ContinuationPiece, void, void>;
  merge(model: ModelHandle, folder: string, options?: SaveOptions): Promise<MergedModel>;
  save(model: ModelHandle, folder: string, options?: SaveOptions): Promise<SavedModel>;
  landscape(
    model: ModelHandle,
    others: readonly ModelHandle[],
    options: Required<LandscapeOptions>,
  ): Promise<DisplayableLandscape>;
}

export class ModelHandle {
  weights: TrainedWeights | null = null;
  /**
   * Whether a training began: after a failed one, the base model's predictions must not pass for the trained model's.
   */
  begun = false;
  /** All seeds whose best weights these are; null if it was trained with one seed. */
  seeds: readonly ModelHandle[] | null = null;
  /** Whether it trains in a separate process and has not been attached since. */
  apart = false;
  constructor(
    readonly name: string,
    readonly plan: ModelPlan,
    private readonly predictors: ModelHandleOperations,
  ) {}

  /**
   * Calibration fitted to validation rows after training; null if there is none. Throws the coded error
   * `calibration-broken`.
   */
  get fitted(): Calibration | null {
    return this.weights && readCalibration(this.weights.folder, this.weights.checkpoint.position.step);
  }
  get trained(): boolean {
    return this.weights?.complete ?? false;
  }
  /** One row per training step of the last run. */
  get history(): readonly StepRow[] {
    return (this.weights?.events ?? []).flatMap((e) =>
      e.kind === "step"
        ? [
            {
              step: e.step,
              epoch: e.epoch,
              loss: e.loss,
              rate: e.rate,
              norm: e.norm,
              tokens: e.tokens,
              seconds: e.seconds,
            },
          ]
        : [],
    );
  }
  /** Scores on the validation split, one row per validation. */
  get validations(): readonly Readonly<Record<string, number>>[] {
    return (this.weights?.events ?? []).flatMap((e) =>
      e.kind === "evaluated" ? [{ step: e.step, ...e.metrics }] : [],
    );
  }
  /** Evaluation scores of the run that made the weights, from this and other notebooks, oldest first. */
  get scores(): readonly RunScore[] {
    return this.weights ? readRunScores(RunFolder.open(this.weights.folder)) : [];
  }
  /** Folder of the run that made the weights. */
  get folder(): string | null {
    return this.weights?.folder ?? null;
  }
  get labels(): readonly string[] {
    return this.weights?.labels ?? [];
  }

  /**
   * For a federation with personal heads: the model with that client's head. Throws the coded errors `not-trained` and
   * `bad-option`.
   */
  client(name: string): ModelHandle {
    const { weights } = this;
    if (!weights?.complete) throw new CodedError("not-trained", { model: this.name });
    const clients = clientsWithHeads(weights.folder);
    if (!clients.includes(name))
      throw new CodedError("bad-option", {
        name: "the name of a client",
        got: typeof name === "string" ? JSON.stringify(name) : typeof name,
        wanted:
          clients.length === 0
            ? "one of a federation with `personal: head`, but this model is not one"
            : `one of ${clients.map((one) => JSON.stringify(one)).join(", ")}`,
      });
    const clientModel = new ModelHandle(`${this.name} (head of ${name})`, this.plan, this.predictors);
    clientModel.weights = { ...weights, client: name };
    return clientModel;
  }

  /**
   * Returns the task's predictions for texts (classifiers: `Prediction`) or generated continuations (`Written`). A
   * single text may be passed instead of a list. Models trained on pairs take `[first, second]`, question-answering
   * models `{ question, context }`. Throws the coded errors `not-trained`, `texts-expected`, `questions-expected` and
   * `bad-option`.
   */
  async predict<T extends TextTaskPrediction = Prediction>(
    texts: Given,
    options: GenerationOptionsInTypeScript = {},
  ): Promise<readonly T[]> {
    if (!writesText(this.plan)) {
      const inputs = readsContexts(this.plan.task) ? parseQuestions(texts, this.name) : askedOf(texts);
      return (await this.predictors.answer(this, inputs)) as readonly T[];
    }
    const list = this.prompts(texts);
    const written = list.map((prompt) => new ContinuationCollector(promptDisplayText(prompt)));
    for await (const piece of this.predictors.write(this, list, generationSettingsFromOptions(options)))
      written[piece.row]!.add(piece);
    return written.map((w) => w.written()) as readonly TextTaskPrediction[] as readonly T[];
  }

  /** Streams the continuation of one text in pieces as they become final. */
  async *stream(
    text: string | readonly ChatMessage[],
    options: GenerationOptionsInTypeScript = {},
  ): AsyncGenerator<string, void, void> {
    for await (const piece of this.predictors.write(this, this.prompts(text), generationSettingsFromOptions(options)))
      if (piece.text) yield piece.text;
  }

  /**
   * Writes the trained model as a standard folder, with the technique's weights merged into the base's: transformers
   * and `base: "folder"` open it. Throws the coded errors `not-trained`, `cannot-merge`, `folder-taken`,
   * `folder-of-another` and `cannot-write`.
   */
  async merge(folder: string, options?: SaveOptions): Promise<MergedModel> {
    return this.predictors.merge(this, checkFolderOption(folder), saveOptionsOf(options));
  }

  /**
   * Writes the trained weights as a folder with a model card. If the technique trains the base's own weights (`full`,
   * `bitfit`, `head_only`), this is the complete model, which transformers and `base: "folder"` open. Otherwise it is
   * the technique's adapter, which PEFT and `from: "folder"` open. Throws the coded errors `not-trained`,
   * `folder-taken`, `folder-of-another` and `cannot-write`.
   */
  async save(folder: string, options?: SaveOptions): Promise<SavedModel> {
    return this.predictors.save(this, checkFolderOption(folder), saveOptionsOf(options));
  }

  /**
   * Computes the loss over the plane in weight space through this model and the first two of `others`, which were
   * trained from it. Returns a picture with all models, and EWC's ellipse if one was constrained by it. Throws the
   * coded errors `not-trained` and `bad-option`.
   */
  async landscape(others: unknown, options: LandscapeOptions): Promise<DisplayableLandscape> {
    const models = Array.isArray(others) ? others : [];
    if (models.length < 2 || !models.every((one) => one instanceof ModelHandle))
      throw new CodedError("bad-option", {
        name: "the list of models",
        got: Array.isArray(others) ? `one of ${String(models.length)}` : typeof others,
        wanted: "two or more models trained from this one, as in `landscape([naive, held], …)`",
      });
    return this.predictors.landscape(this, models as readonly ModelHandle[], landscapeOptionsOf(options));
  }

  private prompts(given: Given): readonly ModelPrompt[] {
    return this.plan.template === undefined ? listOf(given) : parsePrompts(given);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    const base = `${this.name}: ${this.plan.task.word} on ${this.plan.base}, ${this.plan.technique.word}`;
    if (!this.weights) return `${base}, not trained`;
    const last = this.history.at(-1);
    return `${base}, ${this.history.length} steps${last ? `, last loss ${last.loss.toFixed(4)}` : ""}`;
  }
}

export function writesText(plan: ModelPlan): boolean {
  return tasksThatWrite(registry, plan.task);
}

function askedOf(texts: unknown): readonly PredictionInput[] {
  if (!Array.isArray(texts) || !texts.some(isPair)) return listOf(texts);
  const wrong = texts.findIndex((text) => !isPair(text) && typeof text !== "string");
  if (wrong >= 0) throw new CodedError("texts-expected", { got: `${typeof texts[wrong]} at position ${wrong}` });
  return texts as readonly PredictionInput[];
}

function listOf(texts: unknown): readonly string[] {
  const list = typeof texts === "string" ? [texts] : texts;
  if (!Array.isArray(list)) throw new CodedError("texts-expected", { got: typeof texts });
  const wrong = list.findIndex((text) => typeof text !== "string");
  if (wrong >= 0) throw new CodedError("texts-expected", { got: `${typeof list[wrong]} at position ${wrong}` });
  return list as string[];
}

/** Returns the TypeScript type of a model, as text for the cells. */
export function modelTypeText(plan: ModelPlan): string {
  const options =
    "o?: { max_tokens?: number; stop?: string | readonly string[]; decode?: string | Readonly<Record<string, Readonly<Record<string, number | boolean>>>> }";
  const message = "{ readonly role: string; readonly content: string }";
  const question = "{ readonly question: string; readonly context: string }";
  const answers =
    plan.template !== undefined
      ? `/** Answers to texts (each one user's turn), to one conversation or to several. */
  predict(texts: string | readonly string[] | readonly ${message}[] | readonly (readonly ${message}[])[], ${options}): Promise<${generatedTextTypeText}>;
  /** The answer to a text or a conversation, in pieces as they come. */
  stream(text: string | readonly ${message}[], ${options}): AsyncGenerator<string, void, void>;`
      : writesText(plan)
        ? `/** Texts, written on. */
  predict(texts: string | readonly string[], ${options}): Promise<${generatedTextTypeText}>;
  /** The continuation of one text, in pieces as they come. */
  stream(text: string, ${options}): AsyncGenerator<string, void, void>;`
        : readsContexts(plan.task)
          ? `/** Answers to questions, each found in its context. */
  predict(questions: ${question} | readonly ${question}[]): Promise<${predictionsTypeText(plan)}>;`
          : predictionOf(plan, true) !== predictionOf(plan, false)
            ? `/** The embedding of each text. */
  predict(texts: string | readonly string[]): Promise<${predictionsTypeText(plan)}>;
  /** How alike the texts of each pair are. */
  predict(pairs: readonly (readonly [string, string])[]): Promise<${predictionsTypeText(plan, true)}>;`
            : `/** What the task says of texts; of pairs of texts where it was trained on pairs. */
  predict(texts: string | readonly (string | readonly [string, string])[]): Promise<${predictionsTypeText(plan)}>;`;
  return `${modelType}
  ${answers}
}`;
}
/** Returns the TypeScript type of predictions of a task that generates no text. */
export function predictionsTypeText(plan: ModelPlan, pairs = false): string {
  return `readonly ${predictionOf(plan, pairs)}[]`;
}
/**
 * Returns the type of one prediction (capability `prediction`), or of a pair's if it differs (`predictionOfPairs`).
 */
function predictionOf(plan: ModelPlan, pairs: boolean): string {
  const has = registry.find("task", plan.task.word)?.capabilities;
  return (pairs ? has?.predictionOfPairs : undefined) ?? has?.prediction ?? "{ readonly text: string }";
}
/** TypeScript type of generated text. */
export const generatedTextTypeText =
  'readonly { readonly text: string; readonly continuation: string; readonly tokens: number; readonly ended: "end" | "length" | "stop" }[]';

const modelType = `{
  readonly name: string;
  /** Whether it has weights of a finished training. */
  readonly trained: boolean;
  /** One row per training step of the last run. */
  readonly history: readonly { readonly step: number; readonly epoch: number; readonly loss: number; readonly rate: number; readonly norm: number; readonly tokens: number; readonly seconds: number }[];
  /** Scores on the validation split. */
  readonly validations: readonly Readonly<Record<string, number>>[];
  /** What evaluations said of the run that made the weights, in this notebook and in others, oldest first; \`low\` and \`high\` are the ends of 95 % intervals. */
  readonly scores: readonly { readonly at: string; readonly step: number; readonly data: string; readonly split: string | null; readonly dataHash: string; readonly rows: number; readonly metrics: Readonly<Record<string, { readonly value: number; readonly low: number | null; readonly high: number | null; readonly better: "greater" | "less" | "none" }>>; readonly attacks?: readonly { readonly attack: string; readonly found: boolean; readonly said: string; readonly how: string; readonly figures: readonly { readonly name: string; readonly value: number; readonly low: number | null; readonly high: number | null; readonly chance: number; readonly most: number | null }[] }[] }[];
  /** Folder of the run that made the weights. */
  readonly folder: string | null;
  readonly labels: readonly string[];
  /** Of a federation with \`personal: head\`: the model with that client's own head; the model itself has the mean of all. */
  client(name: string): { readonly name: string; predict(texts: string | readonly string[]): Promise<readonly unknown[]>; save(folder: string, o?: { readonly replace?: boolean }): Promise<{ readonly folder: string; readonly holds: "model" | "adapter" }>; merge(folder: string, o?: { readonly replace?: boolean }): Promise<{ readonly folder: string; readonly difference: number }> };
  /** Writes the trained model as a plain folder, the technique's weights merged into the base's: transformers opens it, and so does \`base: "folder"\`. Another model's folder is written over with \`replace\` alone. */
  merge(folder: string, o?: { readonly replace?: boolean }): Promise<{ readonly folder: string; readonly difference: number }>;
  /** The loss of data over the plane of weight space through this model and the first two of those, which went on from it; shows itself, with EWC's ellipse where one was held by it. */
  landscape(models: readonly { readonly name: string; readonly trained: boolean }[], o: { readonly on: readonly string[]; readonly cells?: number; readonly rows?: number }): Promise<{ readonly x: readonly number[]; readonly y: readonly number[]; readonly losses: readonly { readonly on: string; readonly rows: number; readonly z: readonly (readonly number[])[] }[]; readonly places: readonly { readonly name: string; readonly x: number; readonly y: number; readonly off: number; readonly far: number }[]; readonly held: { readonly by: string; readonly centre: { readonly x: number; readonly y: number }; readonly least: number; readonly xx: number; readonly xy: number; readonly yy: number } | null }>;
  /** Writes what was trained as a folder with its model card. \`holds\` says what is in it: the whole model, which transformers and \`base: "folder"\` open, or, of techniques that add weights of their own, the adapter, which PEFT and \`from: "folder"\` open (\`merge\` makes a whole model of it). Another model's folder is written over with \`replace\` alone. */
  save(folder: string, o?: { readonly replace?: boolean }): Promise<{ readonly folder: string; readonly holds: "model" | "adapter" }>;`;

/** Returns the model's plan as trained, or as defined if it was never trained. */
export function modelPlanOf(handle: ModelHandle): ModelPlan {
  return handle.weights?.plan.recipe.model ?? handle.plan;
}
