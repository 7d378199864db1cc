/** OpenAI's fine-tuning jobs: file, number of epochs, method. */
import { quoted, settingNumber, type ProgramDraft } from "./write-program.js";
import { refuseObjective, refusalAdvice } from "./refusals.js";
import type { ToolSettings } from "./settings.js";

export function readOpenAI(s: ToolSettings): ProgramDraft {
  const method = s.inner("method");
  const kind = method.text("type") ?? "supervised";
  if (kind !== "supervised" && !refuseObjective(method, "type", kind))
    method.refuse("type", "an unsupported objective", refusalAdvice.preference);
  const methodSettings = method.inner(kind);
  const hyperparameters =
    methodSettings.inner("hyperparameters").keys().length > 0
      ? methodSettings.inner("hyperparameters")
      : s.inner("hyperparameters");
  s.leave("model", "its weights aren't published: name a base of your own");
  s.ignore(
    "a fact of the job",
    /^(suffix|object|id|status|created_at|finished_at|organization_id|fine_tuned_model|trained_tokens|result_files|metadata)$/,
  );
  s.leave("integrations", "each run writes its own events");
  const training = s.text("training_file");
  const validationFile = s.text("validation_file");
  hyperparameters.leave(
    "learning_rate_multiplier",
    "the rate that it multiplies is not published: write a learning rate",
  );
  return {
    notes: ["OpenAI's models aren't trained here: name a base, and the files by their names on this machine."],
    data: {
      source:
        validationFile === undefined
          ? filed(training ?? "data.jsonl")
          : `{ train: ${filed(training ?? "data.jsonl")}, validation: ${filed(validationFile)} }`,
      columns: "{ messages: messages }",
    },
    model: { task: "chat" },
    recipe: {
      epochs: settingNumber(chosen(hyperparameters, "n_epochs")),
      batch_size: settingNumber(chosen(hyperparameters, "batch_size")),
      seed: settingNumber(s.number("seed")),
    },
  };
}
const filed = (file: string): string => `jsonl(${quoted(file)})`;

/** Returns a number; OpenAI's rules for `auto` are not published. */
function chosen(s: ToolSettings, key: string): number | undefined {
  if (s.lowerText(key) !== "auto") return s.number(key);
  s.leave(key, "chosen there by the data; the default serves");
  return undefined;
}
