/** Objects of a schema as rules: the properties that it names, in its order, then others where it asks for them. */
import { must } from "#dsl/language/diagnostics/must.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { both, classOf, codeOf, except, literal, one, PLAIN } from "./character-classes.js";
import { countIn, repeated, type Inner, type Rules, type Schema } from "./rules.js";
import { pointed } from "./schema-references.js";
import { Unusable } from "./unsupported-schema.js";

interface Property {
  readonly rule: string;
  readonly required: boolean;
}

export function objectRule(schema: Schema, inner: Inner, rules: Rules): string {
  const named = isRecord(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? (schema["required"] as unknown[]) : [];
  const others = othersOf(schema, named, inner);
  const names = Object.keys(named);
  const missing = required.filter((name): name is string => typeof name === "string" && !names.includes(name));
  if (missing.length > 0 && others === null)
    throw new Unusable(`\`required\` has ${JSON.stringify(missing[0])}, and \`properties\` hasn't`);
  const pair = (name: string, value: string): string => rules.add(`${literal(JSON.stringify(name))} ":" ws ${value}`);
  const properties: readonly Property[] = [
    ...names.flatMap((name) => {
      const never = named[name] === false;
      if (never && required.includes(name)) throw new Unusable(`no value is allowed for ${JSON.stringify(name)}`);
      if (never) return [];
      const rule = pair(name, inner(named[name], `properties/${pointed(name)}`));
      return [{ rule, required: required.includes(name) }];
    }),
    ...missing.map((name) => ({ rule: pair(name, others ?? "any"), required: true })),
  ];
  const [least, most] = [countIn(schema, "minProperties") ?? 0, countIn(schema, "maxProperties") ?? Infinity];
  const other = others === null ? null : rules.add(`${keyBeside([...names, ...missing], rules)} ":" ws ${others}`);
  if (properties.length === 0) {
    // Two names may be one, so that more than one can't be promised.
    if (least > 1) throw new Unusable("texts can't be held to `minProperties` over 1 without names");
    return rules.add(`"{" ws ${repeated(other, least, most)} ws "}"`);
  }
  const sure = properties.filter((one) => one.required).length;
  if (least > sure || most < properties.length || (other !== null && most !== Infinity))
    throw new Unusable("texts can't be held to `minProperties` or `maxProperties` beside `properties`");
  return rules.add(`"{" ws ${chain(properties, other, rules)} ws "}"`);
}

/** What stands for properties that aren't named: only where they are asked for; null: there are none. */
function othersOf(schema: Schema, named: Schema, inner: Inner): string | null {
  const additional = schema["additionalProperties"];
  const anything = !("properties" in schema) && additional === undefined;
  if (additional === false || (additional === undefined && !anything)) return null;
  return Object.keys(named).length === 0 && anything ? "any" : inner(additional, "additionalProperties");
}

/** Each property or, where it need not be, what follows it; a comma stands before each but the first that is written. */
function chain(properties: readonly Property[], other: string | null, rules: Rules): string {
  let first = other === null ? '""' : rules.add(repeated(other, 0, Infinity));
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

/** Every character of a name is a rule there. */
const LONGEST_NAME = 256;

interface Node {
  readonly next: Map<string, Node>;
  ends: boolean;
}
/** A name in quotes that is none of these: the later of two equal names would stand for both. */
function keyBeside(names: readonly string[], rules: Rules): string {
  const long = names.find((name) => name.length > LONGEST_NAME);
  if (long !== undefined)
    throw new Unusable(`a name has more than ${String(LONGEST_NAME)} characters beside \`additionalProperties\``);
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
function after(node: Node, rules: Rules): string {
  if (node.next.size === 0) return rules.add(node.ends ? "plain plain*" : "plain*");
  const own = [...node.next].filter(([character]) => both(one(codeOf(character)), PLAIN).length > 0);
  const rest = both(except(own.map(([character]) => [codeOf(character), codeOf(character)] as const)), PLAIN);
  const ways = [
    // Every name has letters of ASCII that it doesn't go on with.
    `${must(classOf(rest), "a class of other letters")} plain*`,
    ...own.map(([character, next]) => `${literal(character)} ${after(next, rules)}`),
    ...(node.ends ? [] : ['""']),
  ];
  return rules.add(ways.join(" | "));
}
