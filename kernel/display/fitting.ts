/** A sentence on how a training fits, and advice; only on what the program does not do already. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { registry } from "#stdlib/registry.js";
import { lastOf } from "#dsl/language/diagnostics/codes.js";
import type { FitVerdict } from "../host/fitting.js";
import { html, readableColorStyle, toneColors, type DisplayOutput } from "./html.js";
import { displayOutputOf } from "./bundle.js";
import { groupedNumber } from "../host/value-text.js";

export interface FitVerdictContext {
  readonly plan: Plan;
  /** Whether the task supports `label_smoothing`. */
  readonly smooths: boolean;
  /** Number of steps taken. */
  readonly steps: number;
  /** Name of the model, if it must be given. */
  readonly model?: string;
  /** Step of the saved weights. */
  readonly keptStep: number;
}

export function fitVerdictView(fit: FitVerdict, options: FitVerdictContext): DisplayOutput {
  const [what, ...advice] = fitWords(fit, options);
  const words = [
    ...(options.model === undefined ? [] : [`${options.model}:`]),
    `${what}.`,
    ...(advice.length > 0 ? [`Try ${listed(advice)}.`] : []),
  ].join(" ");
  const parts = words
    .split(/(`[^`]*`)/)
    .map((part, i) => (i % 2 === 1 ? html`<code>${part.slice(1, -1)}</code>` : part));
  return displayOutputOf(
    words,
    html`<div style="margin:2px 0 6px">
      <b style="font-weight:600;${readableColorStyle(toneColors.accent)}">${TITLE[fit.is]}</b> ${parts}
    </div>`,
  );
}

const TITLE: Readonly<Record<FitVerdict["is"], string>> = {
  over: "over-fitting",
  idle: "over-fitting",
  under: "under-fitting",
  stuck: "under-fitting",
};

function fitWords(fit: FitVerdict, options: FitVerdictContext): readonly [string, ...string[]] {
  const { training } = options.plan.recipe;
  switch (fit.is) {
    case "over": {
      const { best, end, trained, steadyScore: keptWeights } = fit;
      const where = `the validation loss was lowest at step ${groupedNumber(best.step)} (${number(best.loss)}) and is ${number(end)} at the end, while the training loss fell from ${number(trained.best)} to ${number(trained.end)}`;
      const stays = options.keptStep === best.step ? "; the weights of that step are used" : "";
      const means =
        keptWeights === null
          ? "the model memorises training rows"
          : `its ${keptWeights} did not get worse, but its probabilities become too extreme`;
      return [
        `${where}: ${means}${stays}`,
        ...(keptWeights === null ? less(options, best.step) : surer(options, best.step)),
      ];
    }
    case "idle": {
      const { best, end, trained } = fit;
      return [
        `the validation loss is ${end < best.loss ? "hardly" : "not"} lower at the end (${number(end)}) than at step ${groupedNumber(best.step)} (${number(best.loss)}), while the training loss fell from ${number(trained.best)} to ${number(trained.end)}: later steps only fitted the training rows`,
        ...less(options, best.step),
      ];
    }
    case "under":
      return [
        `both losses still fall (validation's from ${number(fit.before)} to ${number(fit.end)} since step ${groupedNumber(fit.step)}): more training would help`,
        longer(options),
      ];
    case "stuck":
      return [
        `the training loss hardly changed (${number(fit.from)} at the start, ${number(fit.to)} at the end): the model has learned almost nothing`,
        ...(training.privacy ? againstNoise(options) : steadier(options, fit)),
      ];
  }
}

/** Advice if noise hides the rows' signal. */
function againstNoise({ plan, steps }: FitVerdictContext): readonly string[] {
  const { batch_size, accumulate, privacy } = plan.recipe.training;
  return [
    `larger batches, with less noise (\`batch_size: ${String(4 * batch_size * accumulate)}\`)`,
    `a higher \`optimizer.learning_rate\` (it is ${number(rateOf(plan))})`,
    ...(techniqueOf(plan)?.trainsHeadOnly ? [] : ["fewer weights that train (`technique: head_only`)"]),
    ...(steps < 500 ? [`more updates, each with more noise for the same ε (${longer({ plan })})`] : []),
    privacy?.unit === "client" ? "more clients" : "more rows",
  ];
}

/** Advice without such noise. */
function steadier(options: FitVerdictContext, fit: Extract<FitVerdict, { is: "stuck" }>): readonly string[] {
  const { training } = options.plan.recipe;
  return [
    `a ${fit.to > fit.from * 1.02 ? "lower" : "higher"} \`optimizer.learning_rate\` (it is ${number(rateOf(options.plan))})`,
    ...(options.steps < 200 ? [longer(options)] : []),
    ...(techniqueOf(options.plan)?.trainsHeadOnly ? ["a technique that trains more, `technique: full`"] : []),
    ...(training.clip !== null && training.clip < 0.1 ? ["a greater `clip`"] : []),
  ];
}

/** Advice against overfitting. */
function less(options: FitVerdictContext, best: number): readonly string[] {
  const { training } = options.plan.recipe;
  return [
    ...shorter(options, best),
    ...(training.early_stopping === null ? ["`early_stopping: patience(3)`"] : []),
    ...(training.dropout === null ? ["`dropout: 0.2`"] : []),
    ...(techniqueOf(options.plan)?.trainsAll ? ["fewer weights that train (`technique: lora(rank: 8)`)"] : []),
    "more rows",
  ];
}
function surer(options: FitVerdictContext, best: number): readonly string[] {
  const smoothing = options.plan.recipe.model.task.arguments["label_smoothing"];
  return [
    ...(options.smooths && smoothing === undefined ? ["`label_smoothing: 10%` in the task"] : []),
    ...shorter(options, best),
    "more rows",
  ];
}
function shorter({ plan, steps: taken }: FitVerdictContext, best: number): readonly string[] {
  const { epochs, steps } = plan.recipe.training;
  if (epochs === null) return steps !== null && best < steps ? [`fewer steps (\`steps: ${String(best)}\`)`] : [];
  const enough = Math.ceil((best / Math.max(1, taken)) * epochs - 1e-6);
  return enough >= 1 && enough < epochs ? [`fewer epochs (\`epochs: ${String(enough)}\`)`] : [];
}
function longer({ plan }: Pick<FitVerdictContext, "plan">): string {
  const { epochs, steps } = plan.recipe.training;
  return epochs === null ? `\`steps: ${String(2 * (steps ?? 1))}\`` : `\`epochs: ${String(Math.ceil(2 * epochs))}\``;
}

const techniqueOf = ({ recipe: { model } }: Plan) => registry.find("technique", model.technique.word)?.capabilities;
const rateOf = ({ recipe }: Plan): number => Number(recipe.training.optimizer.arguments["learning_rate"]);
const number = (x: number): string =>
  x >= 0.001 && x < 1000
    ? x
        .toPrecision(3)
        .replace(/(\.\d*?)0+$/, "$1")
        .replace(/\.$/, "")
    : x.toExponential(1).replace(".0", "");
function listed(all: readonly string[]): string {
  return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")}, or ${lastOf(all)}`;
}
