/** Reads the sources of a plan and gives every row its roles: what comes out are rows as cleaners see them. */
import { breathe } from "#platform/turn.js";
import type { ColumnTable } from "arquero";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { mustGet } from "#dsl/language/diagnostics/must.js";
import { nearestWord } from "#dsl/language/diagnostics/nearest.js";
import type { RowName } from "#dsl/language/types/row-name.js";
import { columnsRead, type DataPlan } from "#dsl/language/types/subject.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import type { TableFacts } from "#dsl/language/types/facts.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { readMessages } from "#stdlib/conversations/turns.run.js";
import type { SourceContext } from "#stdlib/data/contract.js";
import type { Message, RowContext, RowRefusal } from "#stdlib/conversations/kind.js";
import { serializeMessages } from "./conversations.js";
import { addAnswerPositions } from "./answers.js";
import { rowNameOf } from "../row/row-names.js";
import type { SourceTable, DataRow } from "../row/row.js";
import { BoundedSample, mayExceedFileSize, type UnpackedFiles } from "./bounded-look.js";
import { SourceReadNotes, sourceFactsOf } from "./read-as.js";
import { valueInRole } from "./role-values.js";

export type { SourceTable, DataRow };

/** Rows that are counted where a part of them is read. */
const MOST_COUNTED = 10_000_000;

/** Rows between two looks at the signal; the event loop turns there. */
export const ROWS_PER_YIELD = 4096;

export interface RowReadOptions {
  readonly registry: Registry;
  readonly world: SourceContext;
  readonly signal?: AbortSignal | undefined;
  /** Told how many rows are read; of how many nobody knows. */
  readonly onRows?: ((done: number) => void) | undefined;
  /** Told how files are read where nobody wrote it. */
  readonly found?: SourceContext["found"];
  /** Told what fields of turns no model sees. */
  readonly unread?: Set<string>;
  /** Bytes of each file that is streamed or packed after which the rest of it is left. */
  readonly mostBytes?: number | undefined;
  /** Told where a rest was left: rows that were read, of how many by the file's size; `split`: of a source of its own. */
  readonly onLeft?: (split: string | null, rows: number, total: number) => void;
  /** Told of files whose rows are far larger than they are, where `mostBytes` is given. */
  readonly onUnpacks?: (file: UnpackedFiles) => void;
}

/** The rows of a table with their roles, by index; a column that is not there is the coded error `unknown-column`. */
function rolesOf(
  plan: DataPlan,
  call: Call,
  table: SourceTable,
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
        return [role, valueInRole({ role, column, row: named }, values[i]![index], plan.separator)] as const;
      const messages = conversation.read(
        messageCells.map((cells) => cells[index]),
        (other) => (columns.has(other) ? undefined : table.get(other)?.[index]),
      );
      if ("refused" in messages) throw refusal(messages, column, named, plan.conversation?.arguments["ignore"]);
      return [role, serializeMessages(messages)] as const;
    });
    const rowValues = addAnswerPositions(addTextOfTokens(Object.fromEntries(entries)), plan.columns, named);
    return { row, split, table, index, values: rowValues };
  };
}

/** `ignored`: what the call that reads the conversation leaves out, as it was written. */
function refusal(
  { refused, field, help }: RowRefusal,
  column: string,
  row: RowName,
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

/** Words alone have a text too: it is what is compared, shown and looked through for duplicates. */
export function addTextOfTokens(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { tokens, text } = values;
  return Array.isArray(tokens) && text === undefined ? { ...values, text: tokens.join(" ") } : values;
}

interface Conversation {
  readonly columns: readonly string[];
  /** `column` gives the row's cell of a column without a role. */
  read(values: readonly unknown[], column: RowContext["column"]): readonly Message[] | RowRefusal;
}
/** How the role `messages` is read. */
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

/** Whether any source of a plan is to be read in parts. */
export function isStreamed(plan: DataPlan): boolean {
  const calls = isSourceCall(plan.source) ? [plan.source] : Object.values(plan.source);
  return calls.some((call) => call.arguments["stream"] === true);
}

/**
 * The rows of all sources in their order, some thousands at a time. JSON rows may leave a column out; its values are
 * missing then, unless no row of the first part has it (`unknown-column`).
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
      reading.mostBytes !== undefined && mayExceedFileSize(call, reading.world.folder)
        ? new BoundedSample(reading.mostBytes)
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
    // Rows that are counted alone.
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
      const table: SourceTable = new Map([...chunk.columns, ...missing.map((name) => [name, none] as const)]);
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
      // The file is read to its end and more rows come of it, as of a table that repeats its values.
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

/** Columns that roles and the split name; undefined where turns may be told by any. */
function columnsAsked(plan: DataPlan): readonly string[] | undefined {
  const { split } = plan;
  const columns = columnsRead(plan);
  if ("messages" in columns) return undefined;
  const named = Object.values(split?.arguments ?? {})
    .flat()
    .filter((value) => typeof value === "string");
  return [...new Set([...Object.values(columns), ...named])];
}

/** Column names and the first rows of a source. A file of JSON lines may bring further columns after its first thousand rows. */
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
  return { columns, sample, ...(headless !== undefined && { headless }), ...sourceFactsOf(read) };
}

function columnsOf(table: ColumnTable): SourceTable {
  return new Map(table.columnNames().map((name) => [name, table.array(name) as ArrayLike<unknown>]));
}

function noColumn(call: Call, column: string, table: SourceTable): never {
  const path = call.arguments["path"];
  const has = [...table.keys()].filter((name) => name !== "$row");
  const near = nearestWord(column, has);
  const file = typeof path === "string" ? path : call.word;
  throw new CodedError("unknown-column", { column, file, has, ...(near === undefined ? {} : { nearest: near }) });
}

/** Lets the event loop turn once; throws when the signal has come. */
export async function yieldToEventLoop(signal: AbortSignal | undefined): Promise<void> {
  await breathe();
  signal?.throwIfAborted();
}

export function isSourceCall(source: DataPlan["source"] | null): source is Call {
  const call = source as Call | null;
  return typeof call?.word === "string" && typeof call.kind === "string";
}
