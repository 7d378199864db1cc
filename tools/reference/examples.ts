/**
 * Turns the examples of records into complete programs: defines what they refer to before them, and uses what they
 * define.
 */
import { federationCapabilitiesOf } from "#dsl/compiler/plan/ranks.js";
import { metricsOfTask } from "#dsl/compiler/plan/metrics.js";
import { mustFindWord } from "#dsl/language/types/loaded.js";
import type { Registry, Word } from "#dsl/language/types/registry.js";
import { dataOf, programOf } from "./programs.js";

/** @param baseFor Returns a base that the checker accepts for a task. */
export function wholeExample(word: Word, registry: Registry, baseFor: (task: string) => string): string {
  const example = word.example;
  if (/^tune /.test(example)) return `${example}\n`; // a version line must come first
  const task = (name: string): Word<"task"> => mustFindWord(registry, "task", name);
  const written = (asked: Omit<Parameters<typeof programOf>[0], "base">, metrics?: string): string =>
    programOf({ ...asked, base: baseFor(asked.task.name) }, metrics);
  const model = /^model (\w+) \{.*task: (\w+)/.exec(example);
  if (model) return `${dataOf(task(model[2]!))}\n${example}\ntrain ${model[1]!} on rows\n`;
  const asked = /^task: (\w+)/.exec(example);
  if (asked) return written({ task: task(asked[1]!), taskText: example.slice("task: ".length) });
  if (word.kind === "metric") {
    const of = registry.ofKind("task").find((t) => !t.planned && measures(registry, t, word));
    if (of) return written({ task: of }, example);
  }
  const [, defines] = /^(data|recipe) \w+/.exec(example) ?? [];
  if (defines === "data") return `${example}\n`;
  if (defines === "recipe") return before(baseFor, example);
  const verb = registry.verbs().find(({ name }) => name === word.name && word.kind === "verb");
  if (verb?.operands.what === "training")
    return `${before(baseFor)}train router on tickets with quick as night { detach: true }\n${example}\n`;
  return `${before(baseFor)}${inItsVerb(example, word, registry)}\n`;
}
function measures(registry: Registry, task: Word, metric: Word): boolean {
  return metricsOfTask(registry, { word: task.name, kind: "task", arguments: {} }).includes(metric.name);
}

const QUICK = "recipe quick { epochs: 3, optimizer: adamw(learning_rate: 1e-3) }";

/**
 * Definitions that examples refer to: some data, a model that labels, one that generates text, a recipe, and a training
 * of both with it.
 */
function before(baseFor: (task: string) => string, recipe = QUICK): string {
  const name = recipe.split(" ")[1]!;
  return `data tickets { source: csv("tickets.csv"), columns: { text: body, label: team }, split: random(train: 80%, validation: 10%, test: 10%) }
data tales { source: csv("tales.csv"), columns: { text: body }, split: random(train: 80%, validation: 10%, test: 10%) }
model router { base: "${baseFor("text_classification")}", task: text_classification }
model writer { base: "${baseFor("text_generation")}", task: text_generation }
${recipe}
train router on tickets with ${name}
train writer on tales with ${name}
`;
}

/** Data sets that arrive later, for `update`. */
const SEASONS = `data spring like tickets { sample: 60 }
data summer like tickets { sample: 80 }
`;

/** Kinds whose words are used in `federate`. */
const FEDERATED: readonly string[] = ["aggregator", "partition", "compressor"];

/** Puts a line of a block (`metrics: [accuracy]`) into the block of the verb that has its key. */
function inItsVerb(example: string, word: Word, registry: Registry): string {
  const sweep = (more: string): string =>
    `sweep router on tickets with quick as found { trials: 2, maximize: accuracy, ${more} }`;
  if (word.kind === "space") return sweep(`vary: { ${example} }`);
  const key = /^([a-z_]+):/.exec(example)?.[1];
  const owner = registry.verbs().find((verb) => verb.parameters.some((p) => p.name === key && !p.planned))?.name;
  if (FEDERATED.includes(word.kind)) {
    const clients = key === "clients" ? "" : "clients: even(10), ";
    return `federate router on tickets with quick as shared { rounds: 3, ${clients}${example} }`;
  }
  if (word.kind === "runner" && federationCapabilitiesOf(registry, { word: word.name, kind: "runner", arguments: {} }))
    return `data written like tickets { labels: [no, yes] }
federate router on written with quick as far { rounds: 3, ${example} }`;
  if (word.kind === "attack")
    return `train router on tickets with quick as watched { canaries: 10 }
evaluate watched on tickets.test { ${example} }`;
  if (word.kind === "runner") return sweep(`vary: { batch_size: choice(16, 32) }, ${example}`);
  switch (key === undefined ? undefined : owner) {
    case "data":
      return `data other { ${key === "source" ? "" : 'source: csv("tickets.csv"), '}${example}, columns: { text: body, label: team } }`;
    case "model":
      return `model other like router { ${example} }\ntrain other on tickets with quick`;
    case "recipe":
      return `recipe other { ${key === "epochs" ? "" : "epochs: 3, "}${example} }\ntrain router on tickets with other`;
    case "train":
      return `train router on tickets with quick { ${example} }`;
    case "evaluate":
      return `evaluate router on tickets.test { ${example} }`;
    case "experiment":
      return `experiment { name: "night", ${example} }`;
    case "sweep":
      return sweep(`vary: { batch_size: choice(16, 32) }, ${example}`);
    case "compress":
      return `compress router on tickets with quick as small { ${example} }`;
    case "update":
      // A strategy that grows adds capacity to what a technique added, so the model needs one.
      if (registry.find("strategy", word.name)?.capabilities?.growTechnique)
        return `${SEASONS}model small like router { technique: lora }
train small on tickets with quick
update small on spring with quick as seasons { ${example} }`;
      return `${SEASONS}update router on spring with quick as seasons { ${example} }`;
    default:
      return example.startsWith("update ") ? `${SEASONS}${example}` : example;
  }
}
