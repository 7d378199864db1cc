/**
 * Maximum string length by position in a value, for long `maxLength` that a grammar cannot count. If a value may match
 * several schemas, all that still match count, so that no string is too long. Once a distinguishing property is written
 * (`kind: "a"`), the other schemas are dropped.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { STRING_FORMAT_PATTERNS } from "./string-formats.js";
import { ownPropertyValue, resolveReference, type SchemaObject } from "./schema-references.js";

/** A schema and the document in which its references resolve. */
export interface SchemaInDocument {
  readonly schema: unknown;
  readonly document: SchemaObject;
}
const SEVERAL = ["anyOf", "oneOf", "allOf"] as const;
/** An object schema with its document. */
interface Leaf {
  readonly schema: SchemaObject;
  readonly document: SchemaObject;
}

/** The distinct schemas possible at one position, with cached child positions. */
class Several {
  private known: number | undefined;
  private ownLeaves: readonly SchemaInDocument[] | undefined;
  private readonly children = new Map<string | number, Several>();
  private readonly texts = new Map<string, readonly Wanted[]>();

  constructor(
    private readonly candidates: readonly SchemaInDocument[],
    private readonly places: StringPositions,
  ) {}

  /** Maximum length of a string at this position. */
  get most(): number {
    return (this.known ??= Math.min(
      Infinity,
      ...this.candidates.map((one) => this.places.mostOf(one)).filter((most) => most > this.places.counted),
    ));
  }
  child(key: string | number, schemaIn: (schema: SchemaObject) => unknown): Several {
    let child = this.children.get(key);
    if (!child) {
      const leaves = this.leaves.filter((leaf): leaf is Leaf => isRecord(leaf.schema));
      child = this.places.positionsOf(leaves.map(({ schema, document }) => ({ schema: schemaIn(schema), document })));
      this.children.set(key, child);
    }
    return child;
  }
  narrowed(name: string, text: string): Several {
    const wanted = this.wanted(name);
    if (wanted.every(({ texts }) => texts === null)) return this;
    const left = wanted.filter(({ texts }) => texts === null || texts.has(text));
    return left.length > 0 ? this.places.positionsOf(left.map(({ leaf }) => leaf)) : this;
  }

  /** The schemas with references and alternatives resolved. */
  private get leaves(): readonly SchemaInDocument[] {
    return (this.ownLeaves ??= this.places.leavesOf(this.candidates));
  }
  private wanted(name: string): readonly Wanted[] {
    let wanted = this.texts.get(name);
    if (!wanted) {
      wanted = this.leaves.map((leaf) => {
        const { schema, document } = leaf;
        const property =
          isRecord(schema) && isRecord(schema["properties"]) ? ownPropertyValue(schema["properties"], name) : undefined;
        return { leaf, texts: textsOf(this.places.leavesOf([{ schema: property ?? true, document }])) };
      });
      this.texts.set(name, wanted);
    }
    return wanted;
  }
}
/** A leaf schema and the strings that one of its properties may be; null if it may be any. */
interface Wanted {
  readonly leaf: SchemaInDocument;
  readonly texts: ReadonlySet<unknown> | null;
}

/** All string positions of one grammar. Equal sets of schemas share one position, even in recursive schemas. */
export class StringPositions {
  private readonly ids = new Map<unknown, Map<unknown, number>>();
  private readonly several = new Map<string, Several>();
  private readonly referred = new Map<SchemaObject, Map<unknown, unknown>>();
  private readonly lengths = new Map<number, number>();
  private count = 0;

  /** `counted`: maximum string length that the grammar itself counts. */
  constructor(readonly counted: number) {}

  positionsOf(candidates: readonly SchemaInDocument[]): Several {
    const each = new Map<number, SchemaInDocument>();
    for (const candidate of candidates) {
      const led = this.led(candidate);
      each.set(this.idOf(led), led);
    }
    const key = [...each.keys()].sort((a, b) => a - b).join();
    let several = this.several.get(key);
    if (!several) this.several.set(key, (several = new Several([...each.values()], this)));
    return several;
  }
  leavesOf(candidates: readonly SchemaInDocument[]): readonly SchemaInDocument[] {
    const leaves: SchemaInDocument[] = [];
    const seen = new Set<number>();
    const left = [...candidates];
    for (let one = left.pop(); one; one = left.pop()) {
      const led = this.led(one);
      const id = this.idOf(led);
      if (seen.has(id)) continue;
      seen.add(id);
      const { schema, document } = led;
      const several = isRecord(schema) ? SEVERAL.map((word) => schema[word]).find((all) => Array.isArray(all)) : null;
      if (Array.isArray(several)) for (const inner of several as unknown[]) left.push({ schema: inner, document });
      else if (!isRecord(schema) || schema["$ref"] === undefined) leaves.push(led);
    }
    return leaves;
  }
  /**
   * Returns the longest bound among the alternatives of a schema. −Infinity if the grammar enforces all bounds, or no
   * string is allowed.
   */
  mostOf(candidate: SchemaInDocument): number {
    const id = this.idOf(candidate);
    let most = this.lengths.get(id);
    if (most === undefined) {
      most = this.leavesOf([candidate]).reduce((all, { schema }) => Math.max(all, longest(schema)), -Infinity);
      this.lengths.set(id, most);
    }
    return most;
  }

  /** Resolves `$ref`; a circular reference is left unresolved. */
  private led(candidate: SchemaInDocument): SchemaInDocument {
    const { document } = candidate;
    let { schema } = candidate;
    const seen = new Set<unknown>();
    while (isRecord(schema) && schema["$ref"] !== undefined && !seen.has(schema)) {
      seen.add(schema);
      schema = this.referredIn(document, schema["$ref"]);
    }
    return seen.size === 0 ? candidate : { schema, document };
  }
  private referredIn(document: SchemaObject, reference: unknown): unknown {
    let references = this.referred.get(document);
    if (!references) this.referred.set(document, (references = new Map()));
    if (!references.has(reference)) references.set(reference, resolveReference(document, reference));
    return references.get(reference);
  }
  private idOf({ schema, document }: SchemaInDocument): number {
    // A schema that is not an object means the same in every document.
    const owner = isRecord(schema) ? document : null;
    let ownerIds = this.ids.get(owner);
    if (!ownerIds) this.ids.set(owner, (ownerIds = new Map()));
    let id = ownerIds.get(schema);
    if (id === undefined) ownerIds.set(schema, (id = this.count++));
    return id;
  }
}

/** Position of a string in a value being generated. */
export class StringPosition {
  constructor(private several: Several) {}

  /** Maximum length of a string at this position; Infinity if it is unbounded or enforced by the grammar. */
  get most(): number {
    return this.several.most;
  }
  property(name: string): StringPosition {
    return new StringPosition(
      this.several.child(name, ({ properties, additionalProperties }) => {
        if (isRecord(properties) && Object.hasOwn(properties, name)) return properties[name];
        return additionalProperties ?? true;
      }),
    );
  }
  item(index: number): StringPosition {
    return new StringPosition(
      this.several.child(index, ({ prefixItems, items, additionalItems }) => {
        const first = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? (items as unknown[]) : [];
        return index < first.length ? first[index] : ((Array.isArray(items) ? additionalItems : items) ?? true);
      }),
    );
  }
  /** Drops schemas that require another string for the property. */
  narrow(name: string, text: string): void {
    this.several = this.several.narrowed(name, text);
  }
}

function longest(schema: unknown): number {
  if (!isRecord(schema)) return schema === true ? Infinity : -Infinity;
  if (["enum", "const", "pattern", "properties", "items"].some((word) => word in schema)) return -Infinity;
  const { type, maxLength, format } = schema;
  if (typeof format === "string" && ownPropertyValue(STRING_FORMAT_PATTERNS, format) !== undefined) return -Infinity;
  if (type !== undefined && type !== "string" && !(Array.isArray(type) && type.includes("string"))) return -Infinity;
  return typeof maxLength === "number" ? maxLength : Infinity;
}
/** Returns the strings that the schemas list; null if one of them allows any. */
function textsOf(leaves: readonly SchemaInDocument[]): ReadonlySet<unknown> | null {
  const texts = new Set<unknown>();
  for (const { schema } of leaves) {
    if (isRecord(schema) && "const" in schema) texts.add(schema["const"]);
    else if (isRecord(schema) && Array.isArray(schema["enum"])) for (const one of schema["enum"]) texts.add(one);
    else if (isRecord(schema) || schema === true) return null;
  }
  return texts;
}
