/**
 * Conversations as rows carry them: the role `messages` holds a list of turns as JSON, so that they are texts to all that
 * looks at rows; a prompt and its completion (`input`, `target`) are a conversation of two turns.
 */
import type { ColumnTable } from "arquero";
import type { SplitFacts } from "#dsl/types/facts.js";
import type { RowName } from "#dsl/types/row-name.js";
import type { Turn } from "#stdlib/kinds/conversation.js";
import { rowNamesOf } from "./row-names.js";
import type { StreamedRows } from "./streamed-rows.js";

/** Conversations with what messages call their rows. */
export type ConversationRows = readonly { readonly row: RowName; readonly turns: readonly Turn[] }[];

/** How many tokens each conversation feeds, and where answers end (`stops` of `SplitFacts`). */
export interface MeasuredChats {
  readonly lengths: Int32Array;
  readonly stops?: NonNullable<SplitFacts["stops"]>;
}

export function writtenTurns(turns: readonly Turn[]): string {
  return JSON.stringify(turns);
}
/** Of a text that `writtenTurns` wrote. */
export function readTurns(written: string): readonly Turn[] {
  const turns: readonly Turn[] = JSON.parse(written);
  return turns;
}

export function conversationsOf(table: ColumnTable): ConversationRows {
  const cells = (role: string): readonly unknown[] | undefined =>
    table.columnNames().includes(role) ? Array.from(table.array(role) as Iterable<unknown>) : undefined;
  return joined(cells, rowNamesOf(table, table.array("$row") as ArrayLike<number>));
}

/** Those of rows `from` … `to` − 1, which are held in memory. */
export function streamedConversations(split: StreamedRows, from = 0, to = split.rows): ConversationRows {
  return joined(
    (role) => (split.has(role) ? split.values(role, from, to) : undefined),
    rowNamesOf(split, split.numbers.subarray(from, to)),
  );
}

function joined(cells: (role: string) => readonly unknown[] | undefined, names: ArrayLike<RowName>): ConversationRows {
  const rows = Array.from(names);
  const messages = cells("messages");
  if (messages) return rows.map((row, i) => ({ row, turns: readTurns(String(messages[i])) }));
  const [input, target] = [cells("input"), cells("target")];
  return rows.map((row, i) => ({
    row,
    turns: [
      { role: "user", content: String(input?.[i]) },
      ...(target ? [{ role: "assistant", content: String(target[i]) } as const] : []),
    ],
  }));
}

/** Of facts: fields of turns that were not read; none: no line. */
export function unreadNotes(unread: ReadonlySet<string>): readonly string[] {
  if (unread.size === 0) return [];
  const names = [...unread].sort();
  const more = names.length > 8 ? `, and ${String(names.length - 8)} more` : "";
  return [`of the turns these fields are not read: ${names.slice(0, 8).join(", ")}${more}`];
}

/** A conversation in words, for pictures and lists. */
export function spoken(turns: readonly Turn[]): string {
  if (turns.length === 1 && turns[0]!.role === "user") return turns[0]!.content;
  return turns.map(({ role, content }) => `${role}: ${content}`).join("\n");
}
