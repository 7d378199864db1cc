/** A model folder as transformers writes it, as targets get it: a merged model, or anybody's that was loaded. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { NDArray, State } from "#dsl/tensor/program.js";
import type { Call } from "#dsl/language/types/value.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { Deployed } from "#stdlib/targets/kind.js";
import { registry } from "#stdlib/registry.js";
import type { Base } from "../bases/base.js";
import { does } from "../host/load-implementation.js";
import { readHeader, readTensor, weightFiles, type Header } from "../tensors/safetensors.js";
import { licenceOf } from "../bases/licence.js";
import { besideWeights } from "../runs/folders/model-folder.js";

export interface FolderModel {
  readonly name: string;
  readonly base: Base;
  readonly task: Call;
  readonly labels: readonly string[];
  readonly roles: readonly string[];
  readonly tokenTypes: boolean;
  readonly maxLength: number;
  readonly adapter?: Deployed["adapter"];
  readonly peft?: boolean;
  readonly calibration?: Deployed["calibration"];
  readonly examples?: Deployed["examples"];
  readonly fitted?: Deployed["fitted"];
  readonly chat?: Deployed["chat"];
  readonly origin?: Deployed["origin"];
  readonly rounding?: Deployed["rounding"];
}

/** No technique: what it did is in the weights. */
export const PLAIN: Deployed["parts"]["technique"] = {
  call: { kind: "technique", word: "full", arguments: {} },
  implementation: { trains: () => false, around: (_, layers) => layers, saved: "model" },
};

export async function deployedFrom(o: FolderModel): Promise<Deployed> {
  const { base, labels } = o;
  const { facts } = base;
  const family = await implementationOf(registry, "model", facts.family);
  const tensors = new Tensors(base.folder);
  const parts: Deployed["parts"] = {
    family,
    config: family.config(facts.config),
    task: { call: o.task, implementation: await does(o.task, "task") },
    technique: PLAIN,
    labels: labels.length,
    roles: o.roles,
    prefixInCheckpoint: Object.keys(facts.shapes).some((name) => name.startsWith(family.prefix)),
    tensors: facts.shapes,
    seed: 0,
    tokenTypes: o.tokenTypes,
  };
  return {
    name: o.name,
    origin: o.origin ?? { hub: null, licence: licenceOf(base) },
    parts,
    family: { word: facts.family, implementation: family },
    config: facts.config,
    labels,
    roles: o.roles,
    tokenTypes: o.tokenTypes,
    maxLength: o.maxLength,
    around: null,
    shapes: facts.shapes,
    adapter: o.adapter ?? null,
    peft: o.peft ?? false,
    read: (name, state) => tensors.read(name, state),
    files: besideWeights(base),
    file: (name) => readFile(join(base.folder, name)),
    ...(o.chat && { chat: o.chat }),
    calibration: o.calibration ?? (() => Promise.resolve([])),
    examples: o.examples ?? (() => Promise.resolve([])),
    ...(o.fitted && { fitted: o.fitted }),
    ...(o.rounding && { rounding: o.rounding }),
  };
}

/** The tensors of a folder, read when they are asked for. */
class Tensors {
  private readonly of = new Map<string, { readonly file: string; readonly header: Header }>();
  constructor(folder: string) {
    for (const file of weightFiles(folder)) {
      const header = readHeader(file);
      for (const name of Object.keys(header.tensors)) this.of.set(name, { file, header });
    }
  }
  /** A state that the folder has no tensor for begins as its program says. */
  read(state: string, of?: State): Promise<NDArray> {
    const initial = of?.initial;
    const name = initial && "checkpoint" in initial ? initial.checkpoint : state;
    const place = this.of.get(name);
    if (place) return Promise.resolve(readTensor(place.file, name, place.header));
    if (of && initial) {
      if ("value" in initial) return Promise.resolve(initial.value);
      if ("zeros" in initial || "ones" in initial) return Promise.resolve(filled(of, "ones" in initial ? 1 : 0));
    }
    throw new CodedError("missing-tensor", {
      name,
      files: [...new Set([...this.of.values()].map(({ file }) => file))],
      nearest: null,
    });
  }
}

function filled({ type }: State, value: number): NDArray {
  const shape = type.shape.map(Number);
  const size = shape.reduce((n, d) => n * d, 1);
  if (type.dtype !== "f32") throw new CodedError("internal", { what: `a state of ${type.dtype} begins as a number` });
  return { dtype: "f32", shape, bytes: new Uint8Array(new Float32Array(size).fill(value).buffer) };
}
