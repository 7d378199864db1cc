/**
 * Saves a trained model as a standard folder with the technique merged into the weights of linear layers. It can be
 * opened without knowledge of the technique: by transformers, `base: "folder"` and `tunebook forward`. Before the
 * folder is complete, the logits of both models on the same tokens are compared.
 */
import { mustExist, CodedError } from "#dsl/language/diagnostics/codes.js";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { NDArray } from "#dsl/tensor/program.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { assembleForwardProgram } from "#stdlib/programs/forward.js";
import { buildAdapterMergePrograms, type MergedLayer, type AdapterMergeProgram } from "#stdlib/programs/merge.js";
import type { AssembleOptions } from "#stdlib/programs/options.js";
import type { BaseModel } from "../../bases/base.js";
import type { Engine, EngineSession } from "../../engines/engine.js";
import { modelConfigJsonText } from "./config-text.js";
import { modelConfigOf } from "./model-config.js";
import { foldStandardisation, standardisedHeadStateNamesOf } from "../standardised-weights.js";
import { writeStagedFolder } from "../staged-folder.js";
import {
  companionFiles,
  copyCompanionFiles,
  checkFolderIsFree,
  modelFolderFiles,
  MODEL_FILES,
} from "./model-folder.js";

export interface MergedModel {
  readonly folder: string;
  /** Maximum difference of a logit between the trained and the merged model on the same tokens. */
  readonly difference: number;
}
export type ModelAssemblyOptions = Omit<AssembleOptions, "optimizer" | "clip" | "dropout">;

const FORWARD = "merge forward";
const NONE: AssembleOptions["technique"] = {
  call: { kind: "technique", word: "full", arguments: {} },
  implementation: { trains: () => false, around: (_, layers) => layers, saved: "model" },
};
/** Relative to the greatest logit; float32 rounding stays below a hundredth of it. */
const TOLERANCE = 1e-4;

/**
 * `session` has the trained model, built from `body`; it is not changed. The folder of an earlier merge is replaced.
 * Throws the coded errors `cannot-merge`, `merge-differs`, `folder-taken` and `no-space`.
 */
export async function writeMergedModel(
  folder: string,
  options: {
    readonly engine: Engine;
    readonly session: EngineSession;
    readonly body: ModelAssemblyOptions;
    readonly plan: Plan;
    readonly base: BaseModel;
    readonly labels: readonly string[];
  },
): Promise<MergedModel> {
  const { session, body, base } = options;
  const storage = options.plan.recipe.model.storage?.word ?? "f32";
  if (storage !== "f32")
    throw new CodedError("cannot-merge", {
      technique: body.technique.call.word,
      why: `the base is stored in memory as ${storage}, so merging would write rounded weights; train with \`storage: f32\``,
    });
  checkFolderIsFree(folder, modelFolderFiles(base));
  const merging = buildAdapterMergePrograms(body);
  const trained = assembleForwardProgram(body, false);
  const plain = assembleForwardProgram({ ...body, technique: NONE, tensors: base.facts.shapes }, false);
  const programs = Object.fromEntries(merging.map(({ width, program }) => [`merge ${width}`, program]));
  const looking = { ...programs, [FORWARD]: trained };
  await session.add(looking, [base.folder]);
  const copy = await options.engine.open({ [FORWARD]: plain }, [base.folder]);
  try {
    const layers = new Set(
      merging.flatMap((m) => m.layers.flatMap(({ weight, bias }) => [weight, ...(bias === null ? [] : [bias])])),
    );
    // Parameters without a merged layer are copied from the session: the head, and trained parameters of the base.
    const moved = Object.entries(trained.state).filter(
      ([name, { initial }]) =>
        !layers.has(name) && Object.hasOwn(plain.state, name) && !("checkpoint" in initial && isFrozen(body, name)),
    );
    for (const [name] of moved) await copy.write(name, await session.read(name));
    for (const one of merging) await mergeInto(copy, session, one, body.technique.call.word);
    const difference = await compared(session, copy, plain.inputs, body);
    const standardised = standardisedHeadStateNamesOf(body.task.implementation, body.family);
    await foldStandardisation(copy, standardised);
    const standardStates: readonly string[] = standardised ? [standardised.mean, standardised.scale] : [];
    const { max_length: maxLength } = options.plan.recipe.model;
    await writeStagedFolder(folder, async (work) => {
      await copy.save(
        join(work, MODEL_FILES.weights),
        Object.keys(plain.state).filter((name) => !standardStates.includes(name)),
        { format: "pt" },
      );
      await writeFileAtomic(
        join(work, MODEL_FILES.config),
        modelConfigJsonText(modelConfigOf(options.plan.recipe.model, base, options.labels)),
      );
      await copyCompanionFiles(work, { from: base.folder, files: companionFiles(base), maxLength });
    });
    return { folder, difference };
  } finally {
    await Promise.all([copy.dispose(), session.remove(Object.keys(looking))]);
  }
}

/** Whether all trained parameters are parameters of the base's own model, with nothing added to its layers. */
export function canMergeInPlace(body: ModelAssemblyOptions, base: BaseModel, trainable: readonly string[]): boolean {
  const plain = assembleForwardProgram({ ...body, technique: NONE, tensors: base.facts.shapes }, false);
  return trainable.every((name) => Object.hasOwn(plain.state, name));
}

/** Whether the technique left a parameter of the base unchanged. */
function isFrozen({ technique: { call, implementation }, family }: ModelAssemblyOptions, name: string): boolean {
  return name.startsWith(family.prefix) && !implementation.trains(call, name.slice(family.prefix.length));
}

async function mergeInto(
  copy: EngineSession,
  session: EngineSession,
  { width, layers }: AdapterMergeProgram,
  technique: string,
): Promise<void> {
  const identity = new Float32Array((width + 1) * width);
  for (let i = 0; i < width; i++) identity[i * width + i] = 1;
  const x = f32([width + 1, width], identity);
  const zero = f32([1, width], new Float32Array(width));
  for (const layer of layers) {
    const { product, whole } = layer.outputs;
    const turned = await session.run(`merge ${width}`, { x }, [product]);
    const atZero = await session.run(`merge ${width}`, { x: zero }, [whole]);
    await copy.write(layer.weight, weightOf(layer, floats(turned[product]!)));
    const bias = floats(atZero[whole]!);
    if (layer.bias !== null) await copy.write(layer.bias, f32([layer.out], bias));
    else if (bias.some((v) => v !== 0))
      throw new CodedError("cannot-merge", {
        technique,
        why: `it shifts ${layer.weight.replace(/\.weight$/, "")}, which has no bias`,
      });
  }
}

/** Computes W′ in the checkpoint's layout from the outputs x·W′ᵀ for the identity and for zero. */
function weightOf({ in: width, out, layout }: MergedLayer, y: Float32Array): NDArray {
  const weight = new Float32Array(width * out);
  const shift = width * out;
  for (let i = 0; i < width; i++)
    for (let j = 0; j < out; j++)
      weight[layout === "in_out" ? i * out + j : j * width + i] = y[i * out + j]! - y[shift + j]!;
  return f32(layout === "in_out" ? [width, out] : [out, width], weight);
}

/** Returns the maximum difference of logits on one batch of arbitrary tokens. */
async function compared(
  session: EngineSession,
  copy: EngineSession,
  inputs: Readonly<Record<string, unknown>>,
  { family, config }: ModelAssemblyOptions,
): Promise<number> {
  const { vocabulary, positions } = family.sizes(config);
  const length = Math.min(12, positions);
  const shape = [2, length];
  const tokens = Int32Array.from({ length: 2 * length }, (_, i) => (7 + i * 31) % vocabulary);
  const feed = (data: Int32Array): NDArray => ({ dtype: "i32", shape, bytes: new Uint8Array(data.buffer) });
  const all: Readonly<Record<string, NDArray>> = {
    input_ids: feed(tokens),
    attention_mask: feed(new Int32Array(2 * length).fill(1)),
    decoder_input_ids: feed(tokens),
  };
  const feeds = Object.fromEntries(Object.keys(inputs).map((name) => [name, all[name]!]));
  const logitsOf = async (engineSession: Pick<EngineSession, "run">) =>
    floats(mustExist((await engineSession.run(FORWARD, feeds, ["logits"]))["logits"], "logits"));
  const [a, b] = await Promise.all([logitsOf(session), logitsOf(copy)]);
  const most = a.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  const difference = a.reduce((m, v, i) => Math.max(m, Math.abs(v - b[i]!)), 0);
  if (difference <= TOLERANCE * Math.max(1, most)) return difference;
  throw new CodedError("merge-differs", { difference, most });
}

function f32(shape: readonly number[], data: Float32Array): NDArray {
  return { dtype: "f32", shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
function floats({ bytes }: NDArray): Float32Array {
  return new Float32Array(bytes.slice().buffer);
}
