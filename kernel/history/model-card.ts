/**
 * The model card of a finished training: `README.md` beside the weights, as the Hugging Face hub reads it. It says what was
 * trained on what, how, what was measured, and how to load it. No row of the data and no path of this machine is in it.
 */
import { cpus, platform, arch } from "node:os";
import { join } from "node:path";
import { lastOf } from "#dsl/diagnostics/must.js";
import writeFileAtomic from "write-file-atomic";
import type { Plan } from "#dsl/plan/plan.js";
import type { Call, Value } from "#dsl/types/value.js";
import { isCall, valueAt } from "#dsl/plan/value.js";
import { usualMetric } from "#dsl/plan/watched.js";
import type { Registry } from "#dsl/types/registry.js";
import { metricName } from "#stdlib/lib/metrics/metric-name.js";
import { count, duration, percent, plural, printable, significant } from "../core/display/text.js";
import { originText } from "../core/display/plans/origin.js";
import { personalText } from "../core/display/plans/plan-card.js";
import { keptText, meansText, promiseText } from "../core/display/plans/privacy.js";
import { spentIn, spentText } from "../core/display/curves/spent.js";
import { callText, valueText } from "../core/display/value-text.js";
import { attackLines } from "./attack-lines.js";
import type { RunScore } from "./run-scores.js";
import { code, fence, page, plainText, table } from "../core/display/markdown.js";
import { withoutPlace, type CardBase } from "./card-base.js";
import { compressedLines, isStudent, smallerOf, type CardCompressed } from "./card-compressed.js";
import type { RunEvent, SharedBy } from "../core/session/events.js";
import { usedText } from "../core/display/plans/hours.js";
import type { TrainedOn } from "../session/models/model-handle.js";
import { headOf } from "../core/bases/head-names.js";
import type { SinceBefore } from "../artifacts/since-before.js";
import type { Lock } from "../artifacts/run-folder.js";

export interface CardFacts {
  readonly name: string;
  readonly plan: Plan;
  readonly lock: Lock;
  readonly base: CardBase;
  readonly data: TrainedOn;
  readonly events: readonly RunEvent[];
  /** Step of the weights that were kept, and their file's name. */
  readonly kept: { readonly step: number; readonly file: string };
  /** `peft`: the folder is an adapter as PEFT reads it; `adapter`: one of our own format; `whole`: a model as transformers reads it; `model`: a run's folder. */
  readonly saved: "peft" | "adapter" | "whole" | "model";
  readonly machine: string;
  readonly registry: Registry;
  /** The base's, where it forbids to pass on what is made of it; null: it doesn't. */
  readonly forbidding?: string | null;
  /** It was made of a larger model; absent: it wasn't. */
  readonly compressed?: CardCompressed | undefined;
  /** Of a deployment; absent: it is a training's own folder. */
  readonly deployed?: DeployedCard;
  /** What is left of what the model that it began from was evaluated on; absent or null: nothing was compared. */
  readonly since?: SinceBefore | null;
  /** What attacks on these weights came to, the last at the end; absent: none were made. */
  readonly attacks?: readonly RunScore[];
}
export interface DeployedCard {
  /** As it was written: `onnx(quantize: int8)`. */
  readonly target: string;
  /** The target's word. */
  readonly format: string;
  /** As the hub calls what opens it. */
  readonly library?: string | undefined;
  /** Of the base; null: it names none. */
  readonly licence: string | null;
  /** Lines of its proof. */
  readonly proof: readonly string[];
  /** What the format doesn't hold, and what serves instead. */
  readonly left: readonly (readonly [part: string, instead: string])[];
  readonly calls: readonly { readonly language: string; readonly needs: readonly string[]; readonly code: string }[];
}

export async function writeModelCard(folder: string, facts: CardFacts): Promise<void> {
  await writeFileAtomic(join(folder, "README.md"), modelCard(facts));
}

/** Processor and system, without names of machine or user. */
export function machineText(): string {
  const processors = cpus();
  return `${processors[0]?.model.trim() ?? "unknown processor"}, ${plural(processors.length, "core")}, ${platform()} ${arch()}`;
}

/** `4 workers: 0.02 CPU-hours · cost 0.01 · communication 10 %`. */
function sharedText(shared: SharedBy): string {
  const parts = [usedText(shared), `communication ${percent(shared.communication)}`].filter(Boolean);
  return `${plural(shared.workers, "worker")}: ${parts.join(" · ")}`;
}

/** Of a stage of an update; null: it began from its base. */
function goneOnFrom({ recipe: { update } }: Plan): string | null {
  if (!update) return null;
  const { start, before, strategy } = update;
  const earlier = before.length === 0 ? "" : ` and ${plural(before.length, "data set")} after it`;
  return (
    `It went on learning from the weights of a training of before (recipe ${code(start.slice(0, 12))})${earlier}, ` +
    `by ${strategy.map((call) => code(callText(call))).join(", ")}. The data below are those that it learnt last.`
  );
}

/** One line for each evaluation of the model that it began from. */
function keptSince(since: SinceBefore): string {
  const lines = since.on.map(({ data, split, metric, rows, before, now, low, high, lost }) => {
    const ends =
      low === null || high === null ? "" : ` (95 % of the difference ${significant(low)} to ${significant(high)})`;
    const on = `${plainText(split === null ? data : `${data}.${split}`)}, ${plural(rows, "row")}`;
    return `- ${code(metric)} on ${on}: ${significant(before)} before, ${significant(now)} now${ends}${lost ? "; more was lost than chance explains" : ""}`;
  });
  return [
    `What is left of what ${plainText(since.start)}, from whose weights it began, was evaluated on:`,
    "",
    ...lines,
  ].join("\n");
}

export function modelCard(f: CardFacts): string {
  const { recipe, estimates } = f.plan;
  const { model, training, data } = recipe;
  const share = percent(estimates.trainable / Math.max(1, estimates.parameters), 2);
  const scores = scoresOf(f);
  const steps = f.events.filter((e) => e.kind === "step");
  const ended = f.events.findLast((e) => e.kind === "stopped");
  const of = recipe.federated ? "round" : "step";
  const names = [data, ...(recipe.federated?.others ?? []).map((one) => one.data)]
    .map((one) => code(one.name))
    .join(", ");
  // Who knows all rows but one could try the last against a hash, and a loss is of the rows themselves.
  const secret = training.privacy !== undefined;
  return page(
    frontMatter(f, scores),
    `# ${plainText(f.name)}`,
    `${begunFrom(f)} for ${code(callText(model.task))} with ${code(techniqueText(model.technique))}: ` +
      `${count(estimates.trainable)} of ${count(estimates.parameters)} parameters trained (${share}).`,
    f.plan.base && `The base's weights: ${plainText(originText(f.plan.base))}.`,
    goneOnFrom(f.plan),
    ...(f.compressed ? compressedLines(f.compressed) : []),
    "## Data",
    table(
      ["split", "rows"],
      // Of who leads where clients join nothing trains.
      Object.entries(f.data.splits)
        .filter(([split]) => split !== "train" || recipe.federated?.joined === undefined)
        .map(([split, { rows }]) => [plainText(split), count(rows)]),
    ),
    `Data ${names}, ${count(f.data.kept)} of ${count(f.data.rowsIn)} rows kept${secret ? "" : `; SHA-256 of what was read and kept: ${code(f.data.hash)}`}.`,
    recipe.federated?.joined !== undefined &&
      `${plural(recipe.federated.joined, "client")} trained on rows of their own, which nobody here has seen; those of ${code(data.name)} trained nothing.`,
    f.plan.personal && `Personal data that was in the texts: ${plainText(personalText(f.plan.personal))}.`,
    f.lock.labels.length > 0 && `Labels, in the model's order: ${f.lock.labels.map(plainText).join(", ")}.`,
    "## Training",
    table(["setting", "value", "from"], settingsOf(f.plan)),
    steps.length > 0 &&
      `${plural(lastOf(steps).step, of === "round" ? "round" : "update")}${secret ? "" : `; loss ${significant(steps[0]!.loss)} at ${of} ${steps[0]!.step}, ${significant(lastOf(steps).loss)} at ${of} ${lastOf(steps).step}`}. ` +
        `The weights are those after ${of} ${f.kept.step}${bestBy(f)}.`,
    ...privacyLines(f),
    ...attackLines(f.attacks ?? []),
    scores.length > 0 && "## Scores",
    scores.length > 0 && `On the split \`validation\`, with those weights:`,
    scores.length > 0 &&
      table(
        ["metric", "value"],
        scores.map(([metric, value]) => [code(metric), significant(value)]),
      ),
    f.since && f.since.on.length > 0 && keptSince(f.since),
    f.plan.effects.allowed && "## Allowed",
    f.plan.effects.allowed && "Warnings that were found before the training, and why they were let be:",
    f.plan.effects.allowed &&
      table(
        ["warning", "because"],
        f.plan.effects.allowed.map(({ code: name, reason }) => [code(name), plainText(reason)]),
      ),
    "## Limits",
    [
      `- Texts beyond ${count(model.max_length)} tokens are cut or come in parts.`,
      ...(f.lock.labels.length > 0 && model.task.word !== "regression"
        ? ["- It knows no other labels than those above."]
        : []),
      "- It was measured on the rows named here alone; whether other texts are like them is for its user to find out.",
      ...(f.base.scratch && f.base.training === null
        ? []
        : ["- What the base learnt, with its gaps and leanings, is still in it."]),
    ].join("\n"),
    ...(f.deployed ? asked(f.deployed) : ["## Loading it", ...loading(f)]),
    "## Made by",
    table(
      ["", ""],
      [
        ["Tunebook", f.lock.tunebook],
        ["Node.js", f.lock.node],
        ["engine", plainText(f.lock.engine)],
        ["machine", plainText(f.machine)],
        ["began", f.lock.started],
        ...(ended?.kind === "stopped" ? [["took", duration(ended.seconds)]] : []),
        ...(ended?.kind === "stopped" && ended.shared ? [["shared by", sharedText(ended.shared)]] : []),
        ["seed", String(training.seed)],
        ...(recipe.experiments ? [["experiments", recipe.experiments.join(", ")]] : []),
        ...(secret
          ? []
          : [
              ["recipe", code(f.lock.recipeHash)],
              ["plan", code(f.lock.planHash)],
            ]),
        ["base", code(f.lock.baseHash ?? "unknown")],
      ],
    ),
  );
}

/** What was promised of single rows, how it was kept, and what of it was spent. */
function privacyLines({ plan, events, data }: CardFacts): readonly (string | false)[] {
  const { privacy } = plan.recipe.training;
  if (!privacy) return [];
  const spent = spentIn(events);
  return [
    "## Privacy",
    `Differential privacy: ${promiseText(privacy)}; ${spent === null ? "what was spent is not known" : `spent: ${spentText(spent)}`}. ` +
      `In other words, ${meansText(privacy)}.`,
    `It was kept by noise: ${keptText(privacy)}. It is about ${privacy.unit === "client" ? "clients with all their rows" : "the rows"} of the split ` +
      `\`${Object.hasOwn(data.splits, "train") ? "train" : "all"}\` alone, and about this training: what several trainings on the same rows tell adds up. ` +
      "Names of labels, numbers of rows, scores and all that stands in the run's folder are not covered. Hashes of the data and of the recipe, " +
      "which has that of the data in it, stand in no card of a private training: whoever knows all rows but one could try the last against them.",
  ];
}

const FENCES: Readonly<Record<string, string>> = { Python: "python", JavaScript: "js", shell: "sh" };

/** How a deployed model is asked, and what proved it. */
function asked({ target, proof, left, calls }: DeployedCard): readonly (string | false)[] {
  return [
    "## Asking it",
    ...calls.flatMap(({ language, needs, code: text }) => [
      `In ${language}, with ${needs.map(code).join(", ")}:`,
      fence(FENCES[language] ?? "", text),
    ]),
    left.length > 0 &&
      table(
        ["not in the files", "instead"],
        left.map((row) => row.map(plainText)),
      ),
    "## Proof",
    `Written by Tunebook as ${code(target)}.`,
    proof.map((line) => `- ${plainText(line)}`).join("\n"),
    `${code("npx tunebook verify")} and this folder prove it again.`,
  ];
}

function begunFrom({ base, compressed }: CardFacts): string {
  const { name, scratch, training } = base;
  const smaller = compressed ? smallerOf(compressed, base) : null;
  if (smaller !== null) return smaller;
  if (training === null) return scratch ? `Trained from scratch (${code(name)})` : `${code(name)} fine-tuned`;
  const root = scratch ? `which was trained from scratch (${code(name)})` : `whose base is ${code(name)}`;
  return `Continued from the training ${code(training)}, ${root},`;
}

/** YAML whose values are JSON, which YAML is made to read: no text can end a value or begin another. */
function frontMatter(f: CardFacts, scores: readonly (readonly [string, number])[]): string {
  const { model, data } = f.plan.recipe;
  const { hub } = f.base;
  const pipeline = f.registry.find("task", model.task.word)?.capabilities?.pipeline;
  const metrics = scores.flatMap(([type, value]) => (Number.isFinite(value) ? [{ type, value }] : []));
  const index = {
    name: f.name,
    results: [
      { task: { type: pipeline }, dataset: { name: data.name, type: "private", split: "validation" }, metrics },
    ],
  };
  const entries: Readonly<Record<string, unknown>> = {
    ...(hub && { base_model: hub.id }),
    ...(typeof f.forbidding === "string" && { license: f.forbidding }),
    ...(hub && f.base.training === null && f.saved === "peft" && { base_model_relation: "adapter" }),
    ...(typeof f.deployed?.licence === "string" && { license: f.deployed.licence }),
    library_name: f.deployed?.library ?? LIBRARIES[f.saved] ?? "tunebook",
    ...(typeof pipeline === "string" && { pipeline_tag: pipeline }),
    tags: [
      ...["tunebook", model.technique.word, model.task.word],
      ...(f.compressed && isStudent(f.compressed) ? ["distillation"] : []),
      ...(f.deployed ? [f.deployed.format] : []),
    ],
    ...(metrics.length > 0 && { metrics: metrics.map(({ type }) => type), "model-index": [index] }),
  };
  return ["---", ...Object.entries(entries).map(([key, value]) => `${key}: ${json(value)}`), "---"].join("\n");
}
const LIBRARIES: Readonly<Partial<Record<CardFacts["saved"], string>>> = { peft: "peft", whole: "transformers" };
/** Which is YAML, and a string of Tune and of Python, too. */
function json(value: unknown): string {
  // What YAML takes for a line's end, and JSON does not.
  return JSON.stringify(value, (_key, v: unknown) => (typeof v === "string" ? printable(v) : v)).replace(
    /[\u0085\u2028\u2029\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Scores of the validation after the step whose weights were kept. */
function scoresOf({ events, kept }: CardFacts): readonly (readonly [string, number])[] {
  const found = events.findLast((e) => e.kind === "evaluated" && e.step === kept.step);
  return found?.kind === "evaluated" ? Object.entries(found.metrics) : [];
}

function bestBy({ events, kept, registry }: CardFacts): string {
  const best = events.findLast((e) => e.kind === "checkpoint" && e.best);
  if (best?.kind !== "checkpoint") return "";
  const end = events.findLastIndex(({ kind }) => kind === "stopped");
  if (best.step !== kept.step)
    return events.slice(end + 1).some(({ kind }) => kind === "damaged")
      ? `, the last: the checkpoint of the best, step ${best.step}, could not be read`
      : "";
  return `, the best by validation ${code(best.by ?? metricName(usualMetric(registry), registry))}`;
}

function settingsOf({ recipe, origins }: Plan): readonly (readonly string[])[] {
  return Object.entries(origins).flatMap(([path, { from, why }]) => {
    if (!/^(training|model)\./.test(path) || /^model\.(base|task|technique)$/.test(path)) return [];
    const value = valueAt(recipe, path);
    if (value === undefined || value === null) return [];
    const alone = isCall(value) && Object.keys(origins).some((other) => other.startsWith(`${path}.`));
    const shown = alone ? value.word : valueText(safe(value));
    return [
      [
        code(path.replace(/^(training|model)\./, "")),
        code(shown),
        from === "derived" && why !== undefined ? `${from}: ${why}` : from,
      ],
    ];
  });
}

/** A head of scores learns them standardised (standardised.ts). */
const UNSTANDARDISED = [
  'scale, mean = weights.pop("target.scale"), weights.pop("target.mean")',
  'head = next(n for n, w in weights.items() if n.startswith("classifier") and n.endswith(".weight") and len(w) == 1)',
  "weights[head] *= scale",
  'weights[head.replace("weight", "bias")] = weights[head.replace("weight", "bias")] * scale + mean',
];

function loading(f: CardFacts): readonly string[] {
  return isOurs(f) ? [...loadingBy(f), OURS] : loadingBy(f);
}
/** A head that transformers has no class for. */
function isOurs({ plan, registry }: CardFacts): boolean {
  const { task } = plan.recipe.model;
  return registry.find("task", task.word)?.capabilities?.ours?.(task) === true;
}
const OURS =
  "transformers has no class with this head, and opens the body alone: `mean_classifier.weight` and `mean_classifier.bias` are one " +
  "linear layer over the mean of a text's last states, brought to the length √hidden (`normalize(mean) * hidden ** 0.5`).";

function loadingBy(f: CardFacts): readonly string[] {
  const { model } = f.plan.recipe;
  const auto = autoModel(f);
  const python = (lines: readonly string[]): string => fence("python", lines.join("\n"));
  const q = json;
  const labels = f.lock.labels.length;
  // A base may bring a head for other labels.
  const { name, training, scratch } = f.base;
  const hub = training === null ? f.base.hub : null;
  const whole = training === null && scratch;
  // Beside the card of a run from scratch lies the whole model, beside that of a smaller one what was made for it.
  const made = f.saved === "model" && model.trained?.made !== undefined;
  const place = made ? "base" : hub ? name : whole && f.saved === "model" ? "model" : `./${training ?? name}`;
  const standing =
    made || hub || place === "model"
      ? []
      : [
          `${code(place)} stands for the folder of ${training === null ? "the base" : `the whole model that the training ${code(training)} made`}.`,
        ];
  const revision = hub && hub.revision !== "main" ? `, revision=${q(hub.revision)}` : "";
  const heads = model.task.word === "regression" ? 1 : labels;
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
      "The folder (here `model`) is the whole model. In Tunebook, a training goes on from it:",
      fence("tune", started(techniqueText(model.technique), "./model")),
      `In transformers:\n\n${python([`from transformers import ${auto}, AutoTokenizer`, "", `model = ${auto}.from_pretrained("model")`, 'tokenizer = AutoTokenizer.from_pretrained("model")'])}`,
    ];
  if (f.saved === "model")
    return [
      `In the notebook that trained it, ${code(`await ${f.name}.save("folder")`)} writes a folder that transformers opens.`,
      "The checkpoint holds every weight under the names of transformers, and what the optimizer keeps beside them:",
      python([
        ...["from safetensors.torch import load_file", ...begin],
        `weights = load_file(${q(`checkpoints/${f.kept.file}`)})`,
        ...(model.task.word === "regression" ? UNSTANDARDISED : []),
        "base.load_state_dict({name: w for name, w in weights.items() if name in base.state_dict()}, strict=False)",
      ]),
      ...(made && model.trained?.made?.kind === "sparsity" ? [PRUNED] : []),
      ...standing,
    ];
  const own = safe(model.technique) as Call;
  const technique = callText({ ...own, arguments: { ...own.arguments, from: "./adapter" } });
  return [
    "In Tunebook, a training goes on from this folder (here `adapter`):",
    fence("tune", started(technique, place)),
    f.saved === "peft"
      ? `In PEFT:\n\n${python(["from peft import PeftModel", ...begin, 'model = PeftModel.from_pretrained(base, "adapter")'])}`
      : "PEFT has no format for this technique: `adapter_model.safetensors` holds what trained by the names of the base's own parameters.",
    ...standing,
  ];
}
const PRUNED =
  "Where `base/config.json` has `pruned_heads`, transformers 4 builds the model that it says and transformers 5 another: " +
  "`deploy … to huggingface(…)` writes one that both open.";
/** The class of transformers that builds the base with the task's head. */
function autoModel(f: CardFacts): string {
  const { plan, registry } = f;
  if (isOurs(f)) return "AutoModel";
  const head = headOf(plan.recipe.model.task.word, registry);
  if (head === "Model") return "AutoModel";
  return `AutoModel${head === "ForConditionalGeneration" ? "ForSeq2SeqLM" : head}`;
}

function techniqueText(call: Call): string {
  return callText(safe(call) as Call);
}
/** A value without folders of this machine. */
function safe(value: Value): Value {
  if (typeof value === "string") return withoutPlace(value);
  if (!isCall(value)) return value;
  const inside = Object.entries(value.arguments).map(([name, v]) => [name, safe(v)] as const);
  return { ...value, arguments: Object.fromEntries(inside) };
}
