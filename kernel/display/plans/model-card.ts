/** The output of a `model` statement: the base, its size, and its trained share. */
import type { BaseFacts } from "#dsl/language/types/facts.js";
import type { ModelPlan } from "#dsl/language/types/value.js";
import { card, html, htmlTable, type DisplayOutput } from "../html.js";
import { displayOutputOf } from "../bundle.js";
import { clip, compactNumber, groupedNumber, oneLine, formatPercent, callText } from "../../host/value-text.js";
import { baseOriginText } from "./origin.js";
import { textTable } from "../text-table.js";

/** Parameters of base and head together, and those that the technique trains; null while the labels are unknown. */
export interface ModelParameterCounts {
  readonly parameters: number;
  readonly trainable: number;
}

const basename = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

export function modelView(
  plan: ModelPlan,
  base: BaseFacts,
  counts: ModelParameterCounts | null = null,
  /** Origin of weights that were derived from another base. */
  made: { readonly base: string; readonly rows: readonly (readonly [string, string, string])[] } | null = null,
): DisplayOutput {
  const { config } = base;
  const sizes = [
    ["layers", config["num_hidden_layers"] ?? config["n_layers"] ?? config["n_layer"] ?? config["num_layers"]],
    ["hidden", config["hidden_size"] ?? config["dim"] ?? config["n_embd"] ?? config["d_model"]],
    ["heads", config["num_attention_heads"] ?? config["n_heads"] ?? config["n_head"] ?? config["num_heads"]],
    ["vocabulary", config["vocab_size"]],
  ].flatMap(([name, n]) => (typeof n === "number" ? [`${groupedNumber(n)} ${String(name)}`] : []));
  const facts: (readonly [string, string, string])[] = [
    [
      plan.scratch ? "from scratch" : "base",
      made?.base ?? plan.base,
      `${base.family}${sizes.length > 0 ? `: ${sizes.join(", ")}` : ""}`,
    ],
    ...(base.origin ? [["from", baseOriginText(base.origin), ""] as [string, string, string]] : []),
    ...(made?.rows ?? []),
    ["task", callText(plan.task), ""],
    ["technique", callText(plan.technique), ""],
    [
      "parameters",
      compactNumber(counts?.parameters ?? base.parameters),
      groupedNumber(counts?.parameters ?? base.parameters),
    ],
    ...(counts
      ? [
          [
            "trained",
            formatPercent(counts.trainable / Math.max(1, counts.parameters), 2),
            `${groupedNumber(counts.trainable)} of them`,
          ] as [string, string, string],
        ]
      : []),
    [
      "length",
      `${groupedNumber(plan.max_length)} tokens`,
      base.positions < 2 ** 20 ? `of ${groupedNumber(base.positions)} positions` : "of any number of positions",
    ],
    ...(plan.loaded
      ? [
          ["run", basename(plan.loaded.run), "trained: its weights and settings are this run's"] as [
            string,
            string,
            string,
          ],
        ]
      : ownHead(plan, base)),
    plan.scratch
      ? ["tokenizer", callText(plan.scratch.tokenizer), tokenizerText(base)]
      : ["weights", base.hash.slice(0, 12), base.hasTokenizer ? "with tokenizer" : "no tokenizer in the folder"],
  ];
  const title = `Model ${plan.name}`;
  return displayOutputOf(
    `${title}\n${textTable(
      null,
      facts.map(([name, value, more]) => [name, more ? `${value}  (${more})` : value]),
    )}`,
    card(
      title,
      htmlTable({
        rows: facts.map(([name, value, more]) => [
          name,
          html`<b style="font-weight:600">${value}</b>${more && html` <span style="opacity:.72">${more}</span>`}`,
        ]),
      }),
    ),
  );
}

/** Describes the base's head, if it performs the task. */
function ownHead({ task }: ModelPlan, { heads }: BaseFacts): [string, string, string][] {
  const labels = heads?.[task.word];
  if (!labels) return [];
  const named = labels
    .slice(0, 8)
    .map((label) => clip(oneLine(label), 40))
    .join(", ");
  const more = labels.length > 8 ? ` and ${groupedNumber(labels.length - 8)} more` : "";
  return [["head", "the base's own", `usable at once${labels.length > 0 ? `; labels: ${named}${more}` : ""}`]];
}

function tokenizerText({ scratch }: BaseFacts): string {
  if (!scratch || scratch.got === null)
    return "trained with the model, on its training split; the data may yield fewer tokens";
  return `${groupedNumber(scratch.got)} tokens`;
}
