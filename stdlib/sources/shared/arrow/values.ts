/** Converts the values of Arrow's columns to JSON values, by the types of the schema. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import {
  bytesValue,
  dateText,
  decimalValue,
  timestampText,
  timeText,
  wholeNumberValue,
  type TimeUnit,
} from "../table-values.js";

export interface ArrowType {
  readonly typeId: number;
  readonly unit?: number;
  readonly timezone?: string | null;
  readonly scale?: number;
  readonly children?: readonly { readonly name: string; readonly type: ArrowType }[];
  /** For a dictionary: the type of its values. */
  readonly dictionary?: ArrowType;
}
type Value = (raw: unknown) => unknown;

const units: readonly TimeUnit[] = ["SECONDS", "MILLIS", "MICROS", "NANOS"];
const DAY = 86_400_000;

/** Returns a converter for values of this type; null stays null. Coded error `column-not-read`. */
export function arrowValueReader(type: ArrowType, file: string, column: string): Value {
  const convert = present(type, file, column);
  return (raw) => (raw === null || raw === undefined ? null : convert(raw));
}

function present(type: ArrowType, file: string, column: string): Value {
  const unit = units[type.unit ?? 1] ?? "MILLIS";
  const [inner] = type.children ?? [];
  switch (type.typeId) {
    case -1:
      return type.dictionary ? arrowValueReader(type.dictionary, file, column) : (raw) => raw;
    case 1:
    case 5:
    case 6:
    case 20:
    case 24:
      return (raw) => raw;
    case 2:
      return (raw) => (typeof raw === "bigint" ? wholeNumberValue(raw) : raw);
    case 3:
      return (raw) => (Number.isNaN(raw) ? null : raw);
    case 4:
    case 15:
    case 19:
    case 23:
      return (raw) => bytesValue(raw as Uint8Array);
    case 7:
      return (raw) => decimalValue(BigInt(raw as bigint), type.scale ?? 0);
    case 8:
      return (raw) => dateText(Number(raw) / DAY);
    case 9:
      return (raw) => timeText(BigInt(raw as bigint), unit);
    case 10:
      return (raw) => timestampText(BigInt(raw as bigint), unit, typeof type.timezone === "string");
    case 12:
    case 16:
    case 21:
      if (inner) return listOf(arrowValueReader(inner.type, file, column));
      break;
    case 13:
      return structOf(type, file, column);
  }
  const names: Readonly<Record<number, string>> = { 11: "intervals", 14: "unions", 17: "maps", 18: "durations" };
  throw new CodedError("column-not-read", { file, column, type: names[type.typeId] ?? "values of another kind" });
}

/** Lists of numbers are typed arrays, which have no nulls. */
function listOf(value: Value): Value {
  return (raw) => Array.from(raw as ArrayLike<unknown>, value);
}

function structOf({ children = [] }: ArrowType, file: string, column: string): Value {
  const fields = children.map(({ name, type }) => [name, arrowValueReader(type, file, column)] as const);
  return (raw) =>
    Object.fromEntries(fields.map(([name, value]) => [name, value((raw as Record<string, unknown>)[name])]));
}
