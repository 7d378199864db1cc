/** Rows of a data set as read by an audit: split by split, some thousands at a time, as many passes as needed. */
import { contentText } from "#stdlib/conversations/shared/message-text.js";
import { parseMessages } from "../rows/conversations.js";
import { yieldToEventLoop, type DataRow } from "../rows/rows.js";

export type AuditedRow = Pick<DataRow, "row" | "split" | "values">;

export interface AuditedSplits {
  /** Names of the splits, in order. */
  readonly names: readonly string[];
  rows(split: string): number;
  chunks(split: string): Iterable<readonly AuditedRow[]>;
  /** `index`: from 0. */
  rowAt(split: string, index: number): AuditedRow;
}

export interface RowObserver<Found> {
  look(row: AuditedRow, split: string): void;
  found(): Found;
}

/** Calls `look` with every row of every split; throws when the signal is aborted. */
export async function forEachRow(
  rows: AuditedSplits,
  look: (row: AuditedRow, split: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  for (const split of rows.names)
    for (const chunk of rows.chunks(split)) {
      await yieldToEventLoop(signal);
      for (const row of chunk) look(row, split);
    }
}

/** Returns the text of a row that a model reads; for a conversation, its user messages. */
export function modelInputText(values: DataRow["values"]): string {
  const { messages, text, text_pair: pair, input, question, context } = values;
  if (typeof messages === "string" && text === undefined)
    return parseMessages(messages)
      .filter(({ role }) => role === "user")
      .map(contentText)
      .join("\n");
  return [text ?? input ?? question, pair ?? (question === undefined ? undefined : context)]
    .filter((one) => one !== undefined && one !== null)
    .map((one) => String(one as string))
    .join("\n");
}

/** Maximum displayed characters of a text. */
const CHARACTERS = 120;

export function rowExcerpt({ values }: Pick<DataRow, "values">): string {
  const text = modelInputText(values).replace(/\s+/g, " ").trim();
  return text.length > CHARACTERS ? `${text.slice(0, CHARACTERS)}…` : text;
}
