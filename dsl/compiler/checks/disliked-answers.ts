/** Detects answers that a column marks as bad (as in KTO data), which a training on all rows would learn. */
import type { DefinitionDraft, Program } from "../plan/program.js";
import type { TableFacts } from "../../language/types/facts.js";
import type { DataPlan } from "../../language/types/value.js";
import type {} from "./odd-label-codes.js";

/** Names of columns that rate an answer, as in TRL (`label`), LLaMA-Factory (`kto_tag`) and others. */
const MARKS: readonly string[] = ["label", "kto_tag", "desirable", "is_desirable", "preferred", "is_good", "thumbs_up"];
/** Roles that hold written answers. */
const WRITTEN: readonly string[] = ["target", "messages"];

/** `path`: the table's file; unset if a query or the notebook makes the table. */
type Table = TableFacts & { readonly path?: string };

/** Reports the warning `disliked-answers` at the role that holds the answers. */
export function checkDislikedAnswers(
  program: Program,
  draft: DefinitionDraft,
  { columns, conversation }: DataPlan,
  tables: readonly Table[],
): void {
  const role = WRITTEN.find((one) => one in columns);
  if (role === undefined) return;
  const used = new Set([...Object.values(columns), ...ignoredBy(conversation)]);
  const found = tables.flatMap((table) =>
    MARKS.filter((name) => !used.has(name) && saysOfEach(table, name)).map((column) => ({
      column,
      ...(table.path !== undefined && { file: table.path }),
    })),
  )[0];
  if (!found) return;
  const by = columns["id"] ?? columns["input"] ?? columns[role] ?? "";
  const place = draft.given.get("columns");
  program.reportOwn(
    "disliked-answers",
    { data: draft.name, by, ...found },
    draft,
    place?.places.get(`columns.${role}`),
  );
}

const ignoredBy = (conversation: DataPlan["conversation"]): readonly string[] => {
  const ignored = conversation?.arguments["ignore"];
  return Array.isArray(ignored) ? ignored.map(String) : [];
};

/**
 * Whether every sampled row has true or false in the column; text tables have the words. The first rows may all be
 * good, except in a query's result, which may have dropped the others.
 */
function saysOfEach({ columns, sample, path }: Table, column: string): boolean {
  const cells = columns.includes(column) ? sample.map((row) => String(row[column]).toLowerCase()) : [];
  return (
    cells.length > 0 &&
    cells.every((one) => one === "true" || one === "false") &&
    (path !== undefined || cells.includes("false"))
  );
}
