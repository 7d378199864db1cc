/** Rules for objects of a schema: the named properties in schema order, then others if the schema asks for them. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import {
  intersectRanges,
  characterClassText,
  codePointOf,
  complementRanges,
  grammarLiteral,
  rangesOfCodePoint,
  UNESCAPED_JSON_CHARACTERS,
} from "./character-classes.js";
import {
  countKeywordValue,
  repeatedItemsRule,
  type SchemaToRule,
  type GrammarRules,
  type SchemaObject,
} from "./rules.js";
import { escapePointerPart } from "./schema-references.js";
import { UnsupportedSchemaError } from "./unsupported-schema.js";

interface Property {
  readonly rule: string;
  readonly required: boolean;
}

export function objectRule(schema: SchemaObject, inner: SchemaToRule, rules: GrammarRules): string {
  const named = isRecord(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? (schema["required"] as unknown[]) : [];
  const others = othersOf(schema, named, inner);
  const names = Object.keys(named);
  const missing = required.filter((name): name is string => typeof name === "string" && !names.includes(name));
  if (missing.length > 0 && others === null)
    throw new UnsupportedSchemaError(`\`required\` has ${JSON.stringify(missing[0])}, and \`properties\` hasn't`);
  const pair = (name: string, value: string): string =>
    rules.add(`${grammarLiteral(JSON.stringify(name))} ":" ws ${value}`);
  const properties: readonly Property[] = [
    ...names.flatMap((name) => {
      const never = named[name] === false;
      if (never && required.includes(name))
        throw new UnsupportedSchemaError(`no value is allowed for ${JSON.stringify(name)}`);
      if (never) return [];
      const rule = pair(name, inner(named[name], `properties/${escapePointerPart(name)}`));
      return [{ rule, required: required.includes(name) }];
    }),
    ...missing.map((name) => ({ rule: pair(name, others ?? "any"), required: true })),
  ];
  const [least, most] = [
    countKeywordValue(schema, "minProperties") ?? 0,
    countKeywordValue(schema, "maxProperties") ?? Infinity,
  ];
  const other = others === null ? null : rules.add(`${keyBeside([...names, ...missing], rules)} ":" ws ${others}`);
  if (properties.length === 0) {
    // Two unnamed properties may get the same name, so that at most one can be guaranteed.
    if (least > 1) throw new UnsupportedSchemaError("`minProperties` over 1 needs named properties");
    return rules.add(`"{" ws ${repeatedItemsRule(other, least, most)} ws "}"`);
  }
  const sure = properties.filter((one) => one.required).length;
  if (least > sure || most < properties.length || (other !== null && most !== Infinity))
    throw new UnsupportedSchemaError("`minProperties` or `maxProperties` cannot be combined with `properties`");
  return rules.add(`"{" ws ${chain(properties, other, rules)} ws "}"`);
}

/** Returns the rule of unnamed properties, only if the schema asks for them; null if there are none. */
function othersOf(schema: SchemaObject, named: SchemaObject, inner: SchemaToRule): string | null {
  const additional = schema["additionalProperties"];
  const anything = !("properties" in schema) && additional === undefined;
  if (additional === false || (additional === undefined && !anything)) return null;
  return Object.keys(named).length === 0 && anything ? "any" : inner(additional, "additionalProperties");
}

/**
 * Builds the rule of each property, or of the next one if it is optional. Every property but the first has a comma
 * before it.
 */
function chain(properties: readonly Property[], other: string | null, rules: GrammarRules): string {
  let first = other === null ? '""' : rules.add(repeatedItemsRule(other, 0, Infinity));
  let later = other === null ? '""' : rules.add(`("," ws ${other})*`);
  for (const { rule, required } of [...properties].reverse()) {
    const begin = `${rule} ${later}`;
    const go = `"," ws ${rule} ${later}`;
    [first, later] = required
      ? [rules.add(begin), rules.add(go)]
      : [rules.add(`${begin} | ${first}`), rules.add(`${go} | ${later}`)];
  }
  return first;
}

/** Maximum length of a name: each of its characters becomes a rule. */
const LONGEST_NAME = 256;

interface Node {
  readonly next: Map<string, Node>;
  ends: boolean;
}
/** Rule of a quoted name that differs from all `names`: a duplicate key would override the named property. */
function keyBeside(names: readonly string[], rules: GrammarRules): string {
  const long = names.find((name) => name.length > LONGEST_NAME);
  if (long !== undefined)
    throw new UnsupportedSchemaError(
      `a name has more than ${String(LONGEST_NAME)} characters, with \`additionalProperties\``,
    );
  const root: Node = { next: new Map(), ends: false };
  for (const name of names) {
    let node = root;
    for (const character of name) {
      let next = node.next.get(character);
      if (!next) node.next.set(character, (next = { next: new Map(), ends: false }));
      node = next;
    }
    node.ends = true;
  }
  return rules.add(`"\\"" ${after(root, rules)} "\\""`);
}
function after(node: Node, rules: GrammarRules): string {
  if (node.next.size === 0) return rules.add(node.ends ? "plain plain*" : "plain*");
  const allowedNext = [...node.next].filter(
    ([character]) => intersectRanges(rangesOfCodePoint(codePointOf(character)), UNESCAPED_JSON_CHARACTERS).length > 0,
  );
  const rest = intersectRanges(
    complementRanges(allowedNext.map(([character]) => [codePointOf(character), codePointOf(character)] as const)),
    UNESCAPED_JSON_CHARACTERS,
  );
  const ways = [
    // Every name has ASCII letters that cannot follow it.
    `${mustExist(characterClassText(rest), "a class of other letters")} plain*`,
    ...allowedNext.map(([character, next]) => `${grammarLiteral(character)} ${after(next, rules)}`),
    ...(node.ends ? [] : ['""']),
  ];
  return rules.add(ways.join(" | "));
}
