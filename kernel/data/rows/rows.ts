/** Reads a plan's sources and assigns roles to every row's values. Yields rows as input of the cleaners. */
import { nextEventLoopTurn } from "#platform/turn.js";
import type { ColumnTable } from "arquero";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { CodedError, mustGet } from "#dsl/language/diagnostics/codes.js";
import { nearestWord } from "#dsl/language/diagnostics/nearest-word.js";
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import { columnsRead, type DataPlan, type Call, type Value } from "#dsl/language/types/value.js";
import type { TableFacts } from "#dsl/language/types/facts.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { readMessages } from "#stdlib/conversations/turns.run.js";
import type { SourceContext } from "#stdlib/data/contract.js";
import type { Message, RowContext, RowRefusal } from "#stdlib/conversations/kind.js";
import { serializeMessages } from "./conversations.js";
import { addAnswerPositions } from "./answers.js";
import { rowNameOf, type ColumnsByName, type DataRow } from "../row/row.js";
import {
  SampleReadLimit,
  canRowsExceedFileSize,
  type UnpackedSize,
  SourceReadNotes,
  sourceNotesOf,
} from "./bounded-look.js";
import { parseRoleValue } from "./role-values.js";

export type { ColumnsByName as SourceTable, DataRow };

/** Maximum rows counted after a partial read. */
const MOST_COUNTED = 10_000_000;

/** Rows between two checks of the signal, where control returns to the event loop. */
export const ROWS_PER_YIELD = 4096;

export interface RowReadOptions {
  readonly registry: Registry;
  readonly world: SourceContext;
  readonly signal?: AbortSignal | undefined;
  readonly onRows?: ((done: number) => void) | undefined;
  /** Receives how files were read where the program doesn't say it. */
  readonly found?: SourceContext["found"];
  /** Collects the fields of messages that no model reads. */
  readonly unread?: Set<string>;
  /** Maximum bytes of each streamed or packed file; the rest is not read. */
  readonly mostBytes?: number | undefined;
  /**
   * Reports partial reads: the rows read, and the total estimated from the file's size; `split`: if it has its own
   * source.
   */
  readonly onLeft?: (split: string | null, rows: number, total: number) => void;
  /** Reports files whose rows are far larger than the file, if `mostBytes` is set. */
  readonly onUnpacks?: (file: UnpackedSize) => void;
}

/** Maps the columns of a table to roles, by index. A missing column throws the coded error `unknown-column`. */
function rolesOf(
  plan: DataPlan,
  call: Call,
  table: ColumnsByName,
  conversation: Conversation,
): (index: number, row: number, split: string | null) => DataRow {
  const roles = Object.entries(columnsRead(plan));
  const column = (name: string): ArrayLike<unknown> => table.get(name) ?? noColumn(call, name, table);
  const columns = new Set(Object.values(plan.columns));
  const values = roles.map(([, name]) => column(name));
  const messageCells = "messages" in plan.columns ? conversation.columns.map(column) : [];
  return (index, row, split) => {
    const named = rowNameOf({ row, split });
    const entries = roles.map(([role, column], i) => {
      if (role !== "messages")
        return [role, parseRoleValue({ role, column, row: named }, values[i]![index], plan.separator)] as const;
      const messages = conversation.read(
        messageCells.map((cells) => cells[index]),
        (other) => (columns.has(other) ? undefined : table.get(other)?.[index]),
      );
      if ("refused" in messages) throw refusal(messages, column, named, plan.conversation?.arguments["ignore"]);
      return [role, serializeMessages(messages)] as const;
    });
    const rowValues = addAnswerPositions(addTextFromWords(Object.fromEntries(entries)), plan.columns, named);
    return { row, split, table, index, values: rowValues };
  };
}

/** `ignored`: fields that the conversation's call ignores, as written. */
function refusal(
  { refused, field, help }: RowRefusal,
  column: string,
  row: RowIdentifier,
  ignored: Value | undefined,
): CodedError {
  if (!field)
    return new CodedError("bad-conversation", { column, row, why: refused, ...(help !== undefined && { help }) });
  const place = "column" in field ? { field: field.column } : field;
  const misspelt = nearestWord(place.field, Array.isArray(ignored) ? ignored.map(String) : []);
  return new CodedError("field-not-built", {
    column,
    row,
    holds: refused,
    ...place,
    ...(misspelt !== undefined && { misspelt }),
  });
}

/** Rows of words get a text too, which is compared, displayed and searched for duplicates. */
export function addTextFromWords(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { tokens, text } = values;
  return Array.isArray(tokens) && text === undefined ? { ...values, text: tokens.join(" ") } : values;
}

interface Conversation {
  readonly columns: readonly string[];
  /** `column` returns the row's value in a column without a role. */
  read(values: readonly unknown[], column: RowContext["column"]): readonly Message[] | RowRefusal;
}
/** Returns the reader of the role `messages`. */
async function conversationOf({ columns, conversation }: DataPlan, options: RowReadOptions): Promise<Conversation> {
  const { messages } = columns;
  const unread = (field: string): void => void options.unread?.add(field);
  if (!conversation)
    return {
      columns: messages === undefined ? [] : [messages],
      read: ([value], column) => readMessages(value, { column, unread }),
    };
  const loaded = await implementationOf(options.registry, "conversation", conversation.word);
  return {
    columns: loaded.columns(conversation),
    read: (values, column) => loaded.read(conversation, values, { column, unread }),
  };
}

export function isStreamedPlan(plan: DataPlan): boolean {
  const calls = isSourceCall(plan.source) ? [plan.source] : Object.values(plan.source);
  return calls.some((call) => call.arguments["stream"] === true);
}

/**
 * Yields the rows of all sources in order, some thousands at a time. JSON rows may omit a column, whose value is then
 * missing, unless no row of the first chunk has it (`unknown-column`).
 */
export async function* streamRows(plan: DataPlan, reading: RowReadOptions): AsyncGenerator<readonly DataRow[]> {
  const sources: (readonly [string | null, Call])[] = isSourceCall(plan.source)
    ? [[null, plan.source]]
    : Object.entries(plan.source);
  const conversation = await conversationOf(plan, reading);
  const { seed } = plan;
  const requestingWorld = {
    ...worldOf(reading.world, reading.registry),
    columns: columnsAsked(plan),
    seed,
    ...(reading.found && { found: reading.found }),
  };
  let all = 0;
  for (const [split, call] of sources) {
    const source = await implementationOf(reading.registry, "source", call.word);
    reading.signal?.throwIfAborted();
    const look =
      reading.mostBytes !== undefined && canRowsExceedFileSize(call, reading.world.folder)
        ? new SampleReadLimit(reading.mostBytes)
        : null;
    if (!source.stream || (call.arguments["stream"] !== true && !look)) {
      const table = columnsOf(await source.open(call, requestingWorld));
      const numbers = mustGet(table, "$row", "column");
      const rowAt = rolesOf(plan, call, table, conversation);
      for (let start = 0; start < numbers.length; start += ROWS_PER_YIELD) {
        const rows = Math.min(ROWS_PER_YIELD, numbers.length - start);
        yield Array.from({ length: rows }, (_, i) => rowAt(start + i, numbers[start + i] as number, split));
        reading.onRows?.((all += rows));
      }
      continue;
    }
    let done = 0;
    // Rows that are counted without being read.
    let rest = 0;
    let [read, size] = [0, 0];
    const world = { ...requestingWorld, onBytes: (now: number, total: number) => void ([read, size] = [now, total]) };
    const known = new Set<string>();
    for await (const chunk of source.stream(call, world)) {
      if (rest > 0) {
        rest += chunk.rows;
        if (rest > MOST_COUNTED) break;
        continue;
      }
      for (const name of chunk.columns.keys()) known.add(name);
      const missing = [...known].filter((name) => !chunk.columns.has(name));
      const none = new Array<unknown>(chunk.rows).fill(null);
      const table: ColumnsByName = new Map([...chunk.columns, ...missing.map((name) => [name, none] as const)]);
      const rowAt = rolesOf(plan, call, table, conversation);
      const first = done + 1;
      yield Array.from({ length: chunk.rows }, (_, i) => rowAt(i, first + i, split));
      done += chunk.rows;
      reading.onRows?.((all += chunk.rows));
      look?.add(chunk);
      if (read < size && (read >= (reading.mostBytes ?? Infinity) || look?.over(read))) {
        reading.onLeft?.(split, done, Math.round((done * size) / Math.max(1, read)));
        break;
      }
      // The file was read to its end but yields further rows, as in a table with repeated values.
      if (look?.over(read)) rest = 1;
    }
    if (rest > 1) reading.onLeft?.(split, done, done + rest - 1);
    const unpacks = look?.unpacks(String(call.arguments["path"]), read);
    if (unpacks) reading.onUnpacks?.(unpacks);
  }
}

function worldOf(world: SourceContext, registry: Registry): SourceContext {
  return { ...world, source: (word) => implementationOf(registry, "source", word) };
}

/** Returns the columns used by roles and the split; undefined if messages may use any column. */
function columnsAsked(plan: DataPlan): readonly string[] | undefined {
  const { split } = plan;
  const columns = columnsRead(plan);
  if ("messages" in columns) return undefined;
  const named = Object.values(split?.arguments ?? {})
    .flat()
    .filter((value) => typeof value === "string");
  return [...new Set([...Object.values(columns), ...named])];
}

/**
 * Returns column names and the first rows of a source. A JSON lines file may add columns after its first thousand rows.
 */
export async function readTableHeader(call: Call, world: SourceContext, registry: Registry): Promise<TableFacts> {
  const source = await implementationOf(registry, "source", call.word);
  const read = new SourceReadNotes();
  const found = (file: string, what: string): void => read.add(file, what);
  const table = await source.open(call, { ...worldOf(world, registry), found }, 1000);
  const columns = table.columnNames().filter((name) => name !== "$row");
  const tableColumns = columnsOf(table);
  const sample = Array.from({ length: Math.min(5, table.numRows()) }, (_, i) =>
    Object.fromEntries(columns.map((name) => [name, mustGet(tableColumns, name, "column")[i]])),
  );
  const headless = source.headless?.(
    call,
    new Map(columns.map((name) => [name, mustGet(tableColumns, name, "column")])),
  );
  return { columns, sample, ...(headless !== undefined && { headless }), ...sourceNotesOf(read) };
}

function columnsOf(table: ColumnTable): ColumnsByName {
  return new Map(table.columnNames().map((name) => [name, table.array(name) as ArrayLike<unknown>]));
}

function noColumn(call: Call, column: string, table: ColumnsByName): never {
  const path = call.arguments["path"];
  const has = [...table.keys()].filter((name) => name !== "$row");
  const near = nearestWord(column, has);
  const file = typeof path === "string" ? path : call.word;
  throw new CodedError("unknown-column", { column, file, has, ...(near === undefined ? {} : { nearest: near }) });
}

/** Yields to the event loop once; throws if the signal is aborted. */
export async function yieldToEventLoop(signal: AbortSignal | undefined): Promise<void> {
  await nextEventLoopTurn();
  signal?.throwIfAborted();
}

export function isSourceCall(source: DataPlan["source"] | null): source is Call {
  const call = source as Call | null;
  return typeof call?.word === "string" && typeof call.kind === "string";
}
