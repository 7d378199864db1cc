/** Files saved next to an adapter, which contains only numbers: config.json with its labels, and a README. */
import { modelConfigOf } from "#kernel/runs/folders/model-config.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { BaseModel } from "#kernel/bases/base.js";

export interface AdapterCardInput {
  readonly name: string;
  readonly plan: Plan;
  readonly base: BaseModel;
  readonly labels: readonly string[];
  /** Scores of the program's evaluations. */
  readonly scores: readonly { readonly on: string; readonly scores: Readonly<Record<string, number>> }[];
}

export function adapterCardFiles({ name, plan, base, labels, scores }: AdapterCardInput): {
  readonly config: Readonly<Record<string, unknown>>;
  readonly readme: string;
} {
  const { model } = plan.recipe;
  const config = modelConfigOf(model, base, labels);
  const [kind] = Array.isArray(config["architectures"]) ? (config["architectures"] as readonly string[]) : [];
  const auto = kind?.endsWith("ForSequenceClassification") ? "AutoModelForSequenceClassification" : null;
  const from = JSON.stringify(base.facts.origin?.repository ?? model.base);
  const code = `from peft import PeftModel
from transformers import AutoConfig, ${auto ?? ""}, AutoTokenizer

config = AutoConfig.from_pretrained(${JSON.stringify(name)})
model = ${auto ?? ""}.from_pretrained(${from}, config=config)
model = PeftModel.from_pretrained(model, ${JSON.stringify(name)}).eval()
tokenizer = AutoTokenizer.from_pretrained(${from}, model_max_length=${String(model.max_length)})`;
  const parts = [
    `# ${name}`,
    `What \`${model.technique.word}\` learnt over the base \`${model.base}\`, trained with Tunebook in a browser. It is no model without that base.`,
    ...(labels.length > 0 ? [`## Labels\n\n${labels.map((one, i) => `- ${String(i)}: \`${one}\``).join("\n")}`] : []),
    ...(scores.length > 0
      ? [
          `## Scores\n\n${scores
            .flatMap(({ on, scores: dataScores }) =>
              Object.entries(dataScores).map(([metric, value]) => `- ${metric} on ${on}: ${value.toPrecision(4)}`),
            )
            .join("\n")}`,
        ]
      : []),
    `Texts were cut at ${String(model.max_length)} tokens (\`max_length\`).`,
    ...(auto ? [`## Loading it\n\n\`\`\`python\n${code}\n\`\`\``] : []),
  ];
  return { config, readme: `${parts.join("\n\n")}\n` };
}
