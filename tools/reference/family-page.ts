/**
 * The page of a model family: its description, its checkpoints, the tasks and techniques that it supports, and the
 * fields that its config may have.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Word } from "#dsl/language/types/registry.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import { compactNumber, groupedNumber, formatPercent } from "#kernel/host/value-text.js";
import { configTable } from "./config-fields.js";
import { code, fencedCodeBlock, link, joinParagraphs, table } from "#kernel/display/markdown.js";
import { codeLink } from "./code-page.js";
import { programOf } from "./programs.js";
import { referencesText } from "./references.js";
import type { Trials } from "./tried.js";
import { savedAs } from "./saved.js";

const SHAPES: Readonly<Record<ModelImplementation["shape"], string>> = {
  encoder: "an encoder: reads whole texts, both ways",
  decoder: "a decoder: reads what came before and continues it",
  "encoder-decoder": "an encoder-decoder: reads one text and writes another",
};

export async function familyPage(family: Word<"model">, trials: Trials): Promise<string> {
  const {
    modelType,
    shape,
    targets,
    linears,
    weightLayout: layout,
  } = mustExist(family.capabilities, `what ${family.name} says of itself`);
  const checkpoints = trials.of(family);
  const [first] = checkpoints;
  if (!first) throw new Error(`the family ${family.name} names no checkpoints`);
  const tasks = trials.tasksOf(first);
  const names = (list: readonly string[]): string => list.map(code).join(", ");
  const task = trials.taskFor(first);
  return joinParagraphs(
    `# ${family.name}`,
    family.doc,
    table(
      ["", ""],
      [
        ["found by", `\`"model_type": ${JSON.stringify(modelType)}\` in config.json`],
        ["is", SHAPES[shape]],
        ["LoRA changes, unless told otherwise", names(targets)],
        ["linear layers that techniques may name", names(linears)],
        ...(layout === "in_out" ? [["layout", "linear weights lie as [in, out]"]] : []),
      ],
    ),
    "## Checkpoints",
    "Counted by the family's own code from the sizes in each config.json. Any other checkpoint with this `model_type` is read as well.",
    table(
      ["base", "parameters", "layers", "hidden", "heads", "positions"],
      checkpoints.map(({ name, implementation, config, facts }) => {
        const sizes = implementation.sizes(implementation.config(config));
        const positions = sizes.positions < 2 ** 20 ? groupedNumber(sizes.positions) : "any";
        return [
          code(name),
          `${compactNumber(facts.parameters)} (${groupedNumber(facts.parameters)})`,
          ...[sizes.layers, sizes.hidden, sizes.heads].map(groupedNumber),
          positions,
        ];
      }),
    ),
    "## Tasks",
    tasks.map((t) => link(code(t.name), `../words/task.md#${t.name}`)).join(", "),
    task && "## Techniques",
    task &&
      `What each trains of \`${first.name}\` for ${code(task.name)}${task.capabilities?.labels ? " with two labels" : ""}, settings left at their defaults; the head is counted in.`,
    task &&
      table(
        ["technique", "trains", "share", "saved as"],
        await Promise.all(
          trials.built("technique").map(async (technique) => {
            const name = link(code(technique.name), `../techniques/${technique.name}.md`);
            const { errors, estimates } = trials.outcome({ task, base: first.name, technique: technique.name });
            if (!estimates) return [name, `refused: ${errors.map(codeLink).join(", ")}`, "–", "–"];
            const { trainable, parameters } = estimates;
            return [
              name,
              groupedNumber(trainable),
              formatPercent(trainable / parameters, 3),
              await savedAs(technique, trials),
            ];
          }),
        ),
      ),
    task && "## A whole program",
    task && fencedCodeBlock("tune", programOf({ task, base: first.name, technique: "lora" })),
    "## What config.json may say",
    "Fields that are looked at. One that holds what isn't known here is an error (`unsupported-config`, `bad-config`): nothing is guessed.",
    configTable(checkpoints),
    referencesText(family),
  );
}
