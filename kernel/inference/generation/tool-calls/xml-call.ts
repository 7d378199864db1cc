/**
 * Parses `<function=name><parameter=key>value</parameter>…</function>` character by character: the XML tool calls of
 * Qwen3-Coder. Values are unquoted; the tool's schema determines their JSON type.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { rawValueToJson } from "./raw-values.js";
import { mergeCallDeltas, type ToolCallDelta, type ToolCallParser } from "./json-call.js";

export const XML_CALL_MARKUP = {
  call: (name: string): string => `<function=${name}>`,
  value: (key: string): string => `<parameter=${key}>`,
  endOfValue: "</parameter>",
  endOfCall: "</function>",
} as const;
/** Continuations after a value whose call has no end tag. */
const ENDS: readonly string[] = [XML_CALL_MARKUP.endOfCall, "</tool_call>"];
const [CALL, VALUE] = [/^<function=([^>\n]{1,256})>$/, /^<parameter=([^>\n]{1,256})>$/];
/** Ends of an unclosed value: the end of its call, or the next value. */
const [LEFT_OPEN, NEXT] = [/<\/function>\s{0,32}<\/tool_call>$/, /\n<parameter=([^>\n]{1,256})>$/];
/** Maximum characters that these patterns can match. */
const LONGEST = 300;

export class XmlCallParser implements ToolCallParser {
  named = false;
  private place: "call" | "between" | "value" | "over" | "broken" = "call";
  private pending = "";
  /** The last buffered characters. */
  private tail = "";
  private key = "";
  private readonly keys = new Set<string>();
  rest = "";
  private schemas: Readonly<Record<string, unknown>> = {};

  /** `schemaOf` returns the parameter schema of a tool. */
  constructor(private readonly schemaOf: (name: string) => Readonly<Record<string, unknown>> | undefined) {}

  get over(): boolean {
    return this.place === "over";
  }
  get broken(): boolean {
    return this.place === "broken";
  }

  push(character: string): ToolCallDelta | null {
    if (this.place === "value") return this.inValue(character);
    if (this.pending === "" && /\s/.test(character)) return null;
    this.pending += character;
    if (this.place === "call") return this.inCall();
    return this.place === "between" ? this.inBetween() : null;
  }

  private inCall(): ToolCallDelta | null {
    const { pending } = this;
    const name = CALL.exec(pending)?.[1]?.trim();
    if (name === undefined || name === "") {
      if (!goesOn(pending, "<function=")) this.place = "broken";
      return null;
    }
    this.named = true;
    const properties = this.schemaOf(name)?.["properties"];
    if (isRecord(properties)) this.schemas = properties;
    this.go("between");
    return { name };
  }
  private inBetween(): ToolCallDelta | null {
    const { pending } = this;
    const key = VALUE.exec(pending)?.[1];
    if (key !== undefined) {
      this.key = key.trim();
      this.go("value");
    } else if (ENDS.includes(pending)) return this.end("over");
    else if (!goesOn(pending, "<parameter=") && !ENDS.some((end) => end.startsWith(pending))) {
      this.rest = pending;
      return this.end("broken");
    }
    return null;
  }
  private inValue(character: string): ToolCallDelta | null {
    this.pending += character;
    this.tail = (this.tail + character).slice(-LONGEST);
    if (character !== ">") return null;
    if (this.tail.endsWith(XML_CALL_MARKUP.endOfValue)) return this.value(XML_CALL_MARKUP.endOfValue.length);
    const over = LEFT_OPEN.exec(this.tail);
    if (over) return mergeCallDeltas(this.value(over[0].length), this.end("over"));
    const [next, key] = NEXT.exec(this.tail) ?? [];
    if (next === undefined || key === undefined || !Object.hasOwn(this.schemas, key.trim())) return null;
    const part = this.value(next.length);
    this.key = key.trim();
    this.go("value");
    return part;
  }
  /** Completes a value that ends with a mark of so many characters. For a repeated name the first value counts. */
  private value(ending: number): ToolCallDelta | null {
    const { key, keys } = this;
    // A line break on either side belongs to the format, not to the value.
    const raw = this.pending.slice(0, -ending).replace(/^\n/, "").replace(/\n$/, "");
    this.go("between");
    if (keys.has(key)) return null;
    const schema = Object.hasOwn(this.schemas, key) ? this.schemas[key] : undefined;
    const begin = keys.size === 0 ? "{" : ", ";
    keys.add(key);
    return { arguments: `${begin}${JSON.stringify(key)}: ${rawValueToJson(raw, schema)}` };
  }
  private end(place: "over" | "broken"): ToolCallDelta {
    this.place = place;
    return { arguments: this.keys.size === 0 ? "{}" : "}" };
  }
  private go(place: "between" | "value"): void {
    this.place = place;
    this.pending = this.tail = "";
  }
}

function goesOn(pending: string, begin: string): boolean {
  return begin.startsWith(pending) || (pending.startsWith(begin) && !/[>\n]/.test(pending) && pending.length < LONGEST);
}
