/** What a target wrote, opened in its runtime and held beside the notebook's answers. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Engine, EngineSession } from "../engines/engine.js";
import { toFloats } from "../engines/feeds.js";
import type { OpenPredictor } from "../inference/input-texts.js";
import { runtimeAnswersOf, type RuntimeAnswers, type RuntimeAnswerOptions } from "./runtime-answers.js";
import { deployedPredictorOf } from "./deployed-base.js";
import { compareAnswers, verdictOf, type AnswerComparison, type DeploymentVerdict } from "./compare.js";
import type { Deployment } from "./deployment.js";
import type { GoldenInputs } from "./golden.js";
import type { ProofRuntime } from "./proof.js";
import { must } from "#dsl/language/diagnostics/must.js";
import { tokensAt } from "../data/sequences/token-rows.js";
import { loadImplementation } from "../host/load-implementation.js";
import { predictorOf } from "../inference/predictor.js";
import { goldenInputsOf } from "./golden.js";
import type { OpenedModel, RuntimeRecord } from "./runtime.js";
import { runtimes } from "./runtimes/table.js";

/** How a folder of transformers is opened again in the notebook's own engine, and where the base of an adapter lies. */
export interface ReopenDeployment {
  (
    folder: string,
    d: Deployment,
  ): Promise<{ readonly session: Pick<EngineSession, "run">; readonly engine: Engine; close(): Promise<void> }>;
  base(d: Deployment): Promise<string>;
}

/** A deployed model that is open. */
export interface OpenedDeployment {
  readonly by: ProofRuntime;
  readonly model: OpenedModel;
  /** How it is asked what the notebook's is asked; null: it only writes by itself. */
  readonly asking: OpenPredictor | null;
}

/** What is missing to open it: its runtime isn't here, or `never`, no runtime of Tunebook opens what this target writes. */
export interface MissingRuntime {
  readonly missing: string;
  readonly never?: true;
}

/** Coded error `runtime-failed`. */
export async function openDeployment(
  options: {
    readonly runtime: string | null;
    /** The file or folder, and where its own files lie. */
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
  if (missing !== null) return { missing: `${record.title} isn't here: ${missing}` };
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
  record: RuntimeRecord,
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
  asking: OpenPredictor,
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

/** Its answers to the golden inputs. Coded error `runtime-failed`. */
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
  if (golden.is !== "prompts" || !model.write)
    throw new CodedError("internal", { what: "a runtime that answers nothing" });
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

/** The comparison, its verdict, and what was found wrong in words. */
export function judgeAnswers(
  expected: RuntimeAnswers,
  answers: RuntimeAnswers,
  { written }: Deployment,
): { readonly compared: AnswerComparison; readonly verdict: DeploymentVerdict; readonly found: readonly string[] } {
  const compared = compareAnswers(expected, answers);
  const verdict = verdictOf(compared, written);
  const { difference, greatest, agree, inputs, tokens } = compared;
  const found = [
    ...(difference === null ? [] : [`numbers differ by ${difference.toPrecision(2)} of ${greatest.toPrecision(3)}`]),
    ...(agree < inputs ? [`${inputs - agree} of ${inputs} answers are otherwise`] : []),
    ...(tokens && tokens.agree < tokens.of ? [`${tokens.agree} of ${tokens.of} written tokens agree`] : []),
  ];
  return { compared, verdict, found };
}

/** Runtimes that read texts by themselves (a page's own script): texts of all sorts must become the same tokens there as here. */
type AskedGolden = Extract<GoldenInputs, { is: "asked" }>;

/** Throws where a text becomes other tokens there, or where its tokens stand elsewhere. */
async function demandAlike(
  reads: NonNullable<OpenedModel["reads"]>,
  asking: OpenPredictor,
  { name, task, roles, max_length: maxLength }: Deployment,
): Promise<void> {
  const { read } = await predictorOf(asking, name);
  const { rowFormat } = (await loadImplementation(task, "task")).supervision;
  // Of texts that are read each by itself no two need belong together.
  const belong = rowFormat.separateTexts ? [] : roles;
  const { inputs } = goldenInputsOf({ maxLength, roles: belong, mask: null, writes: false }) as AskedGolden;
  const { rows } = await read(inputs);
  const there = await reads(inputs);
  const { window } = rows.taskInputs;
  // Of a question the rows are parts of its context, one after the other.
  const all = Array.from(rows.lengths, (_, row) => ({ row, of: window?.(row).questionIndex ?? row }));
  inputs.forEach((text, i) => {
    const textRows = all.filter(({ of: textIndex }) => textIndex === i);
    const ids = textRows.flatMap(({ row }) => Array.from(tokensAt(rows.ids, row)));
    const places = textRows.flatMap(({ row }) => {
      const part = window?.(row);
      return part ? [part.first, ...part.starts, ...part.ends] : [];
    });
    const { ids: itsIds, places: itsPlaces } = must(there[i], "what a text becomes there");
    if (String(ids) === String(itsIds) && String(places) === String(itsPlaces)) return;
    throw new Error(`the page reads ${JSON.stringify(text).slice(0, 80)} otherwise than the notebook`);
  });
}
