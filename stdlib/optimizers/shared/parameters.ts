/** Parameters shared by optimizers. */
import type { WordCheckContext } from "#dsl/language/types/context.js";
import type { Call } from "#dsl/language/types/value.js";
import { baseHiddenSize } from "../../models/shared/base-facts.js";
import { defineParameter } from "#dsl/language/types/define.js";
import {
  recommendedLearningRate,
  learningRateText,
  type RecommendedLearningRate,
} from "../../techniques/shared/rates.js";
import type {} from "./codes.js";

/**
 * Recommended rates for models from scratch, and for techniques without a recommendation: all weights train, or few do.
 */
const PLAIN: Readonly<Record<"scratch" | "all" | "few", RecommendedLearningRate>> = {
  scratch: { rate: 1e-3, narrows: true, because: "weights that start at random have nothing to lose" },
  all: { rate: 1e-4, narrows: true, because: "a pretrained model is easily upset by large steps" },
  few: { rate: 1e-3, narrows: true, because: "few weights that start from nothing need larger steps" },
};

/** The recommended rate is AdamW's times `factor`, this optimizer's ratio to AdamW. */
interface Found {
  readonly rate: number;
  readonly why: string;
  /** The technique, with the base's width where it matters. */
  readonly subject: string;
}
function usualRate(factor: number): (context: WordCheckContext) => Found {
  return (context) => {
    const name = techniqueName(context.model?.["technique"]) ?? "full";
    const { learningRate: ownRate, saves } = context.find("technique", name)?.capabilities ?? {};
    const scratch = context.model?.["scratch"] === true;
    const recommended = scratch ? PLAIN.scratch : (ownRate ?? PLAIN[saves === "model" ? "all" : "few"]);
    const width = baseHiddenSize(context);
    const adamw = recommendedLearningRate(recommended, width);
    const wider = adamw === recommended.rate ? "" : ` for a base ${String(width)} wide`;
    const times = factor === 1 ? "" : `, ${String(factor)} × AdamW's ${learningRateText(adamw)}`;
    return {
      rate: Number((adamw * factor).toPrecision(3)),
      subject: `${scratch ? "a model from scratch" : name}${wider}`,
      why: `${scratch ? "recommended from scratch" : `recommended for ${name}`}${wider}${times}: ${recommended.because}`,
    };
  };
}

/** Ratios to the usual rate above or below which a rate is reported as a probable mistake. */
const FAR = { above: 10, made: 5, below: 1 / 40 } as const;

/** Warns of a rate far from the technique's usual one, once the model is known. */
export function checkLearningRate(factor: number): (call: Call, context: WordCheckContext) => void {
  return (call, context) => {
    const rate = call.arguments["learning_rate"];
    if (typeof rate !== "number" || !context.model?.["technique"]) return;
    const { rate: usual, subject } = usualRate(factor)(context);
    // Derived models, with parts of trained weights, diverge at lower rates.
    const above = context.model["made"] === undefined ? FAR.above : FAR.made;
    if (rate <= above * usual && rate >= FAR.below * usual) return;
    context.report(
      "rate-far-off",
      { optimizer: call.word, rate, usual, of: subject },
      "learning_rate",
      learningRateText(usual),
    );
  };
}

export function learningRateParameter(factor: number) {
  const found = usualRate(factor);
  return defineParameter({
    name: "learning_rate",
    type: { is: "number" },
    doc: "Step size at the schedule's height.",
    range: { min: 0, max: 10, exclusive: true },
    default: {
      derived: `the technique's recommendation (hover over it)${factor === 1 ? "" : `, × ${String(factor)}`}`,
      from: (_draft, context) => found(context).rate,
      because: (_draft, context) => found(context).why,
    },
    why: "A pretrained model is easily upset by large steps; the few weights of an adapter start from nothing and need larger ones.",
    impact: "high",
    related: ["batch_size", "schedule"],
  });
}
export function betaParameter<N extends string>(name: N, value: number, what: string, why: string) {
  return defineParameter({
    name,
    type: { is: "number" },
    doc: `Decay of the running mean of ${what}.`,
    range: { min: 0, max: 0.999999 },
    default: { value },
    why,
    impact: "low",
  });
}
export function weightDecayParameter(value: number, why: string) {
  return defineParameter({
    name: "weight_decay",
    type: { is: "number" },
    doc: "Share of a weight that one step at learning rate 1 subtracts; applies to all trained weights.",
    range: { min: 0, max: 1 },
    default: { value },
    why,
    impact: "low",
    related: ["learning_rate"],
  });
}

function techniqueName(value: unknown): string | undefined {
  return typeof value === "object" && value !== null && "word" in value ? String(value.word) : undefined;
}
