/**
 * Translates a JSON schema into a grammar: every text of the grammar is JSON that the schema allows, but not vice
 * versa. Properties follow the schema's order, and unnamed ones are generated only if `additionalProperties` asks for
 * them. A constraint that no grammar can enforce is refused, so that no output seems to be constrained when it is not.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { characterClassText, grammarLiteral, UNESCAPED_JSON_CHARACTERS } from "./character-classes.js";
import { STRING_FORMAT_PATTERNS } from "./string-formats.js";
import { integerRangeGrammar, numberRangeGrammar, type NumberBounds } from "./number-ranges.js";
import { objectRule } from "./object-rule.js";
import { patternGrammar } from "./regex-grammar.js";
import { ownPropertyValue, resolveReference } from "./schema-references.js";
import {
  MAX_COUNTED_CHARACTERS,
  countKeywordValue,
  repeatedItemsRule,
  type SchemaToRule,
  type GrammarRules,
  type SchemaObject,
} from "./rules.js";
import { UnsupportedSchemaError } from "./unsupported-schema.js";
import { checkSchemaKeywords } from "./schema-keywords.js";

/** Maximum characters of a schema as JSON, and maximum nesting depth. */
const LONGEST = 65_536;
const DEEPEST = 48;

/** XGrammar repeats character classes in one operation, but rules one by one. */
const PLAINLY = mustExist(characterClassText(UNESCAPED_JSON_CHARACTERS), "plain characters");

/** Maximum number of distinct values with `uniqueItems`: each further one doubles the rules. */
const DISTINCT = 6;

const TYPES = ["object", "array", "string", "number", "integer", "boolean", "null"] as const;
type Type = (typeof TYPES)[number];

/** Reads the schemas of one document; `$ref` resolves within it. */
export class SchemaReader {
  private readonly known = new Map<string, string>();

  constructor(
    private readonly document: SchemaObject,
    readonly rules: GrammarRules,
  ) {
    const { length } = JSON.stringify(document);
    if (length > LONGEST)
      throw new UnsupportedSchemaError(`it has ${String(length)} characters, and at most ${String(LONGEST)} are read`);
  }

  /** Returns a rule name or expression for the schema. `place` is its location in errors. */
  read(schema: unknown, place = "", depth = 0): string {
    if (schema === true) return "any";
    if (!isRecord(schema)) throw new UnsupportedSchemaError(`a schema is expected${placed(place)}`);
    if (depth > DEEPEST) throw new UnsupportedSchemaError(`its schemas are nested more than ${String(DEEPEST)} deep`);
    checkSchemaKeywords(schema, place);
    const inner = (one: unknown, where: string): string => this.read(one, `${place}/${where}`, depth + 1);
    try {
      return this.whole(schema, inner, depth) ?? this.ofTypes(schema, inner);
    } catch (error) {
      if (error instanceof UnsupportedSchemaError && !/ \(at /.test(error.message))
        throw new UnsupportedSchemaError(error.message + placed(place));
      throw error;
    }
  }

  /** Handles keywords that define the schema completely (`$ref`, `const`, `enum`, `anyOf`, …). */
  private whole(schema: SchemaObject, inner: SchemaToRule, depth: number): string | null {
    const reference = schema["$ref"];
    if (reference !== undefined) return this.referred(reference, depth);
    if ("const" in schema) return this.rules.add(grammarLiteral(JSON.stringify(schema["const"])));
    const choices = schema["enum"];
    if (Array.isArray(choices)) {
      if (choices.length === 0) throw new UnsupportedSchemaError("its `enum` has nothing in it");
      return this.rules.add(choices.map((choice) => grammarLiteral(JSON.stringify(choice))).join(" | "));
    }
    for (const word of ["anyOf", "oneOf", "allOf"]) {
      const several = schema[word];
      if (Array.isArray(several)) {
        if (several.length === 0) throw new UnsupportedSchemaError(`its \`${word}\` has nothing in it`);
        return this.rules.add(several.map((one, i) => inner(one, `${word}/${String(i)}`)).join(" | "));
      }
    }
    return null;
  }
  private referred(reference: unknown, depth: number): string {
    const found = resolveReference(this.document, reference);
    const known = this.known.get(String(reference));
    if (known !== undefined) return known;
    const name = this.rules.name();
    this.known.set(String(reference), name);
    return this.rules.tell(name, this.read(found, String(reference).slice(1), depth + 1));
  }

  private ofTypes(schema: SchemaObject, inner: SchemaToRule): string {
    const given = schema["type"];
    const types = given === undefined ? guessed(schema) : Array.isArray(given) ? (given as unknown[]) : [given];
    if (types.length === 0) return "any";
    const all = types.map((type) => {
      if (!TYPES.includes(type as Type))
        throw new UnsupportedSchemaError(`it has an unknown type: ${JSON.stringify(type)}`);
      return this.ofType(type as Type, schema, inner);
    });
    return all.length === 1 ? all[0]! : this.rules.add(all.join(" | "));
  }
  private ofType(type: Type, schema: SchemaObject, inner: SchemaToRule): string {
    switch (type) {
      case "object":
        return objectRule(schema, inner, this.rules);
      case "array":
        return this.list(schema, inner);
      case "string":
        return this.text(schema);
      case "boolean":
        return '("true" | "false")';
      case "null":
        return '"null"';
      default:
        return this.number(type, schema);
    }
  }
  private text(schema: SchemaObject): string {
    const { pattern, format } = schema;
    const least = countKeywordValue(schema, "minLength") ?? 0;
    const most = countKeywordValue(schema, "maxLength");
    const ofFormat = typeof format === "string" ? ownPropertyValue(STRING_FORMAT_PATTERNS, format) : undefined;
    const knownPattern = typeof pattern === "string" ? pattern : ofFormat;
    const lengths = least > 0 || most !== null;
    if (knownPattern !== undefined && (lengths || (typeof pattern === "string" && ofFormat !== undefined)))
      throw new UnsupportedSchemaError("a pattern or format cannot be combined with a length, or with each other");
    if (knownPattern !== undefined) return this.rules.add(`"\\"" ${patternGrammar(knownPattern)} "\\""`);
    if (!lengths) return "string";
    if (most !== null && most < least) throw new UnsupportedSchemaError("no text has its lengths");
    if (least > MAX_COUNTED_CHARACTERS)
      throw new UnsupportedSchemaError(`a \`minLength\` over ${String(MAX_COUNTED_CHARACTERS)} is not supported`);
    if (most !== null && most <= MAX_COUNTED_CHARACTERS)
      return this.rules.add(`"\\"" ${PLAINLY}{${String(least)},${String(most)}} "\\""`);
    // Counted by its position in the JSON text (./string-lengths.ts).
    if (most !== null) this.rules.bound(most);
    return least === 0 ? "string" : this.rules.add(`"\\"" ${PLAINLY}{${String(least)},} "\\""`);
  }
  private number(type: "number" | "integer", schema: SchemaObject): string {
    const bounds = boundsIn(schema);
    if (bounds.least === null && bounds.most === null) return type;
    return this.rules.add(type === "integer" ? integerRangeGrammar(bounds) : numberRangeGrammar(bounds));
  }
  private list(schema: SchemaObject, inner: SchemaToRule): string {
    const { prefixItems, items } = schema;
    const first = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? (items as unknown[]) : [];
    const rest = Array.isArray(items) ? schema["additionalItems"] : items;
    const least = countKeywordValue(schema, "minItems") ?? 0;
    const most = countKeywordValue(schema, "maxItems") ?? Infinity;
    if (most < least) throw new UnsupportedSchemaError("no list has its numbers of items");
    if (schema["uniqueItems"] === true) return this.distinct(schema, least, most);
    const heads = first.map((one, i) => inner(one, `prefixItems/${String(i)}`));
    // Further items are generated only if the schema asks for them, or if it defines no other items.
    const more = rest === false || (rest === undefined && heads.length > 0) ? null : inner(rest ?? true, "items");
    if (heads.length === 0) return this.rules.add(`"[" ws ${repeatedItemsRule(more, least, most)} ws "]"`);
    if (least > heads.length && more === null) throw new UnsupportedSchemaError("it wants more items than it names");
    return this.rules.add(`"[" ws ${this.tuple(heads, more, least, most)} ws "]"`);
  }
  /** Rule for lists of a few distinct values, each used at most once: the state is the set of remaining values. */
  private distinct({ items, prefixItems }: SchemaObject, least: number, most: number): string {
    const listed = isRecord(items) ? items["enum"] : undefined;
    const all = Array.isArray(listed) ? [...new Set(listed.map((one) => JSON.stringify(one)))] : [];
    if (all.length === 0 || all.length > DISTINCT || prefixItems !== undefined)
      throw new UnsupportedSchemaError(
        `\`uniqueItems\` is only supported for an \`enum\` of at most ${String(DISTINCT)} values`,
      );
    if (least > all.length) throw new UnsupportedSchemaError("it wants more items than there are");
    const known = new Map<number, string>();
    const after = (used: number, count: number): string => {
      const rule = known.get(used);
      if (rule !== undefined) return rule;
      const free = count >= most ? [] : [...all.entries()].filter(([i]) => (used & (1 << i)) === 0);
      const comma = count === 0 ? "" : '"," ws ';
      const next = free
        .map(([i, one]) => `${comma}${grammarLiteral(one)} ${after(used | (1 << i), count + 1)}`)
        .join(" | ");
      const made = next === "" ? '""' : this.rules.add(count >= least ? `(${next})?` : next);
      known.set(used, made);
      return made;
    };
    return this.rules.add(`"[" ws ${after(0, 0)} ws "]"`);
  }
  /**
   * Rule for positional items followed by items of one kind. From item n on, the list may end once it has `least`
   * items.
   */
  private tuple(heads: readonly string[], more: string | null, least: number, most: number): string {
    const bound = Math.min(heads.length, most);
    let tail =
      more === null || most <= heads.length
        ? '""'
        : `("," ws ${more}){${String(Math.max(0, least - heads.length))},${most === Infinity ? "" : String(most - heads.length)}}`;
    for (let i = bound - 1; i >= 0; i--) {
      const one = `${i > 0 ? '"," ws ' : ""}${heads[i]!} ${tail}`;
      tail = this.rules.add(i >= least ? `(${one})?` : one);
    }
    return tail;
  }
}

function boundsIn(schema: SchemaObject): NumberBounds {
  const number = (word: string): number | null => (typeof schema[word] === "number" ? schema[word] : null);
  const [over, under] = [number("exclusiveMinimum"), number("exclusiveMaximum")];
  const [least, most] = [number("minimum"), number("maximum")];
  const above = over !== null && (least === null || over >= least);
  const below = under !== null && (most === null || under <= most);
  return { least: above ? over : least, most: below ? under : most, above, below };
}
/** Infers the types of a schema without `type` from its keywords; an empty result allows any value. */
function guessed(schema: SchemaObject): readonly Type[] {
  if ("properties" in schema || "required" in schema || "additionalProperties" in schema) return ["object"];
  if (
    "items" in schema ||
    "prefixItems" in schema ||
    "uniqueItems" in schema ||
    "minItems" in schema ||
    "maxItems" in schema
  )
    return ["array"];
  if ("pattern" in schema || "minLength" in schema || "maxLength" in schema || "format" in schema) return ["string"];
  if (["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"].some((word) => word in schema)) return ["number"];
  return [];
}
function placed(place: string): string {
  return place === "" ? "" : ` (at ${place})`;
}
