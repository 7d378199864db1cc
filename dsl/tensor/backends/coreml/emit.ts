/**
 * Emits an inference program as a Core ML model: an ML Program in floats and a file of its weights. Both are parts of a
 * package (`.mlpackage`), whose manifest lists them.
 */
import type { NDArray, Program } from "../../program.js";
import type { Sizes } from "../../shape.js";
import { inferenceGraph } from "../tensorflow/inference.js";
import type { SignatureTensor } from "../tensorflow/saved-model.js";
import { MilProgram, type MilValue } from "./mil.js";
import { writeModel, type CoreMlFeature, type CoreMlModelSpec } from "./proto.js";
import { translateNodes, coreMlTypeOf } from "./translate.js";
import type { WeightFile } from "./weights.js";

export interface CoreMlOptions {
  /** Sizes fixed to numbers in the file. */
  readonly fixed?: Sizes;
  /** Maximum of each free size, by its name in the program. */
  readonly most?: Sizes;
  /** Stores weights in float16. */
  readonly half?: boolean;
  readonly about: string;
}
export interface CoreMlModel {
  /** Bytes of `model.mlmodel`. */
  readonly model: Uint8Array;
  readonly weights: WeightFile;
}

export function emitCoreMl(
  program: Program,
  weights: ReadonlyMap<string, NDArray>,
  options: CoreMlOptions,
): CoreMlModel {
  const { model, weights: file } = coreMlProgram(program, weights, options);
  return { model: writeModel(model), weights: file };
}

/** Returns the model before serialization. */
export function coreMlProgram(
  program: Program,
  weights: ReadonlyMap<string, NDArray>,
  { fixed = {}, most = {}, half = false, about }: CoreMlOptions,
): { readonly model: CoreMlModelSpec; readonly weights: WeightFile } {
  const { nodes, signature } = inferenceGraph(program, weights, fixed);
  const mil = new MilProgram(half);
  const feature = ([name, { type, shape }]: [string, SignatureTensor]): CoreMlFeature => ({
    name,
    type: coreMlTypeOf({ type }),
    shape,
  });
  const inputs = Object.entries(signature.inputs).map((entry) => {
    const port = feature(entry);
    const dimensions = program.inputs[port.name]!.type.shape;
    if (port.shape.every((size) => size >= 0)) return port;
    const ranges = port.shape.map((size, axis): [number, number] =>
      size >= 0 ? [size, size] : [1, most[dimensions[axis]!] ?? 1],
    );
    return { ...port, ranges };
  });
  const outputs = Object.entries(signature.outputs).map(feature);
  const given = new Map(inputs.map((input): [string, MilValue] => [input.name, input]));
  translateNodes(mil, nodes, given, new Set(outputs.map(({ name }) => name)));
  return { model: { inputs, outputs, operations: mil.operations, about }, weights: mil.weights };
}

/** Constant identifiers of the two parts, so that equal packages have equal bytes. */
const PARTS = {
  model: "5B0B9C0A-5C41-4E6B-9E39-6C5B6D0E7A01",
  weights: "5B0B9C0A-5C41-4E6B-9E39-6C5B6D0E7A02",
} as const;
const AUTHOR = "com.apple.CoreML";

/** Paths of the parts in the package. */
export const PACKAGE_PATHS = {
  manifest: "Manifest.json",
  model: `Data/${AUTHOR}/model.mlmodel`,
  weights: `Data/${AUTHOR}/weights/weight.bin`,
} as const;

export function packageManifest(): string {
  const item = (name: string, description: string): object => ({
    author: AUTHOR,
    description,
    name,
    path: `${AUTHOR}/${name}`,
  });
  const entries = {
    [PARTS.model]: item("model.mlmodel", "CoreML Model Specification"),
    [PARTS.weights]: item("weights", "CoreML Model Weights"),
  };
  const whole = { fileFormatVersion: "1.0.0", itemInfoEntries: entries, rootModelIdentifier: PARTS.model };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
