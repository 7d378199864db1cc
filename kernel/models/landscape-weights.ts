/** The weights of models that are drawn in one picture, read from their files: all must be ones that one model's programs can have. */
import canonicalize from "canonicalize";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import type { ModelPlan } from "#dsl/language/types/subject.js";
import type { Call } from "#dsl/language/types/value.js";
import { plural } from "../host/text.js";
import { callText } from "../host/value-text.js";
import { readHeader, readTensor, type SafetensorsHeader } from "../tensors/safetensors.js";
import type { TrainableWeights, NamedWeights } from "./weight-plane.js";

export interface LandscapeModel extends NamedWeights {
  /** What its checkpoint keeps beside each weight (`ewc.fisher/`); null: not beside all. Coded errors of the file. */
  readonly beside: (prefix: string) => TrainableWeights | null;
}
/** What is told of a model: a handle tells it. */
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

/** Of a model and of the others. Coded error `bad-option`, which names the one that isn't like it; those of files. */
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
        wanted: `models that went on from ${model.name} with its base, its labels and its technique, neither their head nor their ranks grown`,
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
  must(weights, `weights of ${name}`);

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

/** Why a model's weights mean something else in another one's programs; null: nothing says so. */
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
  // Of a model from scratch that was loaded the plan doesn't say.
  if (a.baseHash !== null && b.baseHash !== null && a.baseHash !== b.baseHash)
    return `its base (${a.base}) has other content than that of ${than.name} (${b.base})`;
  if (a.technique.word === b.technique.word && a.technique.definition !== b.technique.definition)
    return `its technique ${a.technique.word} is defined otherwise than that of ${than.name}`;
  const [trains, itself] = differing(a.technique, b.technique);
  if (canonicalize(trains) !== canonicalize(itself))
    return `it trains with ${callText(trains)}, ${than.name} with ${callText(itself)}`;
  if (canonicalize(a.freeze ?? []) !== canonicalize(b.freeze ?? []))
    return `other parts of its base are frozen than those of ${than.name}`;
  return null;
}

/** Two techniques with those arguments alone that differ; what they began from says nothing of what they are. */
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
