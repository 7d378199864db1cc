/**
 * Conversations in rows. The role `messages` contains a list of messages as JSON, so that rows contain only texts. A
 * prompt and its completion (`input`, `target`) are a conversation of two messages.
 */
import type { ColumnTable } from "arquero";
import type { SplitFacts } from "#dsl/language/types/facts.js";
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import type { Message } from "#stdlib/conversations/kind.js";
import { contentText } from "#stdlib/conversations/shared/message-text.js";
import { rowNamesOf } from "../row/row.js";
import type { StreamedRows } from "./streamed-rows.js";

export interface ConversationRow {
  /** Names the row in errors. */
  readonly row: RowIdentifier;
  readonly messages: readonly Message[];
}
export type ConversationRows = readonly ConversationRow[];

/** Tokens of each conversation, and the ends of answers (`stops` of `SplitFacts`). */
export interface MeasuredChats {
  readonly lengths: Int32Array;
  readonly stops?: NonNullable<SplitFacts["stops"]>;
}

export function serializeMessages(messages: readonly Message[]): string {
  return JSON.stringify(messages);
}
/** `json`: output of `serializeMessages`. */
export function parseMessages(json: string): readonly Message[] {
  const messages: readonly Message[] = JSON.parse(json);
  return messages;
}

export function conversationsOf(table: ColumnTable): ConversationRows {
  const cells = (role: string): readonly unknown[] | undefined =>
    table.columnNames().includes(role) ? Array.from(table.array(role) as Iterable<unknown>) : undefined;
  return joined(cells, rowNamesOf(table, table.array("$row") as ArrayLike<number>));
}

/** Reads the conversations of rows `from` … `to` − 1 into memory. */
export function readStreamedConversations(split: StreamedRows, from = 0, to = split.rows): ConversationRows {
  return joined(
    (role) => (split.has(role) ? split.values(role, from, to) : undefined),
    rowNamesOf(split, split.numbers.subarray(from, to)),
  );
}

function joined(
  cells: (role: string) => readonly unknown[] | undefined,
  names: ArrayLike<RowIdentifier>,
): ConversationRows {
  const rows = Array.from(names);
  const lists = cells("messages");
  if (lists) return rows.map((row, i) => ({ row, messages: parseMessages(String(lists[i])) }));
  const [input, target] = [cells("input"), cells("target")];
  return rows.map((row, i) => ({
    row,
    messages: [
      { role: "user", content: String(input?.[i]) },
      ...(target ? [{ role: "assistant", content: String(target[i]) } as const] : []),
    ],
  }));
}

/** Returns a note that names the unread fields of messages; no note if there are none. */
export function unreadFieldNotes(unread: ReadonlySet<string>): readonly string[] {
  if (unread.size === 0) return [];
  const names = [...unread].sort();
  const more = names.length > 8 ? `, and ${String(names.length - 8)} more` : "";
  return [`these fields of the turns are not read: ${names.slice(0, 8).join(", ")}${more}`];
}

/** Joins a conversation into one text, for figures and lists. */
export function conversationText(messages: readonly Message[]): string {
  const [first] = messages;
  if (messages.length === 1 && first?.role === "user") return contentText(first);
  return messages.map((message) => `${message.role}: ${contentText(message)}`).join("\n");
}
