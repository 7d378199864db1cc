/** Whole programs for the pages: what a task reads, a model, a training, an evaluation. */
import type { Word } from "#dsl/language/types/registry.js";

/** Columns that the programs and the fragments of records name, beside the roles. */
const COLUMNS = ["body", "team", "customer", "part", "review", "stars", "conversations", "messages", "instruction"];

export const ROLES = [
  ...["text", "text_pair", "negative", "label", "labels", "score", "input", "target", "messages"],
  ...["question", "context", "answer", "answer_start", "tokens", "tags", "id", "group", "weight", "time"],
];
export function columnsOf(): readonly string[] {
  return [...ROLES, ...COLUMNS, "output", "created", "a", "b", "t", "l"];
}

/** Roles of a task's data: columns of the programs are named as these. */
export function rolesOf(task: Word<"task">): readonly string[] {
  return task.capabilities?.roles ?? ["text"];
}
/** A file of the task's rows: lists and turns are JSON's affair. */
export function fileOf(task: Word<"task">): string {
  return /labels|tokens|messages/.test(rolesOf(task).join()) ? "rows.jsonl" : "rows.csv";
}

export interface Asked {
  readonly task: Word<"task">;
  /** The task as it is written, arguments included; absent: its name. */
  readonly taskText?: string;
  readonly base: string;
  /** As it is written; absent: not written. */
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

/** The statement that reads a task's rows. */
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
