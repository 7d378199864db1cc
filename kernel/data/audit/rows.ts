/** Rows of a data set as an audit reads them: split by split, some thousands at a time, as often as it needs them. */
import { contentText } from "#stdlib/conversations/shared/message-text.js";
import { parseMessages } from "../rows/conversations.js";
import { yieldToEventLoop, type DataRow } from "../rows/rows.js";

export type AuditedRow = Pick<DataRow, "row" | "split" | "values">;

export interface AuditedSplits {
  /** Of the splits, in their order. */
  readonly names: readonly string[];
  rows(split: string): number;
  chunks(split: string): Iterable<readonly AuditedRow[]>;
  /** From 0. */
  rowAt(split: string, index: number): AuditedRow;
}

/** Told of every row, one after the other. */
export interface RowObserver<Found> {
  look(row: AuditedRow, split: string): void;
  found(): Found;
}

/** Calls `look` with every row of every split; throws when the signal has come. */
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

/** The text that a model reads of a row; of a conversation what its users say. */
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

/** Characters of a text that is shown. */
const CHARACTERS = 120;

export function rowExcerpt({ values }: Pick<DataRow, "values">): string {
  const text = modelInputText(values).replace(/\s+/g, " ").trim();
  return text.length > CHARACTERS ? `${text.slice(0, CHARACTERS)}…` : text;
}
