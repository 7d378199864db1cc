/**
 * Reference pages of the diagnostics' codes, one for each activity (writing a program, reading data, …). Each page
 * gives a code's meaning and, where a program can show it, that program and its diagnostic.
 */
import { allCodes, codeEntryOf, mustExist } from "#dsl/language/diagnostics/codes.js";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import { code, fencedCodeBlock, link, joinParagraphs, table } from "#kernel/display/markdown.js";
import { ACTIVITIES, codesByActivity, pageOfActivity, type ActivityName } from "./code-activities.js";
import type { Trials } from "./tried.js";

const SEVERITIES = { error: "An error", warning: "A warning", note: "A note" } as const;

export function activityPage(activity: ActivityName, names: readonly string[], trials: Trials): string {
  return joinParagraphs(
    `# Codes: ${ACTIVITIES[activity].title}`,
    `\`npx tunebook explain CODE\` prints one of them; ${link("all codes", "README.md")}.`,
    ...names.map((name) => section(name, trials)),
  );
}

function section(name: string, trials: Trials): string {
  const entry = mustExist(codeEntryOf(name), `the code ${name}`);
  const parts = [
    `## ${name}`,
    `${SEVERITIES[entry.severity]}. ${entry.explain}`,
    ...(entry.example === undefined
      ? []
      : [fencedCodeBlock("tune", entry.example), "gives", fencedCodeBlock("text", said(entry.example, name, trials))]),
  ];
  return parts.join("\n\n");
}

/** Returns a link to a code's section from a page in a folder next to `codes`. */
export const codeLink = (name: string): string => link(code(name), `../${placeOf(name)}`);

let places: ReadonlyMap<string, string> | undefined;
/** Returns the page and the section of a code: `codes/training.md#CODE`. */
function placeOf(name: string): string {
  places ??= new Map(
    [...codesByActivity()].flatMap(([activity, names]) =>
      names.map((one) => [one, `${pageOfActivity(activity)}#${one}`] as const),
    ),
  );
  return mustExist(places.get(name), `the page of ${name}`);
}
const linkHere = (name: string): string => link(code(name), placeOf(name).replace("codes/", ""));

/** Returns the compiler's diagnostics for an example, only those with the code `name`. */
export function said(example: string, name: string, trials: Trials): string {
  const { diagnostics, sources } = trials.compiled(example);
  const own = diagnostics.filter((d) => (d.code as string) === name);
  return renderAnsi(own, sources, { color: false });
}

export interface BeginnersMistake {
  readonly code: string;
  readonly bad: string;
  readonly good: string;
}
const DATA = `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, test: 20%) }`;
const MODEL = `model m { base: "minilm", task: text_classification }`;
/** Mistakes that beginners meet first, in the order in which a program is written. */
export const BEGINNERS_MISTAKES: readonly BeginnersMistake[] = [
  {
    code: "hash-comment",
    bad: "recipe r { epochs: 3 } # for a first try",
    good: "recipe r { epochs: 3 } // for a first try",
  },
  { code: "equals-for-colon", bad: "recipe r { epochs = 3 }", good: "recipe r { epochs: 3 }" },
  { code: "missing-comma", bad: "recipe r { epochs: 3 batch_size: 8 }", good: "recipe r { epochs: 3, batch_size: 8 }" },
  { code: "unclosed-bracket", bad: "recipe r { epochs: 3", good: "recipe r { epochs: 3 }" },
  {
    code: "unknown-verb",
    bad: 'dataset d { source: csv("a.csv"), columns: { text: text } }',
    good: 'data d { source: csv("a.csv"), columns: { text: text } }',
  },
  { code: "unknown-key", bad: "recipe r { epoch: 3 }", good: "recipe r { epochs: 3 }" },
  { code: "duplicate-key", bad: "recipe r { epochs: 3, epochs: 5 }", good: "recipe r { epochs: 5 }" },
  { code: "wrong-type", bad: 'recipe r { epochs: "3" }', good: "recipe r { epochs: 3 }" },
  { code: "not-whole", bad: "recipe r { batch_size: 8.5 }", good: "recipe r { batch_size: 8 }" },
  { code: "out-of-range", bad: "recipe r { batch_size: 0 }", good: "recipe r { batch_size: 8 }" },
  {
    code: "unknown-argument",
    bad: "recipe r { optimizer: adamw(lr: 1e-3) }",
    good: "recipe r { optimizer: adamw(learning_rate: 1e-3) }",
  },
  {
    code: "unknown-column",
    bad: 'data d { source: csv("a.csv"), columns: { text: body_text, label: label } }',
    good: 'data d { source: csv("a.csv"), columns: { text: text, label: label } }',
  },
  {
    code: "unknown-word",
    bad: 'model m { base: "minilm", task: classification }',
    good: MODEL,
  },
  { code: "unknown-name", bad: `${DATA}\n${MODEL}\ntrain model1 on d`, good: `${DATA}\n${MODEL}\ntrain m on d` },
  {
    code: "missing-role",
    bad: `data d { source: csv("a.csv"), columns: { text: text }, split: random(train: 80%, test: 20%) }\n${MODEL}\ntrain m on d`,
    good: `${DATA}\n${MODEL}\ntrain m on d`,
  },
  {
    code: "epochs-and-steps",
    bad: "recipe r { epochs: 3, steps: 100 }",
    good: "recipe r { epochs: 3 }",
  },
  {
    code: "rate-far-off",
    bad: `${DATA}\n${MODEL}\ntrain m on d { optimizer: adamw(learning_rate: 1) }`,
    good: `${DATA}\n${MODEL}\ntrain m on d`,
  },
  {
    code: "not-trained",
    bad: `${DATA}\n${MODEL}\nevaluate m on d.test`,
    good: `${DATA}\n${MODEL}\ntrain m on d\nevaluate m on d.test`,
  },
  {
    code: "which-split",
    bad: `${DATA}\n${MODEL}\ntrain m on d\nevaluate m on d`,
    good: `${DATA}\n${MODEL}\ntrain m on d\nevaluate m on d.test`,
  },
  {
    code: "metric-of-other-task",
    bad: `${DATA}\n${MODEL}\ntrain m on d\nevaluate m on d.test { metrics: [bleu] }`,
    good: `${DATA}\n${MODEL}\ntrain m on d\nevaluate m on d.test { metrics: [accuracy] }`,
  },
];

export function codesContents(trials: Trials): string {
  const first = BEGINNERS_MISTAKES.flatMap(({ code: name, bad, good }) => [
    `### ${linkHere(name)}`,
    fencedCodeBlock("tune", bad),
    fencedCodeBlock("text", said(bad, name, trials)),
    fencedCodeBlock("tune", good),
  ]);
  const groups = [...codesByActivity()].flatMap(([activity, names]) => [
    `## ${ACTIVITIES[activity].title}`,
    table(
      ["code", "", "meaning"],
      names.map((name) => {
        const { severity, explain } = mustExist(codeEntryOf(name), `the code ${name}`);
        return [linkHere(name), severity, firstSentence(explain)];
      }),
    ),
  ]);
  return joinParagraphs(
    "# Codes of errors and warnings",
    `Every diagnostic has a code in brackets: \`error[unknown-key]\`. There are ${String(allCodes().length)}. ${code("npx tunebook explain CODE")} prints one of them.`,
    `## The ${String(BEGINNERS_MISTAKES.length)} that beginners meet first`,
    "Each with a wrong program, its message, and the corrected program.",
    ...first,
    ...groups,
  );
}
function firstSentence(text: string): string {
  return /^[\s\S]*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;
}
