/** Reads a model folder in transformers' format for targets: a merged model, or any loaded one. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { NDArray, TensorState } from "#dsl/tensor/program.js";
import type { Call } from "#dsl/language/types/value.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { ModelToDeploy } from "#stdlib/targets/kind.js";
import { registry } from "#stdlib/registry.js";
import type { BaseModel } from "../bases/base.js";
import { loadImplementation } from "../host/load-implementation.js";
import { readHeader, readTensor, weightFiles, type SafetensorsHeader } from "../tensors/safetensors.js";
import { licenceOf } from "../bases/licence.js";
import { companionFiles } from "../runs/folders/model-folder.js";

export interface FolderModelOptions {
  readonly name: string;
  readonly base: BaseModel;
  readonly task: Call;
  readonly labels: readonly string[];
  readonly roles: readonly string[];
  readonly tokenTypes: boolean;
  readonly maxLength: number;
  readonly adapter?: ModelToDeploy["adapter"];
  readonly peft?: boolean;
  readonly calibration?: ModelToDeploy["calibration"];
  readonly examples?: ModelToDeploy["examples"];
  readonly fitted?: ModelToDeploy["fitted"];
  readonly chat?: ModelToDeploy["chat"];
  readonly origin?: ModelToDeploy["origin"];
  readonly rounding?: ModelToDeploy["rounding"];
}

/** No technique: its effect is in the weights. */
export const NO_TECHNIQUE: ModelToDeploy["parts"]["technique"] = {
  call: { kind: "technique", word: "full", arguments: {} },
  implementation: { trains: () => false, around: (_, layers) => layers, saved: "model" },
};

export async function deployedModelFromFolder(options: FolderModelOptions): Promise<ModelToDeploy> {
  const { base, labels } = options;
  const { facts } = base;
  const family = await implementationOf(registry, "model", facts.family);
  const tensors = new Tensors(base.folder);
  const parts: ModelToDeploy["parts"] = {
    family,
    config: family.config(facts.config),
    task: { call: options.task, implementation: await loadImplementation(options.task, "task") },
    technique: NO_TECHNIQUE,
    labels: labels.length,
    roles: options.roles,
    prefixInCheckpoint: Object.keys(facts.shapes).some((name) => name.startsWith(family.prefix)),
    tensors: facts.shapes,
    seed: 0,
    tokenTypes: options.tokenTypes,
  };
  return {
    name: options.name,
    origin: options.origin ?? { hub: null, licence: licenceOf(base) },
    parts,
    family: { word: facts.family, implementation: family },
    config: facts.config,
    labels,
    roles: options.roles,
    tokenTypes: options.tokenTypes,
    maxLength: options.maxLength,
    around: null,
    shapes: facts.shapes,
    adapter: options.adapter ?? null,
    peft: options.peft ?? false,
    read: (name, state) => tensors.read(name, state),
    files: companionFiles(base),
    file: (name) => readFile(join(base.folder, name)),
    ...(options.chat && { chat: options.chat }),
    calibration: options.calibration ?? (() => Promise.resolve([])),
    examples: options.examples ?? (() => Promise.resolve([])),
    ...(options.fitted && { fitted: options.fitted }),
    ...(options.rounding && { rounding: options.rounding }),
  };
}

class Tensors {
  private readonly tensorFiles = new Map<string, { readonly file: string; readonly header: SafetensorsHeader }>();
  constructor(folder: string) {
    for (const file of weightFiles(folder)) {
      const header = readHeader(file);
      for (const name of Object.keys(header.tensors)) this.tensorFiles.set(name, { file, header });
    }
  }
  /** A state without a tensor in the folder starts from its program's initial value. */
  read(state: string, stateInfo?: TensorState): Promise<NDArray> {
    const initial = stateInfo?.initial;
    const name = initial && "checkpoint" in initial ? initial.checkpoint : state;
    const place = this.tensorFiles.get(name);
    if (place) return Promise.resolve(readTensor(place.file, name, place.header));
    if (stateInfo && initial) {
      if ("value" in initial) return Promise.resolve(initial.value);
      if ("zeros" in initial || "ones" in initial) return Promise.resolve(filled(stateInfo, "ones" in initial ? 1 : 0));
    }
    throw new CodedError("missing-tensor", {
      name,
      files: [...new Set([...this.tensorFiles.values()].map(({ file }) => file))],
      nearest: null,
    });
  }
}

function filled({ type }: TensorState, value: number): NDArray {
  const shape = type.shape.map(Number);
  const size = shape.reduce((n, d) => n * d, 1);
  if (type.dtype !== "f32") throw new CodedError("internal", { what: `a state of ${type.dtype} starts as a number` });
  return { dtype: "f32", shape, bytes: new Uint8Array(new Float32Array(size).fill(value).buffer) };
}
