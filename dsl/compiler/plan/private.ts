/** Trainings with differential privacy: how other recipe settings change, and the noise that meets the guarantee. */
import type { PrivacySampling, PrivacyGuarantee } from "../../language/types/capabilities/promise-text.js";
import type { PrivacyCapabilities } from "../../language/types/capabilities/learning.js";
import type { Refusal } from "../../language/types/capabilities/refusal.js";
import type { GivenValue, Call } from "../../language/types/value.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { ValueOrigins, PrivacyPlan, RecipePlan } from "./plan.js";
import type { Program } from "./program.js";

export function privacyWordCapabilities(
  program: Pick<Program, "registry">,
  call: Call,
): PrivacyCapabilities | undefined {
  return program.registry.find("privacy", call.word)?.capabilities;
}

interface Settled {
  readonly plan: RecipePlan;
  readonly origins: ValueOrigins;
}

/**
 * Sets what follows from per-example clipping and sampling, unless written otherwise: no clipping of the sum, random
 * sampling, and the last weights are saved.
 */
export function withPrivacySettings<S extends Settled>(settled: S, settings: ReadonlyMap<string, GivenValue>): S {
  const { plan, origins } = settled;
  const free = (key: string): boolean => !settings.has(key);
  const derived = (key: string, why: string, stands?: string): ValueOrigins =>
    free(key) ? { [`training.${key}`]: { from: "derived", why, ...(stands !== undefined && { stands }) } } : {};
  return {
    ...settled,
    plan: {
      ...plan,
      ...(free("clip") && { clip: null }),
      ...(free("shuffle") && { shuffle: "random" as const }),
      ...(free("keep") && { keep: "last" as const }),
    },
    origins: {
      ...origins,
      ...derived("shuffle", "for each update every row is drawn by chance, by itself (Poisson), as `privacy` asks"),
      ...derived("keep", "the last: with `privacy` no weights are chosen by rows that no ε covers"),
      ...derived("clip", "each row is cut by `privacy`, and the sum isn't cut again", "of each row"),
    },
  };
}

/**
 * Returns the privacy plan of a call. Each of the units is in every step with probability `rate`.
 * @returns undefined if no noise meets the guarantee (reported)
 */
export function privacyPlan(
  program: Pick<Program, "registry" | "reportNear">,
  call: Call,
  options: PrivacySampling & {
    readonly unit: PrivacyPlan["unit"];
    readonly span: Span | undefined;
    readonly here: Span;
  },
): PrivacyPlan | undefined {
  const word = privacyWordCapabilities(program, call);
  if (!word) return undefined;
  const { rate, steps, unit, units } = options;
  const promised: PrivacyGuarantee | Refusal = word.guarantee(call, { rate, steps, units });
  if ("why" in promised) {
    const epsilon = String(call.arguments["epsilon"] ?? "…");
    program.reportNear("no-noise-keeps", { epsilon, ...promised }, options.span, options.here);
    return undefined;
  }
  const { epsilon, delta, noise, call: whole } = promised;
  // A written epsilon is checked by its own word.
  if (promised.weak && call.arguments["epsilon"] === undefined)
    program.reportNear("weak-privacy", { epsilon }, options.span, options.here);
  if (delta >= 1 / Math.max(1, units)) {
    const open: Call = { ...call, arguments: { ...call.arguments, delta: null } };
    const usual = word.guarantee(open, { rate, steps, units });
    const details = { delta, units, unit, usual: "delta" in usual ? usual.delta : delta / 10 };
    program.reportNear("delta-too-great", details, options.span, options.here);
  }
  return { call: whole, unit, epsilon, delta, clip: word.maxNorm(call), noise, rate, steps };
}
