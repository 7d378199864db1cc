/** Writes the small encoders of tests/golden/oracle/encoders-*.json as model folders, as `save_pretrained` does. */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { weightsOf, type EncoderGolden } from "#tests/stdlib/models/encoder-models.js";
import { float32, writeSafetensors } from "./safetensors.js";

const fixtures = new URL("../../../tests/fixtures/models/", import.meta.url);

export interface EncoderFolderOptions {
  /**
   * Prefix of the family's body: only the body is written, its names without the prefix. Defaults to the complete
   * classifier.
   */
  readonly bodyOf?: string;
  /** A tokenizer of tests/fixtures/models to copy into the folder. The vocabulary grows to contain its ids. */
  readonly tokenizer?: { readonly name: string; readonly vocabulary: number };
}

/** Writes the model's folder and returns its path. */
export function writeEncoder(folder: string, golden: EncoderGolden, o: EncoderFolderOptions = {}): string {
  mkdirSync(folder, { recursive: true });
  const { tokenizer, bodyOf: prefix = "" } = o;
  const grown = tokenizer ? { vocab_size: tokenizer.vocabulary } : {};
  writeFileSync(join(folder, "config.json"), JSON.stringify({ ...golden.config, ...grown }));
  const shapes = Object.fromEntries(
    Object.entries(golden.shapes).map(([name, shape]) => [
      name,
      tokenizer && name.endsWith("word_embeddings.weight") ? [tokenizer.vocabulary, shape[1]!] : shape,
    ]),
  );
  const tensors = Object.entries(weightsOf({ name: golden.name, shapes })).flatMap(([name, { shape, data }]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), float32(shape, Float32Array.from(data))] as const] : [],
  );
  writeSafetensors(join(folder, "model.safetensors"), Object.fromEntries(tensors));
  if (tokenizer) cpSync(fileURLToPath(new URL(`tokenizer-${tokenizer.name}`, fixtures)), folder, { recursive: true });
  return folder;
}
