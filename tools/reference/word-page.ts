/**
 * A page for each kind of word: every word with its description, an example and its parameters, and then the words that
 * are only planned.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { wordKindsIn } from "#dsl/language/types/parts.js";
import { isOfKind, isVerb, type WordKind, type Registry, type Verb, type Word } from "#dsl/language/types/registry.js";
import { callText } from "#kernel/host/value-text.js";
import { code, fencedCodeBlock, link, joinParagraphs, escapedProse } from "#kernel/display/markdown.js";
import { codeLink } from "./code-page.js";
import { elsewhereText, parametersTable, plannedParameters } from "./parameters.js";
import { dataOf } from "./programs.js";
import { referencesText } from "./references.js";
import { isMade, type Trials } from "./tried.js";

/** Kinds whose words have separate pages, and the folders of these. */
export const APART: Readonly<Partial<Record<WordKind, string>> & Record<"model" | "technique", string>> = {
  model: "families",
  technique: "techniques",
};

export function kindPage(kind: WordKind, trials: Trials): string {
  const { registry } = trials;
  const words = registry.ofKind(kind);
  const built = words.filter((word) => !word.planned);
  const planned = words.flatMap((word) => (word.planned ? [{ ...word, ...word.planned }] : []));
  return joinParagraphs(
    `# ${titleOf(kind)}`,
    whereText(kind, registry),
    built.length > 1 && built.map((word) => link(code(word.name), `#${word.name}`)).join(" · "),
    ...built.map((word) => section(word, trials)),
    planned.length > 0 && "## Known, not built yet",
    planned.length > 0 && `Writing one of these is the error ${codeLink("not-built-yet")}.`,
    planned
      .map(({ name, doc, meanwhile }) => `- ${code(name)}: ${escapedProse(doc)} Meanwhile: ${escapedProse(meanwhile)}.`)
      .join("\n"),
  );
}

function section(word: Word, trials: Trials): string {
  // A technique that no program writes has no page.
  const folder = isOfKind(word, "technique") && isMade(word) ? undefined : APART[word.kind];
  const own = folder === undefined ? "" : `${link("More", `../${folder}/${word.name}.md`)}.`;
  return joinParagraphs(
    `## ${word.name}`,
    `${escapedProse(word.doc)} ${own}`.trim(),
    fencedCodeBlock("tune", word.example),
    isVerb(word) && headerText(word),
    isOfKind(word, "task") && taskText(word, trials),
    own === "" && parametersTable(parametersOf(word, trials.registry)),
    own === "" && plannedParameters(parametersOf(word, trials.registry)),
    own === "" && elsewhereText(word),
    own === "" && referencesText(word).replace("## ", "### "),
  ).trimEnd();
}

export function titleOf(kind: string): string {
  const words = kind.replaceAll("_", " ");
  return words[0]!.toUpperCase() + words.slice(1);
}

/** Lists the keys and parameters that take words of a kind. */
function whereText(kind: string, registry: Registry): string {
  if (kind === "verb") return "A statement begins with one of these.";
  if (kind === "reserved") return "";
  const keys = registry.words
    .filter((word) => !word.planned)
    .flatMap((word) =>
      word.parameters.flatMap((p) =>
        wordKindsIn(p.type).includes(kind) ? [`${code(p.name)} of ${code(word.name)}`] : [],
      ),
    );
  return keys.length === 0 ? "" : `Written as ${[...new Set(keys)].join(", ")}.`;
}

function parametersOf(word: Word, registry: Registry): Word["parameters"] {
  const from = isVerb(word) ? word.keysOf : undefined;
  return from !== undefined
    ? [...word.parameters, ...(registry.find("verb", from)?.parameters ?? [])]
    : word.parameters;
}

function headerText({ connectors, keysOf: keys }: Verb): string {
  const found = Object.entries(connectors).map(
    ([name, { takes, required }]) => `${code(name)} (${takes}${required ? ", must be given" : ""})`,
  );
  return [
    found.length > 0 && `Connectors: ${found.join(", ")}.`,
    keys !== undefined && `Its block takes the keys of ${link(code(keys), `#${keys}`)}.`,
  ]
    .filter(Boolean)
    .join(" ");
}

/** Lists the columns that the rows need, the families that support the task, and the output of `predict`. */
function taskText(task: Word<"task">, trials: Trials): string {
  const {
    roles,
    alternativeRoles: orRoles,
    prediction,
    metrics = [],
  } = mustExist(task.capabilities, `what ${task.name} says of itself`);
  const list = (names: readonly string[]): string => names.map(code).join(", ");
  const families = trials
    .built("model")
    .filter((family) => trials.of(family).some((c) => trials.tasksOf(c).includes(task)))
    .map((family) => link(code(family.name), `../families/${family.name}.md`));
  const scores = metrics.map((call) => code(callText(call)));
  return joinParagraphs(
    `Roles of its data: ${list(roles)}${orRoles ? `; or ${list(orRoles)}` : ""}. Families: ${families.join(", ")}.` +
      (scores.length > 0 ? ` Measured unless told otherwise: ${scores.join(", ")}.` : ""),
    fencedCodeBlock("tune", dataOf(task)),
    prediction !== undefined && `\`predict\` gives, as TypeScript has it:\n\n${fencedCodeBlock("ts", prediction)}`,
  ).trimEnd();
}
