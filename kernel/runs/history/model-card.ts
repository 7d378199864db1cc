/**
 * Model card of a finished training: `README.md` next to the weights, in the Hugging Face hub's format. It describes
 * the data, the training, the measurements and how to load the model. It contains no data rows and no local paths.
 */
import writeFileAtomic from "write-file-atomic";
import { cpus, platform, arch } from "node:os";
import { join } from "node:path";
import { lastOf } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { textCleaners } from "../../data/rows/text-cleaners.js";
import {
  groupedNumber,
  durationText,
  formatPercent,
  plural,
  significantText,
  callText,
} from "../../host/value-text.js";
import { baseOriginText } from "../../display/plans/origin.js";
import { personalDataText } from "../../display/plans/plan-card.js";
import { attackSummaryLines, privacyCardLines } from "./card-privacy.js";
import { code, fencedCodeBlock, joinParagraphs, escapeMarkdown, table } from "../../display/markdown.js";
import { compressionCardLines, compressedModelText } from "./card-compressed.js";
import type { DistributedTrainingUsage } from "../../events/events.js";
import { workerUsageText } from "../../display/plans/worker-cost.js";
import type { BeforeAfterScores } from "../before-after-scores.js";
import { bestStepText, validationScoresOf, type CardFacts, type DeployedCardFacts } from "./card-facts.js";
import { frontMatter } from "./card-front-matter.js";
import { settingRows, techniqueText } from "./card-safe.js";
import { predictsScores, loadingInstructions } from "./card-loading.js";

export async function writeModelCard(folder: string, facts: CardFacts): Promise<void> {
  await writeFileAtomic(join(folder, "README.md"), modelCard(facts));
}

/** Describes CPU and operating system, without machine or user names. */
export function machineDescription(): string {
  const processors = cpus();
  return `${processors[0]?.model.trim() ?? "unknown processor"}, ${plural(processors.length, "core")}, ${platform()} ${arch()}`;
}

/** `4 workers: 0.02 CPU-hours · cost 0.01 · communication 10 %`. */
function sharedText(shared: DistributedTrainingUsage): string {
  const parts = [workerUsageText(shared), `communication ${formatPercent(shared.communication)}`].filter(Boolean);
  return `${plural(shared.workers, "worker")}: ${parts.join(" · ")}`;
}

/** Describes the predecessor of an update's task; null if it started from its base. */
function goneOnFrom({ recipe: { update } }: Plan): string | null {
  if (!update) return null;
  const { start, before, strategy } = update;
  const earlier = before.length === 0 ? "" : ` and ${plural(before.length, "data set")} after it`;
  return (
    `It continued training from the weights of an earlier training (recipe ${code(start.slice(0, 12))})${earlier}, ` +
    `with ${strategy.map((call) => code(callText(call))).join(", ")}. The data below are the most recent.`
  );
}

/** One line per evaluation of the model that it started from. */
function keptSince(since: BeforeAfterScores): string {
  const lines = since.on.map(({ data, split, metric, rows, before, now, low, high, lost }) => {
    const ends =
      low === null || high === null
        ? ""
        : ` (95 % of the difference ${significantText(low)} to ${significantText(high)})`;
    const on = `${escapeMarkdown(split === null ? data : `${data}.${split}`)}, ${plural(rows, "row")}`;
    return `- ${code(metric)} on ${on}: ${significantText(before)} before, ${significantText(now)} now${ends}${lost ? "; more was lost than chance explains" : ""}`;
  });
  return [
    `The data that its start, ${escapeMarkdown(since.start)}, was evaluated on were scored again:`,
    "",
    ...lines,
  ].join("\n");
}

export function modelCard(f: CardFacts): string {
  const { recipe, estimates } = f.plan;
  const { model, training, data } = recipe;
  const cleaners = textCleaners(data.clean).map(callText);
  const share = formatPercent(estimates.trainable / Math.max(1, estimates.parameters), 2);
  const scores = validationScoresOf(f);
  const steps = f.events.filter((e) => e.kind === "step");
  const ended = f.events.findLast((e) => e.kind === "stopped");
  const unit = recipe.federated ? "round" : "step";
  const names = [data, ...(recipe.federated?.others ?? []).map((one) => one.data)]
    .map((one) => code(one.name))
    .join(", ");
  // Omits hash and loss: with all rows but one known, the hash would confirm a guess of the last, and a loss depends on
  // the rows.
  const secret = training.privacy !== undefined;
  return joinParagraphs(
    frontMatter(f, scores),
    `# ${escapeMarkdown(f.name)}`,
    `${begunFrom(f)} for ${code(callText(model.task))} with ${code(techniqueText(model.technique))}: ` +
      `${groupedNumber(estimates.trainable)} of ${groupedNumber(estimates.parameters)} parameters trained (${share}).`,
    f.plan.base && `The base's weights: ${escapeMarkdown(baseOriginText(f.plan.base))}.`,
    goneOnFrom(f.plan),
    ...(f.compressed ? compressionCardLines(f.compressed) : []),
    "## Data",
    table(
      ["split", "rows"],
      // In a federation whose clients join remotely, the coordinator trains on no rows.
      Object.entries(f.data.splits)
        .filter(([split]) => split !== "train" || recipe.federated?.joined === undefined)
        .map(([split, { rows }]) => [escapeMarkdown(split), groupedNumber(rows)]),
    ),
    `Data ${names}, ${groupedNumber(f.data.kept)} of ${groupedNumber(f.data.rowsIn)} rows kept${secret ? "" : `; SHA-256 of the content read and kept: ${code(f.data.hash)}`}.`,
    recipe.federated?.joined !== undefined &&
      `${plural(recipe.federated.joined, "client")} trained on their own rows, which were not visible here; the rows of ${code(data.name)} trained nothing.`,
    f.plan.personal && `Personal data that was in the texts: ${escapeMarkdown(personalDataText(f.plan.personal))}.`,
    f.lock.labels.length > 0 && `Labels, in the model's order: ${f.lock.labels.map(escapeMarkdown).join(", ")}.`,
    "## Training",
    table(["setting", "value", "from"], settingRows(f.plan)),
    steps.length > 0 &&
      `${plural(lastOf(steps).step, unit === "round" ? "round" : "update")}${secret ? "" : `; loss ${significantText(steps[0]!.loss)} at ${unit} ${steps[0]!.step}, ${significantText(lastOf(steps).loss)} at ${unit} ${lastOf(steps).step}`}. ` +
        `The weights are those after ${unit} ${f.keptCheckpoint.step}${bestStepText(f)}.`,
    ...privacyCardLines(f),
    ...attackSummaryLines(f.attacks ?? []),
    scores.length > 0 && "## Scores",
    scores.length > 0 && `On the split \`validation\`, with those weights:`,
    scores.length > 0 &&
      table(
        ["metric", "value"],
        scores.map(([metric, value]) => [code(metric), significantText(value)]),
      ),
    f.since && f.since.on.length > 0 && keptSince(f.since),
    f.plan.effects.allowed && "## Allowed",
    f.plan.effects.allowed && "Warnings that were found before the training, and why they were let be:",
    f.plan.effects.allowed &&
      table(
        ["warning", "because"],
        f.plan.effects.allowed.map(({ code: name, reason }) => [code(name), escapeMarkdown(reason)]),
      ),
    "## Limits",
    [
      `- Texts beyond ${groupedNumber(model.max_length)} tokens are cut or come in parts.`,
      ...(cleaners.length > 0
        ? [
            `- It was trained on texts after ${cleaners.map(code).join(", ")}: clean texts in the same way before prediction.`,
          ]
        : []),
      ...(f.lock.labels.length > 0 && !predictsScores(f) ? ["- It knows only the labels above."] : []),
      "- It was evaluated only on the rows named here; test it on your own texts before you use it.",
      ...(f.base.scratch && f.base.training === null
        ? []
        : ["- What the base learned, with its gaps and biases, is still in it."]),
    ].join("\n"),
    ...(f.deployed ? deploymentSections(f.deployed) : ["## Loading it", ...loadingInstructions(f)]),
    "## Provenance",
    table(
      ["", ""],
      [
        ["Tunebook", f.lock.tunebook],
        ["Node.js", f.lock.node],
        ["engine", escapeMarkdown(f.lock.engine)],
        ["machine", escapeMarkdown(f.machine)],
        ["began", f.lock.started],
        ...(ended?.kind === "stopped" ? [["took", durationText(ended.seconds)]] : []),
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

const FENCES: Readonly<Record<string, string>> = { Python: "python", JavaScript: "js", shell: "sh" };

/** Describes how to call a deployed model, and its verification. */
function deploymentSections({ target, proof, left, calls }: DeployedCardFacts): readonly (string | false)[] {
  return [
    "## Asking it",
    ...calls.flatMap(({ language, needs, code: text }) => [
      `In ${language}, with ${needs.map(code).join(", ")}:`,
      fencedCodeBlock(FENCES[language] ?? "", text),
    ]),
    left.length > 0 &&
      table(
        ["not in the files", "instead"],
        left.map((row) => row.map(escapeMarkdown)),
      ),
    "## Proof",
    `Written by Tunebook as ${code(target)}.`,
    proof.map((line) => `- ${escapeMarkdown(line)}`).join("\n"),
    `${code("npx tunebook verify")} and this folder prove it again.`,
  ];
}

function begunFrom({ base, compressed }: CardFacts): string {
  const { name, scratch, training } = base;
  const smaller = compressed ? compressedModelText(compressed, base) : null;
  if (smaller !== null) return smaller;
  if (training === null) return scratch ? `Trained from scratch (${code(name)})` : `${code(name)} fine-tuned`;
  const root = scratch ? `which was trained from scratch (${code(name)})` : `whose base is ${code(name)}`;
  return `Continued from the training ${code(training)}, ${root},`;
}
