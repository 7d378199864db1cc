/** Settings of transformers' Trainer for evaluation, checkpoints and number formats, which several tools share. */
import { wordCallText } from "./write-program.js";
import type { ToolSettings } from "./settings.js";

/** Reads when held-out rows are scored and which weights remain (by default the last). */
export function readValidation(
  s: ToolSettings,
  hasHoldout: boolean,
): { readonly validate?: string; readonly keep?: string; readonly early_stopping?: string } {
  const strategy = s.lowerText("eval_strategy") ?? s.lowerText("evaluation_strategy");
  if (!hasHoldout) {
    if (strategy !== undefined && strategy !== "no")
      for (const key of ["eval_strategy", "evaluation_strategy"])
        s.leave(key, "there are no validation rows: write a `split`");
    for (const key of [
      "eval_steps",
      "load_best_model_at_end",
      "metric_for_best_model",
      "greater_is_better",
      "early_stopping_patience",
      "early_stopping_steps",
    ])
      s.leave(key, "there are no validation rows: write a `split`");
    return {};
  }
  const steps = s.number("eval_steps");
  if (strategy !== "steps") s.leave("eval_steps", "looks come after each epoch");
  else if (steps !== undefined && steps < 1)
    s.leave("eval_steps", "a share of all steps: write `validate: every(steps: …)`");
  const best = s.flag("load_best_model_at_end");
  const metric = s.text("metric_for_best_model");
  if (metric !== undefined && !/^(eval_)?loss$/.test(metric))
    s.leave("metric_for_best_model", "write `keep: best(…)` with a metric of the task");
  const patience = s.number("early_stopping_patience", "early_stopping_steps");
  return {
    ...(strategy === "steps" && steps !== undefined && steps >= 1 && { validate: wordCallText("every", { steps }) }),
    keep: best ? "best" : "last",
    ...(patience !== undefined && { early_stopping: `patience(${String(patience)})` }),
  };
}

export function precisionFrom(s: ToolSettings, halves: readonly string[], usual = false): string | undefined {
  const switches = halves.map((key) => s.switched(key));
  const half = switches.some((on) => on === true) || (usual && switches.every((on) => on === undefined));
  if (s.flag("fp16"))
    s.leave("fp16", half ? "bf16 takes precedence" : "write `precision: bf16`, which is half precision here");
  return half ? "bf16" : undefined;
}
