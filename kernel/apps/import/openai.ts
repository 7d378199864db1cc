/** OpenAI's fine-tuning jobs: which file, how many epochs, by which method. */
import { quoted, text, type Read } from "./program.js";
import { refuseObjective, instead } from "./refusals.js";
import type { Settings } from "./settings.js";

export function readOpenAI(s: Settings): Read {
  const method = s.inner("method");
  const kind = method.text("type") ?? "supervised";
  if (kind !== "supervised" && !refuseObjective(method, "type", kind))
    method.refuse("type", "an objective that isn't built", instead.preference);
  const own = method.inner(kind);
  const asked =
    own.inner("hyperparameters").keys().length > 0 ? own.inner("hyperparameters") : s.inner("hyperparameters");
  s.leave("model", "its weights aren't published: name a base of your own");
  s.ignore(
    "a fact of the job",
    /^(suffix|object|id|status|created_at|finished_at|organization_id|fine_tuned_model|trained_tokens|result_files|metadata)$/,
  );
  s.leave("integrations", "each run writes its own events");
  const training = s.text("training_file");
  const held = s.text("validation_file");
  asked.leave("learning_rate_multiplier", "what it multiplies isn't published: give a learning rate");
  return {
    notes: ["OpenAI's models aren't trained here: name a base, and the files by their names on this machine."],
    data: {
      source:
        held === undefined
          ? filed(training ?? "data.jsonl")
          : `{ train: ${filed(training ?? "data.jsonl")}, validation: ${filed(held)} }`,
      columns: "{ messages: messages }",
    },
    model: { task: "chat" },
    recipe: {
      epochs: text(chosen(asked, "n_epochs")),
      batch_size: text(chosen(asked, "batch_size")),
      seed: text(s.number("seed")),
    },
  };
}
const filed = (file: string): string => `jsonl(${quoted(file)})`;

/** A number; `auto` is chosen by rules that aren't published. */
function chosen(s: Settings, key: string): number | undefined {
  if (s.said(key) !== "auto") return s.number(key);
  s.leave(key, "chosen there by the data; the default serves");
  return undefined;
}
