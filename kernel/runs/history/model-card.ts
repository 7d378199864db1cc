/**
 * The model card of a finished training: `README.md` beside the weights, as the Hugging Face hub reads it. It says what was
 * trained on what, how, what was measured, and how to load it. No row of the data and no path of this machine is in it.
 */
import writeFileAtomic from "write-file-atomic";
import { cpus, platform, arch } from "node:os";
import { join } from "node:path";
import { lastOf } from "#dsl/language/diagnostics/must.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { isCall, valueAt } from "#dsl/compiler/plan/value.js";
import { usualMetric } from "#dsl/compiler/plan/watched-metric.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { textCleaners } from "../../data/rows/text-cleaners.js";
import { count, duration, percent, plural, significant } from "../../host/text.js";
import { originText } from "../../display/plans/origin.js";
import { personalText } from "../../display/plans/plan-card.js";
import { keptText, meansText, promiseText } from "../../display/plans/privacy.js";
import { spentIn, spentText } from "../../display/curves/time-spent.js";
import { callText, valueText } from "../../host/value-text.js";
import { attackLines } from "./attack-lines.js";
import { code, fence, page, plainText, table } from "../../display/markdown.js";
import { compressedLines, smallerOf } from "./card-compressed.js";
import type { SharedBy } from "../../events/events.js";
import { usedText } from "../../display/plans/hours.js";
import type { SinceBefore } from "../since-before.js";
import type { CardFacts, DeployedCard } from "./card-facts.js";
import { frontMatter } from "./card-front-matter.js";
import { techniqueText, safe } from "./card-safe.js";
import { learnsNumbers, loading } from "./card-loading.js";

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
  const cleaners = textCleaners(data.clean).map(callText);
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
      ...(cleaners.length > 0
        ? [
            `- It learned from texts after ${cleaners.map(code).join(", ")}: clean texts in the same way before you ask about them.`,
          ]
        : []),
      ...(f.lock.labels.length > 0 && !learnsNumbers(f) ? ["- It knows no other labels than those above."] : []),
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
