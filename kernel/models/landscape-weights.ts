/** Reads the weights of models drawn in one landscape from their files. All must fit one model's programs. */
import canonicalize from "canonicalize";
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { ModelPlan, Call } from "#dsl/language/types/value.js";
import { plural, callText } from "../host/value-text.js";
import { readHeader, readTensor, type SafetensorsHeader } from "../tensors/safetensors.js";
import type { TrainableWeights, NamedModelWeights } from "./weight-plane.js";

export interface LandscapeModel extends NamedModelWeights {
  /**
   * Returns the tensors that the checkpoint stores per weight under a prefix (`ewc.fisher/`); null unless all are
   * present. Throws the file's coded errors.
   */
  readonly beside: (prefix: string) => TrainableWeights | null;
}
export interface LandscapeSource {
  readonly name: string;
  readonly weights: {
    readonly plan: {
      readonly recipe: { readonly model: Pick<ModelPlan, "base" | "baseHash" | "technique" | "freeze"> };
    };
    readonly labels: readonly string[];
    readonly checkpoint: { readonly file: string };
  } | null;
}

/**
 * Reads the model and the others. Throws the coded error `bad-option`, which names the model that does not match, and
 * those of files.
 */
export function landscapeModelsOf(
  model: LandscapeSource,
  others: readonly LandscapeSource[],
  trainable: readonly string[],
): { readonly start: LandscapeModel; readonly ends: readonly LandscapeModel[] } {
  const open = (one: LandscapeSource) => {
    const { file } = trainedOf(one).checkpoint;
    return { name: one.name, file, header: readHeader(file) };
  };
  const opened = open(model);
  const ends = others.map((one) => {
    const its = open(one);
    const why = unlike(one, model) ?? otherSizes(its.header, opened, trainable);
    if (why !== null)
      throw new CodedError("bad-option", {
        name: `a model of the landscape around ${model.name}`,
        got: `${one.name}: ${why}`,
        wanted: `models trained from ${model.name} with its base, its labels and its technique, with the same head and ranks`,
      });
    return drawn(its, trainable);
  });
  return { start: drawn(opened, trainable), ends };
}

interface Opened {
  readonly name: string;
  readonly file: string;
  readonly header: SafetensorsHeader;
}
const trainedOf = ({ weights, name }: LandscapeSource): NonNullable<LandscapeSource["weights"]> =>
  mustExist(weights, `weights of ${name}`);

function drawn({ name, file, header }: Opened, trainable: readonly string[]): LandscapeModel {
  const read = (tensor: string): Float32Array =>
    new Float32Array(readTensor(file, tensor, header, "f32").bytes.slice().buffer);
  const lengths = new Map(trainable.map((one) => [one, header.tensors[one]?.shape.join()]));
  return {
    name,
    weights: new Map(trainable.map((one) => [one, read(one)])),
    beside: (prefix) =>
      trainable.every((one) => header.tensors[prefix + one]?.shape.join() === lengths.get(one))
        ? new Map(trainable.map((one) => [one, read(prefix + one)]))
        : null,
  };
}

/** Returns why a model's weights are incompatible with another one's programs; null if nothing is known to differ. */
function unlike(one: LandscapeSource, than: LandscapeSource): string | null {
  const [its, ours] = [trainedOf(one), trainedOf(than)];
  if (its.labels.length !== ours.labels.length)
    return `its head has ${plural(its.labels.length, "label")}, that of ${than.name} ${String(ours.labels.length)}`;
  const index = its.labels.findIndex((label, i) => label !== ours.labels[i]);
  if (index >= 0) {
    const [a, b] = [its, ours].map(({ labels }) => JSON.stringify(labels[index]));
    return `label ${String(index + 1)} of its head is ${String(a)}, that of ${than.name} ${String(b)}`;
  }
  const [a, b] = [its.plan.recipe.model, ours.plan.recipe.model];
  // For a model from scratch that was loaded, the plan has no base hash.
  if (a.baseHash !== null && b.baseHash !== null && a.baseHash !== b.baseHash)
    return `its base (${a.base}) has other content than that of ${than.name} (${b.base})`;
  if (a.technique.word === b.technique.word && a.technique.definition !== b.technique.definition)
    return `its technique ${a.technique.word} is defined otherwise than that of ${than.name}`;
  const [trains, itself] = differing(a.technique, b.technique);
  if (canonicalize(trains) !== canonicalize(itself))
    return `it trains with ${callText(trains)}, ${than.name} with ${callText(itself)}`;
  if (canonicalize(a.freeze ?? []) !== canonicalize(b.freeze ?? []))
    return `the base has other frozen parts than that of ${than.name}`;
  return null;
}

/**
 * Returns the two techniques with only the arguments that differ; `from` is ignored, since it does not change the
 * structure.
 */
function differing(a: Call, b: Call): readonly [Call, Call] {
  const differs = (key: string): boolean =>
    key !== "from" && canonicalize(a.arguments[key]) !== canonicalize(b.arguments[key]);
  const [x, y] = [a, b].map((call) => ({
    kind: call.kind,
    word: call.word,
    arguments: Object.fromEntries(Object.entries(call.arguments).filter(([key]) => differs(key))),
  })) as [Call, Call];
  return [x, y];
}

function otherSizes({ tensors }: SafetensorsHeader, opened: Opened, trainable: readonly string[]): string | null {
  for (const name of trainable) {
    const [its, wanted] = [tensors[name], opened.header.tensors[name]].map((place) => place?.shape.join(" × "));
    if (its === undefined) return `it has no weights ${name}`;
    if (wanted !== undefined && its !== wanted) return `its ${name} is ${its}, that of ${opened.name} ${wanted}`;
  }
  return null;
}
