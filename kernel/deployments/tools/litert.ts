/**
 * Converts a SavedModel folder to one LiteRT file, by TensorFlow's converter in a separate process. The folder is
 * deleted.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PbfWriter } from "pbf";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { SAVED_MODEL_VERSION } from "#dsl/tensor/backends/tensorflow/saved-model.js";
import { SIGNATURE_NAME } from "#dsl/tensor/backends/tensorflow/inference.js";
import { findLitertConverter, runLitertConverter } from "../../engines/native/converter.js";
import type { ConversionTool } from "./tool.js";

/** Rounding of weights: none, 16-bit floats, or 8-bit integers with float activations. */
export type WeightRounding = "none" | "f16" | "int8";

export const litertConverter: ConversionTool = async ({ from, to, quantize }) => {
  const converter = await findLitertConverter();
  if ("why" in converter) throw new CodedError("converter-missing", converter);
  const work = await mkdtemp(join(tmpdir(), "tunebook-litert-"));
  try {
    const [model, settings] = [join(work, "model"), join(work, "settings")];
    await writeFile(model, modelFlags(from));
    await writeFile(settings, converterFlags(quantize as WeightRounding));
    const { code, stdout, stderr } = await runLitertConverter(converter.program, [
      converter.library,
      model,
      settings,
      to,
    ]);
    if (code === 3) throw new CodedError("converter-missing", { why: `its library lacks ${stdout.trim()}` });
    if (code !== 0) throw new CodedError("conversion-failed", { to, why: whyOf(code, stderr) }, { cause: stderr });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  await rm(from, { recursive: true, force: true });
};

function whyOf(code: number | string, stderr: string): string {
  const refused = /REFUSED ([\s\S]*)$/.exec(stderr)?.[1];
  const lines = (refused ?? stderr).trim().split("\n");
  if (refused !== undefined) return lines.slice(0, 3).join(" ").slice(0, 600);
  return `its process ended (${String(code)}): ${lines.at(-1)?.slice(0, 300) ?? ""}`;
}

/** Encodes tflite.ModelFlags: the SavedModel's path and signature. */
function modelFlags(folder: string): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeStringField(20, folder);
  pbf.writeVarintField(21, SAVED_MODEL_VERSION);
  pbf.writeStringField(22, "serve");
  pbf.writeStringField(23, SIGNATURE_NAME);
  return pbf.finish();
}

const GRAPH_DEF = 1;
const TFLITE = 2;
const FLOAT = 1;

/** Encodes tflite.ConverterFlags. */
function converterFlags(quantize: WeightRounding): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, GRAPH_DEF);
  pbf.writeVarintField(2, TFLITE);
  for (const type of [4, 11]) pbf.writeVarintField(type, FLOAT);
  pbf.writeBooleanField(12, true); // Control dependencies are dropped: there are none.
  pbf.writeBooleanField(34, true);
  if (quantize !== "none") pbf.writeBooleanField(26, true);
  if (quantize === "f16") pbf.writeBooleanField(29, true);
  if (quantize === "int8") pbf.writeBooleanField(44, true); // Per-channel quantizer.
  return pbf.finish();
}
