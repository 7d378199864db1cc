/** The texts of the training split, which the tokenizer of a model from scratch is trained on: those of every role that is text. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import "#dsl/plan/codes/scratch-codes.js";
import { readTurns } from "../../core/data/conversations.js";
import { splitNamesOf, type Prepared } from "../../core/data/prepared.js";

const roles = ["text", "text_pair", "input", "target", "question", "context", "tokens", "messages"];
/** Rows of streamed data that are read at once. */
const stride = 4096;

/** Role by role, in the order of the rows. Coded error: `no-texts-for-tokenizer`. */
export function trainingTexts(prepared: Prepared): readonly string[] {
  const names = splitNamesOf(prepared);
  const split = ["train", "all"].find((name) => names.includes(name)) ?? names[0] ?? "all";
  const texts = roles.flatMap((role) => valuesOf(prepared, split, role).map((value) => roleText(role, value)));
  if (texts.length === 0) throw new CodedError("no-texts-for-tokenizer", { data: prepared.name });
  return texts;
}

function valuesOf({ splits, streamed }: Prepared, split: string, role: string): readonly unknown[] {
  const rows = streamed?.[split];
  if (rows) {
    if (!rows.has(role)) return [];
    const parts = Array.from({ length: Math.ceil(rows.rows / stride) }, (_, i) =>
      rows.values(role, i * stride, Math.min(rows.rows, (i + 1) * stride)),
    );
    return parts.flat();
  }
  const table = splits[split];
  return table?.columnNames().includes(role) ? Array.from(table.array(role) as Iterable<unknown>) : [];
}

function roleText(role: string, value: unknown): string {
  if (role === "messages")
    return readTurns(String(value))
      .map(({ content, context }) => (context === undefined ? content : `${context}\n${content}`))
      .join("\n");
  return Array.isArray(value) ? value.join(" ") : String(value ?? "");
}
