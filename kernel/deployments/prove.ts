/** Opens a target's files in their runtime and compares the outputs with the notebook's. */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Engine, EngineSession } from "../engines/engine.js";
import { toFloats } from "../engines/feeds.js";
import type { OpenModelForPrediction } from "../inference/input-texts.js";
import { runtimeAnswersOf, type RuntimeAnswers, type RuntimeAnswerOptions } from "./runtime-answers.js";
import { deployedPredictorOf } from "./deployed-base.js";
import { compareAnswers, parityVerdict, type AnswerComparison, type DeploymentVerdict } from "./compare.js";
import type { Deployment } from "./deployment.js";
import type { GoldenInputs } from "./golden.js";
import type { ProofRuntime } from "./proof.js";
import { tokensAt } from "../data/sequences/token-rows.js";
import { loadImplementation } from "../host/load-implementation.js";
import { predictorOf } from "../inference/predictor.js";
import { goldenInputsOf } from "./golden.js";
import type { OpenedModel, RuntimeDefinition } from "./runtime.js";
import { runtimes } from "./runtimes/table.js";

/** Opens a transformers folder in the notebook's own engine; includes the location of an adapter's base. */
export interface ReopenDeployment {
  (
    folder: string,
    d: Deployment,
  ): Promise<{ readonly session: Pick<EngineSession, "run">; readonly engine: Engine; close(): Promise<void> }>;
  base(d: Deployment): Promise<string>;
}

export interface OpenedDeployment {
  readonly by: ProofRuntime;
  readonly model: OpenedModel;
  /** Predictor for the notebook's requests; null: it only generates text by itself. */
  readonly asking: OpenModelForPrediction | null;
}

/**
 * Reason why it can't be opened: its runtime is not installed, or `never` if no runtime of Tunebook opens the target's
 * files.
 */
export interface MissingRuntime {
  readonly missing: string;
  readonly never?: true;
}

/** Throws the coded error `runtime-failed`. */
export async function openDeployment(
  options: {
    readonly runtime: string | null;
    /** The deployed file or folder, and the folder of its metadata. */
    readonly place: string;
    readonly home: string;
    readonly deployment: Deployment;
  },
  reopen: ReopenDeployment,
): Promise<OpenedDeployment | MissingRuntime> {
  if (options.runtime === null) return { missing: "Tunebook has no runtime that opens it", never: true };
  const load = runtimes[options.runtime];
  if (!load) throw new CodedError("internal", { what: `no runtime is called ${options.runtime}` });
  const record = await load();
  const missing = await record.found(options.deployment.written);
  if (missing !== null) return { missing: `${record.title} is not installed: ${missing}` };
  const model = await opened(record, options, reopen);
  try {
    const asking =
      model.run || model.session ? await deployedPredictorOf(options.home, options.deployment, model) : null;
    if (asking && model.reads) await readingAlike(model.reads, asking, options.deployment, record.title);
    return { by: { title: record.title, version: model.version }, model, asking };
  } catch (error) {
    await model.close();
    throw error;
  }
}

async function opened(
  record: RuntimeDefinition,
  { place, deployment }: { readonly place: string; readonly deployment: Deployment },
  reopen: ReopenDeployment,
): Promise<OpenedModel> {
  try {
    return await record.open(place, deployment.written, {
      reopen: () => reopen(place, deployment),
      base: () => reopen.base(deployment),
    });
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw failed(record.title, error);
  }
}
async function readingAlike(
  reads: NonNullable<OpenedModel["reads"]>,
  asking: OpenModelForPrediction,
  deployment: Deployment,
  title: string,
): Promise<void> {
  try {
    await demandAlike(reads, asking, deployment);
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw failed(title, error);
  }
}
function failed(runtime: string, error: unknown): CodedError {
  const why = error instanceof Error ? error.message.split("\n")[0]! : String(error);
  return new CodedError("runtime-failed", { runtime, why }, { cause: error });
}

/** Returns its outputs for the golden inputs. Coded error `runtime-failed`. */
export async function goldenAnswersOf(
  { model, asking, by: { title } }: OpenedDeployment,
  golden: GoldenInputs,
  name: string,
  by: RuntimeAnswerOptions,
): Promise<RuntimeAnswers> {
  try {
    if (asking) return await runtimeAnswersOf(asking, golden, name, by);
    return await writtenBy(model, golden, by.expected?.tokens);
  } catch (error) {
    if (error instanceof CodedError || by.signal?.aborted) throw error;
    throw failed(title, error);
  }
}

async function writtenBy(
  model: OpenedModel,
  golden: GoldenInputs,
  expected: RuntimeAnswers["tokens"],
): Promise<RuntimeAnswers> {
  if (golden.is !== "prompts" || !model.write) throw new CodedError("internal", { what: "a runtime without answers" });
  const { write } = model;
  const written = await Promise.all(golden.inputs.map((prompt, i) => write(prompt, golden.most, expected?.[i])));
  const numbers = written.flatMap(({ first }) => (first ? [toFloats(first)] : []));
  const leads = written.flatMap(({ leads: textLeads }) => (textLeads ? [Float32Array.from(textLeads)] : []));
  const whole = numbers.length === written.length && leads.length === written.length;
  return {
    says: written.map(({ text }) => text),
    tokens: written.map(({ tokens }) => tokens),
    ...(written.every(({ told: forced }) => forced) && { forced: true as const }),
    ...(whole && { numbers, leads }),
  };
}

export function judgeAnswers(
  expected: RuntimeAnswers,
  answers: RuntimeAnswers,
  { written }: Deployment,
): { readonly compared: AnswerComparison; readonly verdict: DeploymentVerdict; readonly found: readonly string[] } {
  const compared = compareAnswers(expected, answers);
  const verdict = parityVerdict(compared, written);
  const { difference, greatest, agree, inputs, tokens } = compared;
  const found = [
    ...(difference === null ? [] : [`numbers differ by ${difference.toPrecision(2)} of ${greatest.toPrecision(3)}`]),
    ...(agree < inputs ? [`${inputs - agree} of ${inputs} predictions differ`] : []),
    ...(tokens && tokens.agree < tokens.of ? [`${tokens.agree} of ${tokens.of} written tokens agree`] : []),
  ];
  return { compared, verdict, found };
}

/** For runtimes with their own tokenizer (a page's script): all kinds of texts must become the same tokens as here. */
type AskedGolden = Extract<GoldenInputs, { is: "asked" }>;

/** Throws if a text's tokens or their offsets differ. */
async function demandAlike(
  reads: NonNullable<OpenedModel["reads"]>,
  asking: OpenModelForPrediction,
  { name, task, roles, max_length: maxLength }: Deployment,
): Promise<void> {
  const { read } = await predictorOf(asking, name);
  const { rowFormat } = (await loadImplementation(task, "task")).supervision;
  // Separately encoded texts need not form matching pairs.
  const belong = rowFormat.separateTexts ? [] : roles;
  const { inputs } = goldenInputsOf({ maxLength, roles: belong, mask: null, writes: false }) as AskedGolden;
  const { rows } = await read(inputs);
  const there = await reads(inputs);
  const { window } = rows.taskInputs;
  // A question's rows are the consecutive windows of its context.
  const all = Array.from(rows.lengths, (_, row) => ({ row, of: window?.(row).questionIndex ?? row }));
  inputs.forEach((text, i) => {
    const textRows = all.filter(({ of: textIndex }) => textIndex === i);
    const ids = textRows.flatMap(({ row }) => Array.from(tokensAt(rows.ids, row)));
    const places = textRows.flatMap(({ row }) => {
      const part = window?.(row);
      return part ? [part.first, ...part.starts, ...part.ends] : [];
    });
    const { ids: itsIds, places: itsPlaces } = mustExist(there[i], "the encoded text");
    if (String(ids) === String(itsIds) && String(places) === String(itsPlaces)) return;
    throw new Error(`the page reads ${JSON.stringify(text).slice(0, 80)} otherwise than the notebook`);
  });
}
