/**
 * The folder that stands for a model from scratch as a base's does for a base: config.json made of its words and, once the
 * data are known, the tokenizer trained on them. There are no weights: programs begin with the family's initial values.
 */
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { Graph } from "#dsl/graph/builder.js";
import type { ScratchPlan } from "#dsl/plan/plan.js";
import type { Implementations, Registry } from "#dsl/registry.js";
import type { FromScratch } from "#stdlib/models/from-words.js";
import { makeLayers } from "#stdlib/layers.js";
import { layersOptions, modelInputs } from "#stdlib/programs/model.js";
import type { Prepared } from "../../data/prepared.js";
import { cachePath } from "../../fetch/cache.js";
import type { Base } from "../base.js";
import { trainingTexts } from "./texts.js";
import { trainTokenizer } from "./train-tokenizer.js";

/** `prepared`: of `plan.data`; null while the data are not known. Coded errors: those of `trainTokenizer` and of the family's config. */
export async function makeScratch(
  { architecture, tokenizer, max_length }: ScratchPlan,
  prepared: Prepared | null,
  o: { readonly registry: Registry; readonly signal?: AbortSignal | undefined },
): Promise<Base> {
  const word = o.registry.find("model", architecture.word)!;
  const family = (await word.load!()) as Implementations["model"];
  const scratch = word.capabilities!["scratch"] as FromScratch;
  const asked = Number(tokenizer.arguments["vocabulary"]);
  const trained = prepared
    ? await trainTokenizer(tokenizer, scratch, trainingTexts(prepared), { ...o, data: prepared.name })
    : null;
  const special = (role: string): number | null => {
    const id = scratch.specials.findIndex(([, ...roles]) => roles.some((r) => r === role));
    return id < 0 ? null : id;
  };
  const vocabulary = trained?.size ?? asked;
  const config = family.fromWords!({ words: architecture.arguments, vocabulary, positions: max_length, special });
  const read = family.config(config);
  const files: Readonly<Record<string, unknown>> = {
    "config.json": config,
    ...(trained && {
      "tokenizer.json": trained.tokenizer,
      "tokenizer_config.json": { ...trained.settings, model_max_length: max_length },
    }),
  };
  const { folder, hash } = await written(files);
  const shapes = shapesOf(family, read);
  const facts = {
    ...{ folder, hash, family: word.name, config, shapes, hasTokenizer: trained !== null, chatTemplate: false },
    parameters: Object.values(shapes).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0),
    positions: family.sizes(read).positions,
    scratch: { asked, got: trained?.size ?? null },
  };
  return { folder, hash, files: Object.keys(files), from: "folder", facts };
}

/** Into a folder of the cache that is named for what the files say. */
async function written(
  files: Readonly<Record<string, unknown>>,
): Promise<{ readonly folder: string; readonly hash: string }> {
  const texts = Object.entries(files).map(([name, json]) => [name, `${JSON.stringify(json)}\n`] as const);
  const sum = createHash("sha256");
  for (const [name, text] of texts) sum.update(`${name}\0${text}`);
  const hash = sum.digest("hex");
  const folder = cachePath("bases", `scratch-${hash.slice(0, 16)}`);
  await mkdir(folder, { recursive: true });
  for (const [name, text] of texts) await writeFileAtomic(join(folder, name), text);
  return { folder, hash };
}

/** The body's parameters. */
function shapesOf(family: Implementations["model"], config: unknown): Readonly<Record<string, readonly number[]>> {
  const graph = new Graph();
  const from = { family, config, prefixInCheckpoint: false, tensors: new Set<string>() };
  const layers = makeLayers({ ...layersOptions(from, graph, 0, () => true), prefix: family.prefix });
  family.build(layers, config, modelInputs(graph, { family }), { dropout: 0 });
  const { state } = graph.program();
  return Object.fromEntries(Object.entries(state).map(([name, { type }]) => [name, type.shape as readonly number[]]));
}
