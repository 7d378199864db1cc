/** Collects the rules of a grammar, and holds what schemas of lists and objects share. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { characterClassText, UNESCAPED_JSON_CHARACTERS } from "./character-classes.js";
import type { SchemaObject } from "./schema-references.js";
import { StringPositions, StringPosition, type SchemaInDocument } from "./string-positions.js";
import { UnsupportedSchemaError } from "./unsupported-schema.js";

export type { SchemaObject } from "./schema-references.js";

/**
 * Maximum string length that a grammar counts: each counted character takes as long to compile as an entire uncounted
 * string.
 */
export const MAX_COUNTED_CHARACTERS = 40;
/** Maximum number of rules of a schema; `MOST_TIMES` is the maximum of repetition counts. */
const MOST_RULES = 4_000;
/** Maximum characters of all rules together. */
export const MAX_GRAMMAR_CHARACTERS = 500_000;
const MOST_TIMES = 10_000;

export interface Grammar {
  /** In XGrammar's EBNF; its first rule is `root`. */
  readonly rules: string;
  /** Length bounds of strings that the grammar does not count; null if there are none. */
  readonly lengths: StringLengthBounds | null;
}
export interface StringLengthBounds {
  /** The shortest bound. */
  readonly least: number;
  /** Returns a fresh position tracker for a new text. */
  places(): StringPosition;
}

/** Collects the rules of a grammar, starting with those of generic JSON. */
export class GrammarRules {
  private readonly lines: string[] = [
    // Limits blanks between two parts: an uncertain model would generate them endlessly.
    "ws ::= [ \\n\\t]{0,16}",
    `plain ::= ${mustExist(characterClassText(UNESCAPED_JSON_CHARACTERS), "plain characters")}`,
    'escape ::= "\\\\" (["\\\\/bfnrt] | "u" [0-9A-Fa-f]{4})',
    // The lookahead spares XGrammar from checking tokens that extend beyond the string's end.
    'string ::= "\\"" rest',
    `rest ::= ("\\"" | ${mustExist(characterClassText(UNESCAPED_JSON_CHARACTERS), "plain characters")} rest | escape rest) (= [ \\n\\t]* [,}\\]:])`,
    'integer ::= "-"? ("0" | [1-9] [0-9]{0,14})',
    'number ::= integer ("." [0-9]{1,15})? ([eE] [+-]? [0-9]{1,2})?',
    'any ::= object | array | string | number | "true" | "false" | "null"',
    'object ::= "{" ws (string ":" ws any ("," ws string ":" ws any)*)? ws "}"',
    'array ::= "[" ws (any ("," ws any)*)? ws "]"',
  ];
  private count = 0;
  private written = 0;
  private least: number | null = null;

  /** Reserves a name for a rule that is defined later. */
  name(): string {
    if (this.count >= MOST_RULES) throw new UnsupportedSchemaError("it is too large");
    return `r${String(this.count++)}`;
  }
  tell(name: string, body: string): string {
    this.written += body.length;
    if (this.written > MAX_GRAMMAR_CHARACTERS) throw new UnsupportedSchemaError("it is too large");
    this.lines.push(`${name} ::= ${body}`);
    return name;
  }
  add(body: string): string {
    return this.tell(this.name(), body);
  }
  /** Records a string's maximum length that the grammar does not count. */
  bound(most: number): void {
    this.least = Math.min(this.least ?? most, most);
  }
  /**
   * `values` are the schemas of the top-level values; null if their position in the text is unknown. Throws
   * `UnsupportedSchemaError`.
   */
  grammar(root: string, values: readonly SchemaInDocument[] | null): Grammar {
    const { least } = this;
    if (least !== null && values === null)
      throw new UnsupportedSchemaError(`a \`maxLength\` over ${String(MAX_COUNTED_CHARACTERS)} is not supported there`);
    const places = new StringPositions(MAX_COUNTED_CHARACTERS);
    const lengths = least !== null &&
      values !== null && { least, places: () => new StringPosition(places.positionsOf(values)) };
    return { rules: [`root ::= ${root}`, ...this.lines].join("\n"), lengths: lengths || null };
  }
}

export type SchemaToRule = (schema: unknown, where: string) => string;

/** Items of one kind, separated by commas. */
export function repeatedItemsRule(item: string | null, least: number, most: number): string {
  if (item === null || most === 0) {
    if (least > 0) throw new UnsupportedSchemaError("it wants more than it allows");
    return '""';
  }
  const further = `("," ws ${item}){${String(Math.max(0, least - 1))},${most === Infinity ? "" : String(most - 1)}}`;
  return least > 0 ? `${item} ${further}` : `(${item} ${further})?`;
}

/** Returns a non-negative integer keyword; null if it is missing. */
export function countKeywordValue(schema: SchemaObject, word: string): number | null {
  const value = schema[word];
  if (value === undefined) return null;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0)
    throw new UnsupportedSchemaError(`its \`${word}\` is not an integer`);
  if (value > MOST_TIMES) throw new UnsupportedSchemaError(`a \`${word}\` over ${String(MOST_TIMES)} is not supported`);
  return value;
}
