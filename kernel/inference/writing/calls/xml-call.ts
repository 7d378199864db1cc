/**
 * `<function=name><parameter=key>value</parameter>…</function>`, read letter by letter: a call in the XML of Qwen3-Coder. A value stands
 * there as it is, a text without quotes; what it is in JSON is said by the tool's schema.
 */
import { isRecord } from "#dsl/diagnostics/record.js";
import { jsonOf } from "./raw-values.js";
import type { CallPart, CallReading } from "./one-call.js";

export const XML = {
  call: (name: string): string => `<function=${name}>`,
  value: (key: string): string => `<parameter=${key}>`,
  endOfValue: "</parameter>",
  endOfCall: "</function>",
} as const;
/** Who leaves out the end of the call goes on with this. */
const ENDS: readonly string[] = [XML.endOfCall, "</tool_call>"];
const [CALL, VALUE] = [/^<function=([^>\n]{1,256})>$/, /^<parameter=([^>\n]{1,256})>$/];

export class XmlCall implements CallReading {
  named = false;
  private place: "call" | "between" | "value" | "over" | "broken" = "call";
  private held = "";
  private key = "";
  private values = 0;
  private schemas: Readonly<Record<string, unknown>> = {};

  /** `schemaOf`: the parameters of a tool. */
  constructor(private readonly schemaOf: (name: string) => Readonly<Record<string, unknown>> | undefined) {}

  get over(): boolean {
    return this.place === "over";
  }
  get broken(): boolean {
    return this.place === "broken";
  }

  push(character: string): CallPart | null {
    this.held += character;
    if (this.place === "call") return this.inCall();
    if (this.place === "between") return this.inBetween();
    return this.place === "value" ? this.inValue() : null;
  }

  private inCall(): CallPart | null {
    const held = this.held.trimStart();
    const name = CALL.exec(held)?.[1]?.trim();
    if (name === undefined || name === "") {
      if (!goesOn(held, "<function=")) this.place = "broken";
      return null;
    }
    this.named = true;
    const properties = this.schemaOf(name)?.["properties"];
    if (isRecord(properties)) this.schemas = properties;
    this.go("between");
    return { name };
  }
  private inBetween(): CallPart | null {
    const held = this.held.trimStart();
    const key = VALUE.exec(held)?.[1];
    if (key !== undefined) {
      this.key = key.trim();
      this.go("value");
    } else if (ENDS.includes(held)) return this.end("over");
    else if (!goesOn(held, "<parameter=") && !ENDS.some((end) => end.startsWith(held))) return this.end("broken");
    return null;
  }
  private inValue(): CallPart | null {
    if (!this.held.endsWith(XML.endOfValue)) return null;
    // A line break on either side is the form's, not the value's.
    const raw = this.held.slice(0, -XML.endOfValue.length).replace(/^\n/, "").replace(/\n$/, "");
    const schema = Object.hasOwn(this.schemas, this.key) ? this.schemas[this.key] : undefined;
    const begin = this.values++ === 0 ? "{" : ", ";
    this.go("between");
    return { arguments: `${begin}${JSON.stringify(this.key)}: ${jsonOf(raw, schema)}` };
  }
  private end(place: "over" | "broken"): CallPart {
    this.place = place;
    return { arguments: this.values === 0 ? "{}" : "}" };
  }
  private go(place: "between" | "value"): void {
    this.place = place;
    this.held = "";
  }
}

function goesOn(held: string, begin: string): boolean {
  return begin.startsWith(held) || (held.startsWith(begin) && !/[>\n]/.test(held) && held.length < 300);
}
