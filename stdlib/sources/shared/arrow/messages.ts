/**
 * The messages of Arrow's IPC format, one after the other: in a file (Feather 2) those between its magic bytes, in a
 * stream all. They are a schema, then dictionaries and batches of rows, each with its body.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { FileBlocks } from "#platform/files.js";
import { detectFileKind } from "../file-kind.js";
import { checkArrowBounds } from "./bounds.js";
import { MAX_UNPACKED_BYTES } from "./unpack.js";

export const ARROW_FORMAT = "Arrow";
/** Maximum bytes of a message without its body, for a schema with very many columns. */
const MOST_HEAD = 2 ** 24;

export interface ArrowMessage {
  readonly kind: "schema" | "dictionary" | "rows";
  /** The complete message, as the reader expects it. */
  readonly bytes: Uint8Array;
}

const kinds: Readonly<Record<number, ArrowMessage["kind"]>> = { 1: "schema", 2: "dictionary", 3: "rows" };

/** Coded errors `empty-file`, `not-of-format`, `broken-table`, `unpacks-too-large`. */
export async function* readArrowMessages(
  blocks: FileBlocks,
  file: string,
  onBytes?: (read: number) => void,
): AsyncGenerator<ArrowMessage> {
  if (blocks.size === 0) throw new CodedError("empty-file", { file });
  const head = await blocks.read(0, Math.min(64, blocks.size));
  const isFile = String.fromCharCode(...head.subarray(0, 6)) === "ARROW1";
  const first = new DataView(head.buffer);
  const isStream = head.length >= 8 && (first.getInt32(0, true) === -1 || first.getInt32(0, true) === 16);
  if (!isFile && !(isStream && first.getInt32(4, true) > 0))
    throw new CodedError("not-of-format", {
      file,
      format: ARROW_FORMAT,
      found: detectFileKind(head, file)?.found ?? null,
    });
  const broken = (why: string): CodedError =>
    new CodedError("broken-table", { file, format: ARROW_FORMAT, where: isFile ? "a file" : "a stream", why });
  let some = false;
  for (let position = isFile ? 8 : 0; ;) {
    if (position + 8 > blocks.size) {
      // A stream may end without an end mark; a file must end with its footer.
      if (isFile || !some || position !== blocks.size) throw broken("it ends too early");
      return;
    }
    const lead = new DataView((await blocks.read(position, position + 8)).buffer);
    const marked = lead.getInt32(0, true) === -1;
    const length = lead.getInt32(marked ? 4 : 0, true);
    if (length === 0) break;
    const from = position + (marked ? 8 : 4);
    if (length < 0 || from + length > blocks.size) throw broken("a message is longer than the rest of it");
    if (length > MOST_HEAD)
      throw new CodedError("unpacks-too-large", {
        file,
        where: "a message",
        size: length,
        limit: MOST_HEAD,
        of: "bytes",
      });
    const message = await blocks.read(from, from + length);
    const { type, body } = headOf(message, broken);
    const kind = kinds[type];
    if (!kind) throw broken(`a message is of the kind ${type}, which is neither schema nor rows`);
    if (!some && kind !== "schema") throw broken("it starts without a schema");
    const end = from + length + body;
    if (!(body >= 0 && end <= blocks.size)) throw broken("a message is longer than the rest of it");
    if (body > MAX_UNPACKED_BYTES * 2)
      throw new CodedError("unpacks-too-large", {
        file,
        where: "a batch",
        size: body,
        limit: MAX_UNPACKED_BYTES * 2,
        of: "bytes",
      });
    const bytes = await blocks.read(position, end);
    try {
      checkArrowBounds(kind, message, bytes.subarray(bytes.length - body));
    } catch {
      throw broken("a message cannot be read");
    }
    some = true;
    yield { kind, bytes };
    position = end;
    onBytes?.(position);
  }
  if (!some) throw broken("it has no schema");
  if (isFile && String.fromCharCode(...(await blocks.read(blocks.size - 6, blocks.size))) !== "ARROW1")
    throw broken("the mark that ends it is missing, so it was cut off");
}

/** Reads a message's type and the length of its body from its FlatBuffers table. */
function headOf(
  bytes: Uint8Array,
  broken: (why: string) => CodedError,
): { readonly type: number; readonly body: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const table = view.getInt32(0, true);
    const fields = table - view.getInt32(table, true);
    const size = view.getInt16(fields, true);
    const field = (position: number): number => (position < size ? view.getInt16(fields + position, true) : 0);
    const [type, body] = [field(6), field(10)];
    return {
      type: type === 0 ? 0 : view.getUint8(table + type),
      body: body === 0 ? 0 : Number(view.getBigInt64(table + body, true)),
    };
  } catch {
    throw broken("a message cannot be read");
  }
}
