/**
 * Converts a GGUF file once to a folder like any other base's: config.json, model.safetensors (f32), tokenizer.json.
 * The folder appears only when it is complete; a note in it has its source and the size of each file.
 */
import * as v from "valibot";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { writeSafetensors, type TensorToWrite } from "../../tensors/safetensors.js";
import { cachePath, withFileLock } from "../../fetch/cache.js";
import { demandDiskSpace } from "../../fetch/disk.js";
import { isFileIntact } from "../../fetch/file.js";
import { objectWith, readJsonCacheFile, dictionaryOf, wholeNumber, type Schema } from "../../fetch/json.js";
import { GGUF_BLOCK_FORMATS, UNSUPPORTED_FORMAT_NAMES, dequantise, type GgufBlockFormat } from "./dequantise.js";
import { readGgufByteRange, readGgufHeader, type GgufHeader, type GgufTensor } from "./file.js";
import {
  type GgufLayout,
  unsupportedGgufError,
  ArchitectureMetadata,
  checkpointNameOf,
  specialTokenIds,
} from "./layout.js";
import { tokenizerFromGguf } from "./tokenizer.js";
import { elementCountOfShape } from "#dsl/tensor/values.js";
import { gemmaLayout, gemma2Layout, gemma3Layout, llamaLayout, qwen2Layout, qwen3Layout } from "./llama.js";
import { gpt2TensorNames } from "#stdlib/targets/shared/gguf/names.js";
import { transposeMatrix } from "#stdlib/targets/shared/gguf/element-order.js";

// The supported layouts of GGUF files, by `general.architecture`.

/** GPT-2 in llama.cpp's layout, where its linear layers are [out, in]; in a checkpoint they are [in, out]. */
export const gpt2Layout: GgufLayout = {
  config(gguf) {
    const read = new ArchitectureMetadata(gguf, "gpt2");
    const width = read.number("embedding_length");
    return {
      architectures: ["GPT2LMHeadModel"],
      model_type: "gpt2",
      vocab_size: read.vocabulary("token_embd.weight"),
      n_positions: read.number("context_length"),
      n_embd: width,
      n_layer: read.number("block_count"),
      n_head: read.number("attention.head_count"),
      n_inner: read.number("feed_forward_length", 4 * width),
      activation_function: "gelu_new",
      layer_norm_epsilon: read.number("attention.layer_norm_epsilon"),
      tie_word_embeddings: !gguf.tensors.some((t) => t.name === "output.weight"),
      ...specialTokenIds(gguf),
      torch_dtype: "float32",
    };
  },
  tensor(gguf, tensor) {
    const { name, part } = checkpointNameOf(gguf, tensor, gpt2TensorNames);
    const [rows, columns] = tensor.shape;
    if (part === null || rows === undefined || columns === undefined) return { name, shape: tensor.shape };
    return { name, shape: [columns, rows], restore: (data) => transposeMatrix(data, rows, columns) };
  },
};

const LAYOUTS: ReadonlyMap<unknown, GgufLayout> = new Map(
  Object.entries({
    gemma: gemmaLayout,
    gemma2: gemma2Layout,
    gemma3: gemma3Layout,
    gpt2: gpt2Layout,
    llama: llamaLayout,
    qwen2: qwen2Layout,
    qwen3: qwen3Layout,
  }),
);

/** Returns a file's layout. Coded error: `gguf-unsupported`. */
export function ggufLayoutOf(gguf: GgufHeader): GgufLayout {
  const architecture = gguf.metadata["general.architecture"] ?? "(none)";
  const layout = LAYOUTS.get(architecture);
  if (layout) return layout;
  throw unsupportedGgufError(gguf, "architecture", architecture, [...LAYOUTS.keys()].map(String));
}

/** A new number makes older conversions run again. */
const VERSION = 1;
const NOTE = "converted.json";

interface Note {
  readonly version: typeof VERSION;
  /** SHA-256 of the GGUF file. */
  readonly from: string;
  /** Bytes of each file. */
  readonly files: Readonly<Record<string, number>>;
  /** The format of most weights; missing in older notes. */
  readonly stored?: string | undefined;
}
const noteSchema: Schema<Note> = objectWith({
  version: v.literal(VERSION),
  from: v.string(),
  files: dictionaryOf(wholeNumber()),
  stored: v.optional(v.string()),
});

export interface ConvertOptions {
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export function convertedGgufFolder(sha256: string): string {
  return cachePath("bases", `gguf-${sha256.slice(0, 16)}`);
}

/** Converts a file. `sha256`: its hash. Coded errors: `gguf-malformed`, `gguf-unsupported`, `disk-full`. */
export async function convertGguf(
  file: string,
  sha256: string,
  folder: string,
  options: ConvertOptions = {},
): Promise<string> {
  if (await isConvertedGguf(folder, sha256)) return folder;
  return withFileLock(folder, async () => {
    if (await isConvertedGguf(folder, sha256)) return folder;
    const gguf = readGgufHeader(file);
    const work = `${folder}.converting-${String(process.pid)}`;
    await rm(work, { recursive: true, force: true });
    await mkdir(work, { recursive: true });
    try {
      await write(gguf, work, sha256, options);
      await rm(folder, { recursive: true, force: true });
      await rename(work, folder);
    } catch (error) {
      await rm(work, { recursive: true, force: true });
      throw error;
    }
    return folder;
  });
}

/**
 * Original format of most weights of a converted folder; undefined if unknown. `file`: its GGUF file, if it still
 * exists.
 */
export function originalWeightFormatOf(folder: string, file: string): string | undefined {
  const noted = readJsonCacheFile(join(folder, NOTE), noteSchema)?.stored;
  if (noted !== undefined || !existsSync(file)) return noted;
  return storedIn(readGgufHeader(file));
}

function storedIn(gguf: GgufHeader): string | undefined {
  const elements = new Map<number, number>();
  for (const { type, shape } of gguf.tensors)
    elements.set(type, (elements.get(type) ?? 0) + elementCountOfShape(shape));
  const [most] = [...elements].sort((a, b) => b[1] - a[1]);
  return most && GGUF_BLOCK_FORMATS.get(most[0])?.name;
}

export async function isConvertedGguf(folder: string, sha256: string): Promise<boolean> {
  const note = readJsonCacheFile(join(folder, NOTE), noteSchema);
  if (note?.from !== sha256) return false;
  for (const [name, size] of Object.entries(note.files))
    if (!(await isFileIntact(join(folder, name), { size }))) return false;
  return true;
}

async function write(gguf: GgufHeader, folder: string, from: string, options: ConvertOptions): Promise<void> {
  const layout = ggufLayoutOf(gguf);
  const config = layout.config(gguf);
  const { tokenizer, settings } = tokenizerFromGguf(gguf);
  const text: Readonly<Record<string, unknown>> = {
    "config.json": config,
    "tokenizer.json": tokenizer,
    "tokenizer_config.json": settings,
  };
  for (const [name, json] of Object.entries(text)) await writeFile(join(folder, name), JSON.stringify(json));
  const weights = join(folder, "model.safetensors");
  const tensors = tensorsOf(gguf, layout, options);
  await demandDiskSpace(
    weights,
    Object.values(tensors).reduce((sum, t) => sum + 4 * elementCountOfShape(t.shape), 0),
  );
  writeSafetensors(weights, tensors, { format: "pt" });
  const files: Record<string, number> = {};
  for (const name of [...Object.keys(text), "model.safetensors"]) files[name] = (await stat(join(folder, name))).size;
  const note: Note = { version: VERSION, from, files, stored: storedIn(gguf) };
  await writeFile(join(folder, NOTE), JSON.stringify(note));
}

function tensorsOf(
  gguf: GgufHeader,
  layout: GgufLayout,
  options: ConvertOptions,
): Readonly<Record<string, TensorToWrite>> {
  let done = 0;
  return Object.fromEntries(
    gguf.tensors.map((tensor) => {
      const { name, shape, restore } = layout.tensor(gguf, tensor);
      const format = formatOf(gguf, tensor);
      const bytes = (): Uint8Array => {
        options.signal?.throwIfAborted();
        const flat = elementsFrom(gguf, tensor, format);
        const data = restore ? restore(flat) : flat;
        options.onProgress?.(++done, gguf.tensors.length);
        return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      };
      return [name, { dtype: "f32", shape, bytes }];
    }),
  );
}

function elementsFrom(gguf: GgufHeader, tensor: GgufTensor, format: GgufBlockFormat): Float32Array {
  const count = elementCountOfShape(tensor.shape) / format.elements;
  return dequantise(format, readGgufByteRange(gguf, tensor.offset, count * format.bytes));
}

function formatOf(gguf: GgufHeader, tensor: GgufTensor): GgufBlockFormat {
  const format = GGUF_BLOCK_FORMATS.get(tensor.type);
  if (!format)
    throw new CodedError("gguf-unsupported", {
      file: gguf.file,
      part: `the format of ${tensor.name}`,
      value: UNSUPPORTED_FORMAT_NAMES.get(tensor.type) ?? `number ${String(tensor.type)}`,
      supported: [...GGUF_BLOCK_FORMATS.values()].map((f) => f.name),
    });
  if (elementCountOfShape(tensor.shape) % format.elements)
    throw new CodedError("gguf-malformed", {
      file: gguf.file,
      why: `${tensor.name} is not a multiple of a block of ${format.name}`,
    });
  return format;
}
