/** Complete programs for the pages: a task's data, a model, a training, an evaluation. */
import type { Word } from "#dsl/language/types/registry.js";

/** Columns, besides the roles, that the programs and the records' fragments name. */
const COLUMNS = ["body", "team", "customer", "part", "review", "stars", "conversations", "messages", "instruction"];

export const ROLES = [
  ...["text", "text_pair", "negative", "label", "labels", "score", "input", "target", "messages"],
  ...["question", "context", "answer", "answer_start", "tokens", "tags", "id", "group", "weight", "time"],
];
export function columnsOf(): readonly string[] {
  return [...ROLES, ...COLUMNS, "output", "created", "a", "b", "t", "l"];
}

/** Roles of a task's data. The programs name their columns after them. */
export function rolesOf(task: Word<"task">): readonly string[] {
  return task.capabilities?.roles ?? ["text"];
}
/** Returns a file name for the task's rows: JSON Lines if they have lists or turns, else CSV. */
export function fileOf(task: Word<"task">): string {
  return /labels|tokens|messages/.test(rolesOf(task).join()) ? "rows.jsonl" : "rows.csv";
}

export interface Asked {
  readonly task: Word<"task">;
  /** The task as it is written, with arguments. Defaults to its name. */
  readonly taskText?: string;
  readonly base: string;
  /** The technique as it is written. If unset, the program has none. */
  readonly technique?: string;
  readonly template?: string;
}
export function programOf({ task, taskText = task.name, base, technique, template }: Asked, metrics = ""): string {
  const settings = [
    `base: "${base}"`,
    `task: ${taskText}`,
    ...(technique === undefined ? [] : [`technique: ${technique}`]),
    ...(template === undefined ? [] : [`template: ${template}`]),
  ];
  return [
    dataOf(task),
    `model mine { ${settings.join(", ")} }`,
    "",
    "train mine on rows { epochs: 3 }",
    `evaluate mine on rows.test${metrics === "" ? "" : ` { ${metrics} }`}`,
    "",
  ].join("\n");
}

/** Returns the statement that reads a task's rows. */
export function dataOf(task: Word<"task">): string {
  const file = fileOf(task);
  const source = `${file.endsWith("jsonl") ? "jsonl" : "csv"}("${file}")`;
  return [
    "data rows {",
    `  source: ${source}`,
    `  columns: { ${rolesOf(task)
      .map((role) => `${role}: ${role}`)
      .join(", ")} }`,
    "  split: random(train: 80%, validation: 10%, test: 10%)",
    "}",
  ].join("\n");
}
