/** Rows of a data set as an audit reads them: split by split, some thousands at a time, as often as it needs them. */
import { contentText } from "#stdlib/conversations/shared/message-text.js";
import { parseMessages } from "../rows/conversations.js";
import { turn, type Row } from "../rows/rows.js";

export type LookedRow = Pick<Row, "row" | "split" | "values">;

export interface SplitRows {
  /** Of the splits, in their order. */
  readonly names: readonly string[];
  rows(split: string): number;
  chunks(split: string): Iterable<readonly LookedRow[]>;
  /** From 0. */
  at(split: string, index: number): LookedRow;
}

/** Told of every row, one after the other. */
export interface Observer<Found> {
  look(row: LookedRow, split: string): void;
  found(): Found;
}

/** Calls `look` with every row of every split; throws when the signal has come. */
export async function eachRow(
  rows: SplitRows,
  look: (row: LookedRow, split: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  for (const split of rows.names)
    for (const chunk of rows.chunks(split)) {
      await turn(signal);
      for (const row of chunk) look(row, split);
    }
}

/** The text that a model reads of a row; of a conversation what its users say. */
export function readIn(values: Row["values"]): string {
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

export function shown({ values }: Pick<Row, "values">): string {
  const text = readIn(values).replace(/\s+/g, " ").trim();
  return text.length > CHARACTERS ? `${text.slice(0, CHARACTERS)}…` : text;
}
