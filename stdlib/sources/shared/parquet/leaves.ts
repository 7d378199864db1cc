/**
 * Leaves of a Parquet file's columns, and the conversion of their values to JSON. Texts are decoded strictly. Integers
 * that a double cannot represent and decimals beyond 15 digits become strings; dates and times follow ISO 8601.
 */
import type { ParquetParsers, SchemaElement, SchemaTree } from "hyparquet";
import { DEFAULT_PARSERS, parseFloat16 } from "hyparquet/src/convert.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { bytesToText, dateText, decimalValue, timestampText, timeText, wholeNumberValue } from "../table-values.js";
import { parseJsonKeepingDigits } from "../json-value.js";

export interface ParquetLeaf {
  /** Path from the root of the schema to the leaf. */
  readonly path: readonly SchemaTree[];
  /** The path joined by dots, as row groups name it. */
  readonly name: string;
  /** Schema element for reading that passes every value through `parsers.dateFromDays`, whatever its type. */
  readonly plain: SchemaElement;
  readonly parsers: ParquetParsers;
}

/** Coded error `column-not-read`. */
export function parquetLeaves(root: SchemaTree, column: SchemaTree, file: string): readonly ParquetLeaf[] {
  const leaves: ParquetLeaf[] = [];
  const visit = (tree: SchemaTree, path: readonly SchemaTree[]): void => {
    const treePath = [...path, tree];
    if (tree.children.length > 0 && tree.element.logical_type?.type !== "VARIANT") {
      for (const child of tree.children) visit(child, treePath);
      return;
    }
    const { element } = tree;
    const value = valueOf(element);
    if (typeof value === "string")
      throw new CodedError("column-not-read", { file, column: tree.path.join("."), type: value });
    leaves.push({
      path: treePath,
      name: tree.path.join("."),
      plain: { ...withoutType(element), converted_type: "DATE" },
      parsers: { ...DEFAULT_PARSERS, dateFromDays: value as unknown as ParquetParsers["dateFromDays"] },
    });
  };
  visit(column, [root]);
  return leaves;
}

function withoutType(element: SchemaElement): SchemaElement {
  const plain = { ...element };
  delete plain.logical_type;
  return plain;
}

type Value = (raw: never) => unknown;

/** Returns a converter, or the name of the type if it is not supported. */
function valueOf(element: SchemaElement): Value | string {
  const { type, converted_type: converted, logical_type: logical } = element;
  const is = logical?.type ?? converted;
  if (type === undefined || ["BSON", "INTERVAL", "GEOMETRY", "GEOGRAPHY", "VARIANT"].includes(is ?? ""))
    return (is ?? "groups without fields").toLowerCase();
  if (is === "DECIMAL") {
    const scale = element.scale ?? (logical?.type === "DECIMAL" ? logical.scale : 0);
    return (raw: Uint8Array | number | bigint) => decimalValue(unscaled(raw), scale);
  }
  switch (type) {
    case "BYTE_ARRAY":
    case "FIXED_LEN_BYTE_ARRAY":
      return ofBytes(is);
    case "INT96":
      return (raw: bigint) => {
        const days = (raw >> 64n) - 2440588n;
        return timestampText(days * 86_400_000_000_000n + (raw & 0xffffffffffffffffn), "NANOS", false);
      };
    case "INT32":
      if (is === "DATE") return (raw: number) => dateText(raw);
      if (is === "TIME" || is === "TIME_MILLIS") return (raw: number) => timeText(BigInt(raw), "MILLIS");
      if (converted === "UINT_32" || (logical?.type === "INTEGER" && !logical.isSigned))
        return (raw: number) => raw >>> 0;
      return (raw: number) => raw;
    case "INT64":
      return ofLong(element, is);
    case "FLOAT":
    case "DOUBLE":
      return (raw: number) => (Number.isNaN(raw) ? null : raw);
    default:
      return (raw: unknown) => raw;
  }
}

function ofBytes(is: string | undefined): Value {
  const must = (raw: unknown): Uint8Array => {
    if (!(raw instanceof Uint8Array)) throw new Error("a page names values that are not there");
    return raw;
  };
  if (is === "UUID") return (raw: Uint8Array) => DEFAULT_PARSERS.uuidFromBytes(must(raw)) as unknown;
  if (is === "FLOAT16") return (raw: Uint8Array) => parseFloat16(must(raw));
  if (is === "JSON") return (raw: Uint8Array) => parseJsonKeepingDigits(strictText(must(raw)));
  if (is === "UTF8" || is === "STRING" || is === "ENUM") return (raw: Uint8Array) => strictText(must(raw));
  return (raw: Uint8Array) => bytesToText(must(raw));
}

function ofLong({ converted_type: converted, logical_type: logical }: SchemaElement, is: string | undefined): Value {
  if (logical?.type === "TIMESTAMP") return (raw: bigint) => timestampText(raw, logical.unit, logical.isAdjustedToUTC);
  if (is === "TIMESTAMP_MILLIS") return (raw: bigint) => timestampText(raw, "MILLIS", true);
  if (is === "TIMESTAMP_MICROS") return (raw: bigint) => timestampText(raw, "MICROS", true);
  if (logical?.type === "TIME") return (raw: bigint) => timeText(raw, logical.unit);
  if (is === "TIME_MICROS") return (raw: bigint) => timeText(raw, "MICROS");
  if (converted === "UINT_64" || (logical?.type === "INTEGER" && !logical.isSigned))
    return (raw: bigint) => wholeNumberValue(BigInt.asUintN(64, raw));
  return (raw: bigint) => wholeNumberValue(raw);
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function strictText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Error("a text of it is not UTF-8");
  }
}

function unscaled(raw: Uint8Array | number | bigint): bigint {
  if (!(raw instanceof Uint8Array)) return BigInt(raw);
  let value = 0n;
  for (const byte of raw) value = value * 256n + BigInt(byte);
  return BigInt.asIntN(raw.length * 8, value);
}
