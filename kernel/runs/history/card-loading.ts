/** Code section of a model card: how to open the model in Tune and in Python. */
import type { Call } from "#dsl/language/types/value.js";
import { callText } from "../../host/value-text.js";
import { code, fencedCodeBlock } from "../../display/markdown.js";
import { headClassSuffix } from "../../bases/head-names.js";
import type { CardFacts } from "./card-facts.js";
import { yamlJson } from "./card-front-matter.js";
import { techniqueText, hideLocalPaths } from "./card-safe.js";

/** A head of scores was trained on standardized targets (../standardised-weights.ts). */
const UNSTANDARDISED = [
  'scale, mean = weights.pop("target.scale"), weights.pop("target.mean")',
  'head = next(n for n, w in weights.items() if n.startswith("classifier") and n.endswith(".weight") and len(w) == 1)',
  "weights[head] *= scale",
  'weights[head.replace("weight", "bias")] = weights[head.replace("weight", "bias")] * scale + mean',
];

export function loadingInstructions(f: CardFacts): readonly string[] {
  return isOurs(f) ? [...loadingBy(f), OURS] : loadingBy(f);
}
/** Whether transformers has no class for the head. */
function isOurs({ plan, registry }: CardFacts): boolean {
  const { task } = plan.recipe.model;
  return registry.find("task", task.word)?.capabilities?.hasNewHead?.(task) === true;
}
/** Whether the head predicts a score instead of labels. */
export function predictsScores({ plan, registry }: CardFacts): boolean {
  return registry.find("task", plan.recipe.model.task.word)?.capabilities?.standardizesTargets === true;
}
const OURS =
  "transformers has no class with this head, and opens only the body: `mean_classifier.weight` and `mean_classifier.bias` are one " +
  "linear layer over the mean of a text's last states, scaled to the length √hidden (`normalize(mean) * hidden ** 0.5`).";

function loadingBy(f: CardFacts): readonly string[] {
  const { model } = f.plan.recipe;
  const auto = autoModel(f);
  const python = (lines: readonly string[]): string => fencedCodeBlock("python", lines.join("\n"));
  const q = yamlJson;
  const labels = f.lock.labels.length;
  // A base may include a head for other labels.
  const { name, training, scratch } = f.base;
  const hub = training === null ? f.base.hub : null;
  const whole = training === null && scratch;
  // A run from scratch has the complete model next to its card, and a compressed one has its derived base.
  const made = f.saved === "model" && model.trained?.made !== undefined;
  const place = made ? "base" : hub ? name : whole && f.saved === "model" ? "model" : `./${training ?? name}`;
  const standing =
    made || hub || place === "model"
      ? []
      : [
          `${code(place)} stands for the folder of ${training === null ? "the base" : `the complete model made by the training ${code(training)}`}.`,
        ];
  const revision = hub && hub.revision !== "main" ? `, revision=${q(hub.revision)}` : "";
  const heads = predictsScores(f) ? 1 : labels;
  const more = heads === 0 || isOurs(f) ? "" : `, num_labels=${heads}, ignore_mismatched_sizes=True`;
  const begin = [
    `from transformers import ${auto}`,
    "",
    `base = ${auto}.from_pretrained(${q(hub?.id ?? place)}${revision}${more})`,
  ];
  const started = (technique: string, from: string): string =>
    `model more { base: ${q(from)}, task: ${callText(model.task)}, technique: ${technique}, max_length: ${model.max_length} }`;
  if (f.saved === "whole")
    return [
      "The folder (here `model`) is the complete model. In Tunebook, train it further:",
      fencedCodeBlock("tune", started(techniqueText(model.technique), "./model")),
      `In transformers:\n\n${python([`from transformers import ${auto}, AutoTokenizer`, "", `model = ${auto}.from_pretrained("model")`, 'tokenizer = AutoTokenizer.from_pretrained("model")'])}`,
    ];
  if (f.saved === "model")
    return [
      `In the notebook that trained it, ${code(`await ${f.name}.save("folder")`)} writes a folder that transformers opens.`,
      "The checkpoint contains every weight under the names of transformers, and the optimizer's state:",
      python([
        ...["from safetensors.torch import load_file", ...begin],
        `weights = load_file(${q(`checkpoints/${f.keptCheckpoint.file}`)})`,
        ...(predictsScores(f) ? UNSTANDARDISED : []),
        "base.load_state_dict({name: w for name, w in weights.items() if name in base.state_dict()}, strict=False)",
      ]),
      ...(made && model.trained?.made?.kind === "sparsity" ? [PRUNED] : []),
      ...standing,
    ];
  const safeTechnique = hideLocalPaths(model.technique) as Call;
  const technique = callText({ ...safeTechnique, arguments: { ...safeTechnique.arguments, from: "./adapter" } });
  return [
    "In Tunebook, train it further from this folder (here `adapter`):",
    fencedCodeBlock("tune", started(technique, place)),
    f.saved === "peft"
      ? `In PEFT:\n\n${python(["from peft import PeftModel", ...begin, 'model = PeftModel.from_pretrained(base, "adapter")'])}`
      : "PEFT has no format for this technique: `adapter_model.safetensors` has the trained weights under the base's own parameter names.",
    ...standing,
  ];
}
const PRUNED =
  "If `base/config.json` has `pruned_heads`, transformers 4 builds the pruned model and transformers 5 another one: " +
  "`deploy … to huggingface(…)` writes one that both open.";
/** Returns the transformers class that builds the base with the task's head. */
function autoModel(f: CardFacts): string {
  const { plan, registry } = f;
  if (isOurs(f)) return "AutoModel";
  const head = headClassSuffix(plan.recipe.model.task.word, registry);
  if (head === "Model") return "AutoModel";
  return `AutoModel${head === "ForConditionalGeneration" ? "ForSeq2SeqLM" : head}`;
}
