/**
 * How long a text may be, by where it stands in a value: what long `maxLength` say, which a grammar can't count. Where a value may be
 * one of several, each that it may still be counts, so that a text is never too long; once a name that stands there alone is written
 * (`kind: "a"`), the others are out.
 */
import { isRecord } from "#dsl/diagnostics/record.js";
import { FORMATS } from "./formats.js";
import { referredIn, type Schema } from "./references.js";

/** A schema, and the document that its references lead in. */
export interface Candidate {
  readonly schema: unknown;
  readonly document: Schema;
}
const SEVERAL = ["anyOf", "oneOf", "allOf"] as const;

export class TextPlace {
  private known: number | undefined;

  /** `counted`: most characters that the grammar itself counts. */
  constructor(
    private candidates: readonly Candidate[],
    private readonly counted: number,
  ) {}

  /** Most characters of a text here; Infinity: it may be as long as it likes, or the grammar holds it. */
  get most(): number {
    return (this.known ??= Math.min(
      Infinity,
      ...this.candidates.map((one) => mostOf(one)).filter((most) => most > this.counted),
    ));
  }
  property(name: string): TextPlace {
    return this.of(({ schema }) => {
      const { properties, additionalProperties } = schema;
      if (isRecord(properties) && Object.hasOwn(properties, name)) return properties[name];
      return additionalProperties ?? true;
    });
  }
  item(at: number): TextPlace {
    return this.of(({ schema: { prefixItems, items, additionalItems } }) => {
      const first = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? (items as unknown[]) : [];
      return at < first.length ? first[at] : ((Array.isArray(items) ? additionalItems : items) ?? true);
    });
  }
  /** What a property turned out to be leaves out those that want another text there. */
  narrow(name: string, text: string): void {
    const left = this.candidates.flatMap(leavesOf).filter(({ schema, document }) => {
      const own = isRecord(schema) && isRecord(schema["properties"]) ? schema["properties"][name] : undefined;
      return leavesOf({ schema: own ?? true, document }).some((one) => mayBe(one.schema, text));
    });
    if (left.length > 0) [this.candidates, this.known] = [left, undefined];
  }

  private of(child: (leaf: { readonly schema: Schema; readonly document: Schema }) => unknown): TextPlace {
    const found = this.candidates
      .flatMap(leavesOf)
      .flatMap(({ schema, document }): readonly Candidate[] =>
        isRecord(schema) ? [{ schema: child({ schema, document }), document }] : [],
      );
    return new TextPlace(found, this.counted);
  }
}

/** Without references and choices. */
function leavesOf(candidate: Candidate): readonly Candidate[] {
  const leaves: Candidate[] = [];
  const seen = new Set<unknown>();
  const look = (schema: unknown): void => {
    if (seen.has(schema)) return;
    if (isRecord(schema)) {
      seen.add(schema);
      if (schema["$ref"] !== undefined) return look(referredIn(candidate.document, schema["$ref"]));
      const several = SEVERAL.map((word) => schema[word]).find((all) => Array.isArray(all));
      if (Array.isArray(several)) return several.forEach(look);
    }
    leaves.push({ schema, document: candidate.document });
  };
  look(candidate.schema);
  return leaves;
}

/** Of those that a text alone may be, any is enough: the longest counts. −Infinity: the grammar holds them all, or no text is one. */
function mostOf(candidate: Candidate): number {
  return Math.max(...leavesOf(candidate).map(({ schema }) => longest(schema)), -Infinity);
}
function longest(schema: unknown): number {
  if (!isRecord(schema)) return schema === true ? Infinity : -Infinity;
  if (["enum", "const", "pattern", "properties", "items"].some((word) => word in schema)) return -Infinity;
  const { type, maxLength, format } = schema;
  if (typeof format === "string" && FORMATS[format] !== undefined) return -Infinity;
  if (type !== undefined && type !== "string" && !(Array.isArray(type) && type.includes("string"))) return -Infinity;
  return typeof maxLength === "number" ? maxLength : Infinity;
}
function mayBe(schema: unknown, text: string): boolean {
  if (!isRecord(schema)) return schema === true;
  if ("const" in schema) return schema["const"] === text;
  return Array.isArray(schema["enum"]) ? schema["enum"].includes(text) : true;
}
