/** The page of a technique: its description, its parameters, what it trains in each family, and how it is saved. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { mustFindWord } from "#dsl/language/types/loaded.js";
import type { Word } from "#dsl/language/types/registry.js";
import { groupedNumber, formatPercent } from "#kernel/host/value-text.js";
import { code, fencedCodeBlock, link, joinParagraphs, table } from "#kernel/display/markdown.js";
import { codeLink } from "./code-page.js";
import { elsewhereText, parametersTable, plannedParameters } from "./parameters.js";
import { programOf } from "./programs.js";
import { referencesText } from "./references.js";
import { peftType, savedAs } from "./saved.js";
import type { Trials } from "./tried.js";

export async function techniquePage(technique: Word<"technique">, trials: Trials): Promise<string> {
  const { trains, virtualTokens } = mustExist(technique.capabilities, `what ${technique.name} says of itself`);
  const peft = await peftType(technique, trials);
  const saved = await savedAs(technique, trials);
  const parameters = parametersTable(technique.parameters);
  return joinParagraphs(
    `# ${technique.name}`,
    technique.doc,
    trains !== undefined && `Trains ${trains}, and the task's head.`,
    fencedCodeBlock("tune", exampleOf(technique, trials)),
    parameters !== "" && "## Parameters",
    parameters,
    plannedParameters(technique.parameters),
    elsewhereText(technique),
    "## What it trains",
    "Settings left at their defaults, two labels where the task has labels; the task's head is counted in. These are the figures of the plan.",
    table(
      ["base", "task", "trains", "of", "share"],
      trials.built("model").flatMap((family) => {
        const [first] = trials.of(family);
        const task = first && trials.taskFor(first);
        if (!first || !task) return [];
        const base = `${code(first.name)} (${link(family.name, `../families/${family.name}.md`)})`;
        const { errors, estimates } = trials.outcome({ task, base: first.name, technique: technique.name });
        if (!estimates) return [[base, code(task.name), `refused: ${errors.map(codeLink).join(", ")}`, "–", "–"]];
        const { trainable: n, parameters } = estimates;
        return [[base, code(task.name), groupedNumber(n), groupedNumber(parameters), formatPercent(n / parameters, 3)]];
      }),
    ),
    "## How it is saved",
    saved === "the whole model"
      ? "The run's checkpoints hold the whole model."
      : `\`adapter/\` in the run's folder holds ${saved}: \`adapter_model.safetensors\` and \`adapter_config.json\`. ` +
          (peft === null
            ? "PEFT has no format for this technique; the file holds the parameters by the base's own names, and `from:` goes on from it."
            : "`PeftModel.from_pretrained` loads it over the base, and `from:` goes on from such a folder, whoever wrote it."),
    virtualTokens !== undefined &&
      "Virtual tokens take positions from the text: `max_length` is that many tokens less unless it is written.",
    referencesText(technique),
  );
}

/** Returns an example program: a model that labels, with the technique written as in its record's example. */
export function exampleOf(technique: Word<"technique">, trials: Trials): string {
  const task = mustFindWord(trials.registry, "task", "text_classification");
  const written = /technique: (.+?) \}$/.exec(technique.example)?.[1] ?? technique.name;
  return programOf({ task, base: trials.baseFor(task.name), technique: written });
}
