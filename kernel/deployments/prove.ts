/** What a target wrote, opened in its runtime and held beside the notebook's answers. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Engine, Session } from "../engines/engine.js";
import { floats } from "../engines/feeds.js";
import type { Asking } from "../inference/input-texts.js";
import { asked, type Answers, type AskedBy } from "./runtime-answers.js";
import { askingOf } from "./deployed-base.js";
import { compare, verdictOf, type Comparison, type Verdict } from "./compare.js";
import type { Deployment } from "./deployment.js";
import type { Golden } from "./golden.js";
import type { ProvedBy } from "./proof.js";
import { must } from "#dsl/language/diagnostics/must.js";
import { tokensAt } from "../data/sequences/token-rows.js";
import { does } from "../host/load-implementation.js";
import { askerOf } from "../inference/predictor.js";
import { goldenOf } from "./golden.js";
import type { OpenedModel, RuntimeRecord } from "./runtime.js";
import { runtimes } from "./runtimes/table.js";

/** How a folder of transformers is opened again in the notebook's own engine, and where the base of an adapter lies. */
export interface Reopen {
  (
    folder: string,
    d: Deployment,
  ): Promise<{ readonly session: Pick<Session, "run">; readonly engine: Engine; close(): Promise<void> }>;
  base(d: Deployment): Promise<string>;
}

/** A deployed model that is open. */
export interface OpenDeployment {
  readonly by: ProvedBy;
  readonly model: OpenedModel;
  /** How it is asked what the notebook's is asked; null: it only writes by itself. */
  readonly asking: Asking | null;
}

/** What is missing to open it: its runtime isn't here, or `never`, no runtime of Tunebook opens what this target writes. */
export interface Unopened {
  readonly missing: string;
  readonly never?: true;
}

/** Coded error `runtime-failed`. */
export async function openDeployment(
  o: {
    readonly runtime: string | null;
    /** The file or folder, and where its own files lie. */
    readonly place: string;
    readonly home: string;
    readonly deployment: Deployment;
  },
  reopen: Reopen,
): Promise<OpenDeployment | Unopened> {
  if (o.runtime === null) return { missing: "Tunebook has no runtime that opens it", never: true };
  const load = runtimes[o.runtime];
  if (!load) throw new CodedError("internal", { what: `no runtime is called ${o.runtime}` });
  const record = await load();
  const missing = await record.found(o.deployment.written);
  if (missing !== null) return { missing: `${record.title} isn't here: ${missing}` };
  const model = await opened(record, o, reopen);
  try {
    const asking = model.run || model.session ? await askingOf(o.home, o.deployment, model) : null;
    if (asking && model.reads) await readingAlike(model.reads, asking, o.deployment, record.title);
    return { by: { title: record.title, version: model.version }, model, asking };
  } catch (error) {
    await model.close();
    throw error;
  }
}

async function opened(
  record: RuntimeRecord,
  { place, deployment }: { readonly place: string; readonly deployment: Deployment },
  reopen: Reopen,
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
  asking: Asking,
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
export async function answersOf(
  { model, asking, by: { title } }: OpenDeployment,
  golden: Golden,
  name: string,
  by: AskedBy,
): Promise<Answers> {
  try {
    if (asking) return await asked(asking, golden, name, by);
    return await writtenBy(model, golden, by.expected?.tokens);
  } catch (error) {
    if (error instanceof CodedError || by.signal?.aborted) throw error;
    throw failed(title, error);
  }
}

async function writtenBy(model: OpenedModel, golden: Golden, expected: Answers["tokens"]): Promise<Answers> {
  if (golden.is !== "prompts" || !model.write)
    throw new CodedError("internal", { what: "a runtime that answers nothing" });
  const { write } = model;
  const written = await Promise.all(golden.inputs.map((prompt, i) => write(prompt, golden.most, expected?.[i])));
  const numbers = written.flatMap(({ first }) => (first ? [floats(first)] : []));
  const leads = written.flatMap(({ leads: own }) => (own ? [Float32Array.from(own)] : []));
  const whole = numbers.length === written.length && leads.length === written.length;
  return {
    says: written.map(({ text }) => text),
    tokens: written.map(({ tokens }) => tokens),
    ...(written.every(({ told }) => told) && { told: true as const }),
    ...(whole && { numbers, leads }),
  };
}

/** The comparison, its verdict, and what was found wrong in words. */
export function judged(
  expected: Answers,
  answers: Answers,
  { written }: Deployment,
): { readonly compared: Comparison; readonly verdict: Verdict; readonly found: readonly string[] } {
  const compared = compare(expected, answers);
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
type AskedGolden = Extract<Golden, { is: "asked" }>;

/** Throws where a text becomes other tokens there, or where its tokens stand elsewhere. */
async function demandAlike(
  reads: NonNullable<OpenedModel["reads"]>,
  asking: Asking,
  { name, task, roles, max_length: maxLength }: Deployment,
): Promise<void> {
  const { read } = await askerOf(asking, name);
  const { rowFormat } = (await does(task, "task")).supervision;
  // Of texts that are read each by itself no two need belong together.
  const belong = rowFormat.separateTexts ? [] : roles;
  const { inputs } = goldenOf({ maxLength, roles: belong, mask: null, writes: false }) as AskedGolden;
  const { rows } = await read(inputs);
  const there = await reads(inputs);
  const { window } = rows.asked;
  // Of a question the rows are parts of its context, one after the other.
  const all = Array.from(rows.lengths, (_, row) => ({ row, of: window?.(row).of ?? row }));
  inputs.forEach((text, i) => {
    const own = all.filter(({ of }) => of === i);
    const ids = own.flatMap(({ row }) => Array.from(tokensAt(rows.ids, row)));
    const places = own.flatMap(({ row }) => {
      const part = window?.(row);
      return part ? [part.first, ...part.starts, ...part.ends] : [];
    });
    const { ids: itsIds, places: itsPlaces } = must(there[i], "what a text becomes there");
    if (String(ids) === String(itsIds) && String(places) === String(itsPlaces)) return;
    throw new Error(`the page reads ${JSON.stringify(text).slice(0, 80)} otherwise than the notebook`);
  });
}
