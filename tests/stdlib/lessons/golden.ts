/** The small students and teachers that transformers and PyTorch computed (tests/oracles/distillation.py). */
import { readFileSync } from "node:fs";
import { Graph } from "#dsl/tensor/builder.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import type { Program } from "#dsl/tensor/program.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import { adamw } from "#stdlib/optimizers/adamw.js";
import { HiddenStateRecorder } from "#stdlib/programs/hidden-states.js";
import { buildModel, DROPOUT_DRAWS_TYPE, addModelInputs } from "#stdlib/programs/model.js";
import { buildObjective } from "#stdlib/programs/objective.js";
import type { AssembleOptions } from "#stdlib/programs/options.js";
import { TEACHER_STATE_PREFIX } from "#stdlib/programs/references.js";
import { addSupervisionInputs } from "#stdlib/programs/supervision.js";
import { registry } from "#stdlib/registry.js";
import { textClassification } from "#stdlib/tasks/text_classification.run.js";
import { textGeneration } from "#stdlib/tasks/text_generation.run.js";
import { full } from "#stdlib/techniques/full.js";
import { uniform } from "#tests/oracles/numbers.js";
import { root, type Batch } from "../models/golden.js";

type Shapes = Readonly<Record<string, readonly number[]>>;
export interface Model {
  readonly config: Readonly<Record<string, unknown>>;
  readonly shapes: Shapes;
}
export interface Lost {
  readonly loss: number;
  readonly gradients: Readonly<Record<string, number>>;
}
export interface Pair {
  readonly name: string;
  readonly teacher: Model;
  readonly student: Model;
  readonly inputs: Batch;
  readonly targets?: readonly number[];
  readonly temperature: number;
  readonly logits: Lost;
  readonly squares: Lost;
  readonly cosine_last: Lost;
  readonly scores?: Lost;
  readonly relations: Lost;
  readonly taken?: { readonly blocks: readonly number[]; readonly logits: unknown };
}
export const PAIRS = JSON.parse(
  readFileSync(new URL("golden/oracle/distillation.json", root), "utf8"),
) as readonly Pair[];

/** Returns the initial weights as encoders.py draws them. */
export function weightsOf(name: string, { shapes }: Model): Record<string, ArrayValues> {
  return Object.fromEntries(
    Object.entries(shapes).map(([key, shape]) => {
      const norm = /norm/i.test(key);
      const made = uniform(`${name}/${key}`, shape, norm || key.endsWith("bias") ? 0.1 : 0.4);
      return [key, makeArrayValues(shape, norm && key.endsWith("weight") ? made.map((x) => x + 1) : made)];
    }),
  );
}

export const call = (kind: string, word: string, given: Readonly<Record<string, Value>> = {}): Call => ({
  ...{ kind, word, arguments: given },
});
const UNTOUCHED = { call: call("technique", "full"), implementation: full };
const writes = (model: Model): boolean => !("id2label" in model.config) || isDecoder(model);
const isDecoder = ({ config }: Model): boolean => ["gpt2", "llama"].includes(String(config["model_type"]));

export async function partsOf(model: Model): Promise<AssembleOptions> {
  const word = registry.ofKind("model").find((w) => w.capabilities?.modelType === model.config["model_type"]);
  const family = (await implementationOf(registry, "model", word?.name ?? "")) as ModelImplementation;
  const task = isDecoder(model)
    ? { call: call("task", "text_generation"), implementation: textGeneration }
    : { call: call("task", "text_classification"), implementation: textClassification };
  return {
    ...{ family, config: family.config(model.config), task, technique: UNTOUCHED, tensors: model.shapes },
    optimizer: { call: call("optimizer", "adamw"), implementation: adamw },
    ...{
      labels: writes(model) ? 0 : Object.keys(model.config["id2label"] as object).length,
      seed: 0,
      dropout: 0,
      clip: null,
    },
    ...{ prefixInCheckpoint: true, tokenTypes: false },
  };
}

/** Builds a program whose outputs are one distillation loss (`learnt`) and its gradients, with feeds and states. */
export async function lossOf(
  pair: Pair,
  lesson: Call,
): Promise<{ program: Program; feeds: Record<string, ArrayValues>; state: Record<string, ArrayValues> }> {
  const [own, teacher] = await Promise.all([partsOf(pair.student), partsOf(pair.teacher)]);
  const implementation = await implementationOf(registry, "lesson", lesson.word);
  const types = "token_type_ids" in pair.inputs;
  const o: AssembleOptions = {
    ...{ ...own, tokenTypes: types },
    objective: { terms: [implementation.term(lesson, "frozen")], teacher, unlabelledRows: false },
  };
  const graph = new Graph();
  const inputs = addModelInputs(graph, o);
  const supervised = addSupervisionInputs(graph, o, { weighed: false });
  const recorder = new HiddenStateRecorder();
  const model = buildModel(o, graph, inputs, graph.input("draws", DROPOUT_DRAWS_TYPE), recorder.wrap);
  const loss = buildObjective(o, graph, model.loss(supervised, "mean"), { model, inputs, supervised, recorder });
  const { state } = graph.program();
  const names = Object.keys(state).filter((name) => state[name]?.trains);
  const parameters = names.map((name) => graph.state(name, state[name]!));
  gradientsOfLoss(graph, loss, parameters).forEach((d, i) => d && graph.output(`d.${names[i] ?? ""}`, d));
  graph.output("learnt", loss);
  const program = graph.program();
  validateProgram(program);
  const rows = pair.inputs["input_ids"]?.length ?? 0;
  const places = pair.targets?.length ?? rows;
  const all: Record<string, ArrayValues> = {
    ...Object.fromEntries(
      Object.entries(pair.inputs).map(([name, of]) => [
        name,
        makeArrayValues([rows, (of[0] as readonly number[]).length], of.flat()),
      ]),
    ),
    share_lesson: makeArrayValues([rows], new Array<number>(rows).fill(1 / rows)),
    draws: makeArrayValues([rows], new Array<number>(rows).fill(0)),
    labels: makeArrayValues([places], new Array<number>(places).fill(0)),
    ...(pair.targets && { targets: makeArrayValues([places], [...pair.targets]) }),
  };
  const feeds = Object.fromEntries(Object.keys(program.inputs).map((name) => [name, all[name]!]));
  const weights = {
    ...weightsOf(`${pair.name}-student`, pair.student),
    ...under(TEACHER_STATE_PREFIX, weightsOf(pair.name, pair.teacher)),
  };
  return { program, feeds, state: startOf(program, pair, weights) };
}

function startOf(
  program: Program,
  pair: Pair,
  weights: Readonly<Record<string, ArrayValues>>,
): Record<string, ArrayValues> {
  return Object.fromEntries(
    Object.entries(program.state).map(([name, { type }]) => {
      const shape = type.shape as readonly number[];
      if (name === "distill/hidden") return [name, makeArrayValues(shape, uniform(`${pair.name}/map`, shape, 0.4))];
      const found = weights[name];
      if (!found) throw new Error(`${name} has no weights`);
      return [name, found];
    }),
  );
}
const under = (prefix: string, weights: Readonly<Record<string, ArrayValues>>): Record<string, ArrayValues> =>
  Object.fromEntries(Object.entries(weights).map(([name, value]) => [prefix + name, value]));
