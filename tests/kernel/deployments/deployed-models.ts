/** The small models of every family as targets receive them, their inputs, and the outputs of our own engine. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NDArray, Program } from "#dsl/tensor/program.js";
import { toNDArray, makeArrayValues } from "#dsl/tensor/values.js";
import type { Call } from "#dsl/language/types/value.js";
import { openBase } from "#kernel/bases/open.js";
import { deployedModelFromFolder } from "#kernel/deployments/from-folder.js";
import { deploymentHomeOf, targetWriterIn, type DeploymentPlace } from "#kernel/deployments/output.js";
import type { ModelToDeploy, TargetImplementation, DeploymentResult } from "#stdlib/targets/kind.js";
import { forwardProgramOf } from "#stdlib/targets/shared/forward.js";
import { registry } from "#stdlib/registry.js";
import { writeEncoder } from "#tests/oracles/encoder-folder.js";
import { engineNamed } from "#tests/kernel/engines/engines.js";
import { ENCODERS } from "#tests/stdlib/models/encoder-models.js";
import { root } from "#tests/stdlib/models/golden.js";

export type Feeds = Readonly<Record<string, NDArray>>;
export interface SmallModel {
  readonly name: string;
  readonly folder: string;
  readonly task: string;
  readonly labels: number;
}

const fixtures = fileURLToPath(new URL("fixtures/models/", root));

const OF_TEXTS = ["bert-types", "bert-mish", "distilbert-plain", "roberta-plain", "mobilebert-plain"];
const WRITING = [
  "cohere-parallel",
  "gemma2-capped",
  "gemma3_text-near",
  "gpt2-odd",
  "llama-odd",
  "mistral-window",
  "qwen3-normed",
];
const ANSWERING = ["t5-gated", "t5-reader", "t5-uneven"];

/** Encoders with a text classification head, written to `scratch`. */
export function smallEncoders(scratch: string, only: (name: string) => boolean = () => true): SmallModel[] {
  return ENCODERS.filter(({ name }) => only(name)).map((golden) => ({
    name: golden.name,
    folder: writeEncoder(join(scratch, golden.name), golden),
    task: "text_classification",
    labels: Object.keys(golden.config["id2label"] as object).length,
  }));
}
function inFixtures(only: RegExp, task: string): SmallModel[] {
  const names = readdirSync(fixtures).filter((name) => only.test(name));
  return names.map((name) => ({ name, folder: join(fixtures, name), task, labels: 0 }));
}
export const smallDecoders = (): SmallModel[] =>
  inFixtures(/^(cohere|gemma|gpt2|llama|mistral|qwen)/, "text_generation");
export const smallT5s = (): SmallModel[] => inFixtures(/^t5-/, "text2text_generation");

/** One model of each family, with unusual settings; encoders are written to `scratch`. */
export function smallModels(scratch: string): SmallModel[] {
  const odd = (all: SmallModel[], names: readonly string[]): SmallModel[] =>
    all.filter(({ name }) => names.includes(name));
  return [
    ...smallEncoders(scratch, (name) => OF_TEXTS.includes(name)),
    ...odd(smallDecoders(), WRITING),
    ...odd(smallT5s(), ANSWERING),
  ];
}

export async function deployedOf({ name, folder, task, labels }: SmallModel): Promise<ModelToDeploy> {
  const base = await openBase(folder, "folder", registry);
  return deployedModelFromFolder({
    name,
    base,
    task: { kind: "task", word: task, arguments: {} },
    labels: Array.from({ length: labels }, (_, i) => `label ${String(i)}`),
    roles: ["text", "label"],
    tokenTypes: ((base.facts.config["type_vocab_size"] as number | undefined) ?? 0) > 1,
    maxLength: 16,
  });
}

/** Returns texts of unequal lengths; the same numbers each time. */
export function feedsOf(deployed: ModelToDeploy, batch: number, length: number, full = false): Feeds {
  const program = forwardProgramOf(deployed);
  const { vocabulary } = deployed.family.implementation.sizes(deployed.parts.config);
  const longest = Array.from({ length: batch }, (_, row) => (full ? length : Math.max(1, length - 3 * row)));
  const made = (width: number, of: (row: number, at: number) => number): NDArray =>
    toNDArray(
      "i32",
      makeArrayValues(
        [batch, width],
        Array.from({ length: batch * width }, (_, i) => of(Math.floor(i / width), i % width)),
      ),
    );
  const id = (row: number, at: number): number => 4 + ((row * 31 + at * 17 + 5) % (vocabulary - 4));
  const all: Record<string, NDArray> = {
    input_ids: made(length, (row, at) => (at < longest[row]! ? id(row, at) : 0)),
    attention_mask: made(length, (row, at) => (at < longest[row]! ? 1 : 0)),
    token_type_ids: made(length, (row, at) => (at < longest[row]! && at > 3 ? 1 : 0)),
    decoder_input_ids: made(4, id),
  };
  return Object.fromEntries(Object.keys(program.inputs).map((name) => [name, all[name]!]));
}

export async function ownAnswers(
  deployed: ModelToDeploy,
  folder: string,
  feeds: Feeds,
): Promise<Readonly<Record<string, NDArray>>> {
  const program: Program = forwardProgramOf(deployed);
  const session = await (await engineNamed("tensorflow")).open({ forward: program }, [folder]);
  try {
    return await session.run("forward", { ...feeds });
  } finally {
    await session.dispose();
  }
}

const floats = ({ bytes }: NDArray): Float32Array => new Float32Array(Uint8Array.from(bytes).buffer);

/** Returns the mask of text tokens for per-token outputs; null for outputs per text or for generated text. */
function maskOf({ shape }: NDArray, feeds: Feeds): Int32Array | null {
  const { bytes, shape: own } = feeds["attention_mask"]!;
  const perToken = !feeds["decoder_input_ids"] && shape.length > 1 && shape[0] === own[0] && shape[1] === own[1];
  return perToken ? new Int32Array(Uint8Array.from(bytes).buffer) : null;
}

/** Returns the maximum difference over text tokens, absolute and relative to the greatest value (at least 1). */
export function difference(
  got: NDArray,
  want: NDArray,
  feeds: Feeds,
): { readonly most: number; readonly greatest: number; readonly relative: number } {
  const [a, b] = [got, want].map(floats) as [Float32Array, Float32Array];
  if (a.length !== b.length) throw new Error(`${String(got.shape)} is not ${String(want.shape)}`);
  const mask = maskOf(want, feeds);
  const width = b.length / (mask?.length ?? 1);
  let [most, greatest] = [0, 1];
  b.forEach((x, i) => {
    if (mask?.[Math.floor(i / width)] === 0) return;
    most = Math.max(most, Number.isNaN(a[i]!) ? Infinity : Math.abs(a[i]! - x));
    greatest = Math.max(greatest, Math.abs(x));
  });
  return { most, greatest, relative: most / greatest };
}

/** Returns the share of rows (or of text tokens, for per-token outputs) with the same argmax. */
export function agreement(got: NDArray, want: NDArray, feeds: Feeds): number {
  const width = want.shape.at(-1)!;
  const [a, b] = [got, want].map(floats) as [Float32Array, Float32Array];
  const best = (x: Float32Array, row: number): number => {
    const part = x.subarray(row * width, (row + 1) * width);
    return part.indexOf(Math.max(...part));
  };
  const mask = maskOf(want, feeds);
  const rows = Array.from({ length: b.length / width }, (_, row) => row).filter((row) => mask?.[row] !== 0);
  return rows.filter((row) => best(a, row) === best(b, row)).length / rows.length;
}

/**
 * Writes a deployment as `deploy` does, without the proof. Returns the path that the target's runtime opens, and the
 * folder of the accompanying files.
 */
export async function written(
  target: TargetImplementation,
  call: Call,
  deployed: ModelToDeploy,
  source: string,
  work: string,
  place: Pick<DeploymentPlace, "writes"> & { readonly name: string },
): Promise<{ readonly at: string; readonly home: string; readonly said: DeploymentResult }> {
  const own = place.writes === "folder" ? join(work, place.name) : work;
  const at = join(work, place.name);
  const said = await target.write(call, deployed, targetWriterIn(own, { writes: place.writes, path: at }, source));
  return { at, home: deploymentHomeOf({ writes: place.writes, path: at }), said };
}
