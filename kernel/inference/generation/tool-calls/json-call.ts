/**
 * Parses one call character by character as it is generated: `{"name": …, "arguments": …}`. Arguments are streamed.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";

/** The newly parsed part of a call. `name` is reported once, before any of the arguments. */
export interface ToolCallDelta {
  readonly name?: string;
  readonly arguments?: string;
}
/** Streaming parser of one call, in any format. */
export interface ToolCallParser {
  /** Whether the name was reported: from then on the text counts as a call, whatever follows. */
  readonly named: boolean;
  readonly over: boolean;
  /** Whether the text is no call, or the call cannot continue. */
  readonly broken: boolean;
  /** Characters consumed by a broken call that do not belong to it. */
  readonly rest: string;
  /** Takes one character; returns null if nothing new is certain. */
  push(character: string): ToolCallDelta | null;
}
type Place = "before" | "key" | "colon" | "value" | "comma" | "over" | "broken";

const ARGUMENTS: ReadonlySet<string> = new Set(["arguments", "parameters"]);
const BLANK = /\s/;

export class JsonCallParser implements ToolCallParser {
  named = false;
  private place: Place = "before";
  private key = "";
  /** The key or value being parsed. */
  private read = "";
  private depth = 0;
  private quoted = false;
  private escaped = false;
  /** First character of the key or value. */
  private first = "";
  /** Arguments that came before the name, or that are JSON inside a string. */
  private pending = "";
  private nameSent = false;
  /** State of the call's arguments: only the first occurrence counts. */
  private taken: "none" | "now" | "before" = "none";
  rest = "";

  get over(): boolean {
    return this.place === "over";
  }
  get broken(): boolean {
    return this.place === "broken";
  }
  /** Whether a value has just ended. */
  get valued(): boolean {
    return this.place === "comma";
  }
  push(character: string): ToolCallDelta | null {
    if (this.broken) return null;
    const part = this.take(character);
    if (!this.broken) return part;
    this.rest = character;
    return mergeCallDeltas(part, this.named ? this.none() : null);
  }

  private take(character: string): ToolCallDelta | null {
    switch (this.place) {
      case "before":
        return this.expect(character, "{", "key");
      case "key":
        return this.inKey(character);
      case "colon":
        return this.expect(character, ":", "value");
      case "value":
        return this.inValue(character);
      case "comma":
        return this.afterValue(character);
      default:
        return null;
    }
  }

  private expect(character: string, wanted: string, next: Place): null {
    if (character === wanted) this.place = next;
    else if (!BLANK.test(character)) this.place = "broken";
    return null;
  }
  private inKey(character: string): ToolCallDelta | null {
    if (this.read === "") {
      if (character === '"') this.begin(character);
      else if (character === "}") return this.end();
      else if (!BLANK.test(character)) this.place = "broken";
      return null;
    }
    if (!this.grow(character)) return null;
    this.key = textIn(this.read) ?? "";
    this.read = "";
    this.place = "colon";
    return null;
  }
  private inValue(character: string): ToolCallDelta | null {
    if (this.read === "" && BLANK.test(character)) return null;
    const scalar = this.read !== "" && this.depth === 0 && !this.quoted;
    if (scalar && (character === "," || character === "}" || BLANK.test(character))) {
      const part = this.finish();
      this.place = "comma";
      const after = this.afterValue(character);
      return mergeCallDeltas(part, after);
    }
    const whole = this.read === "" ? this.begin(character) : this.grow(character);
    const part = this.taken === "now" ? this.growArguments(character) : null;
    if (!whole) return part;
    this.place = "comma";
    return mergeCallDeltas(part, this.finish());
  }
  private afterValue(character: string): ToolCallDelta | null {
    if (character === ",") this.place = "key";
    else if (character === "}") return this.end();
    else if (!BLANK.test(character)) this.place = "broken";
    return null;
  }

  /** Starts a key or value by its first character; returns whether it is complete. */
  private begin(character: string): boolean {
    this.read = this.first = character;
    if (this.place === "value" && this.taken === "none" && ARGUMENTS.has(this.key)) this.taken = "now";
    this.escaped = false;
    this.quoted = character === '"';
    this.depth = character === "{" || character === "[" ? 1 : 0;
    return false;
  }
  private grow(character: string): boolean {
    this.read += character;
    if (this.quoted) {
      if (this.escaped) this.escaped = false;
      else if (character === "\\") this.escaped = true;
      else if (character === '"') {
        this.quoted = false;
        return this.depth === 0;
      }
    } else if (character === '"') this.quoted = true;
    else if (character === "{" || character === "[") this.depth++;
    else if (character === "}" || character === "]") return --this.depth === 0;
    return false;
  }
  private growArguments(character: string): ToolCallDelta | null {
    // JSON inside a string is reported once it is complete; a value that is not an object is dropped.
    if (this.first !== "{") return null;
    this.pending += character;
    return this.tell();
  }
  private finish(): ToolCallDelta | null {
    const { key, read, taken } = this;
    this.read = "";
    if (taken === "now") this.taken = "before";
    if (key === "name" && !this.named) {
      const name = textIn(read);
      if (name === null) this.place = "broken";
      else {
        this.named = true;
        return mergeCallDeltas({ name }, this.tell());
      }
    } else if (taken === "now" && this.first !== "{") {
      const text = textIn(read) ?? "";
      this.pending += isObject(text) ? text : "{}";
      return this.tell();
    }
    return null;
  }
  private tell(): ToolCallDelta | null {
    if (!this.named || this.pending === "") return null;
    const { pending } = this;
    this.pending = "";
    this.nameSent = true;
    return { arguments: pending };
  }
  private end(): ToolCallDelta | null {
    this.place = this.named ? "over" : "broken";
    return this.named ? this.none() : null;
  }
  /** Reports empty arguments for a call that has none. */
  private none(): ToolCallDelta | null {
    if (this.nameSent) return null;
    this.nameSent = true;
    return { arguments: "{}" };
  }
}

export function mergeCallDeltas(a: ToolCallDelta | null, b: ToolCallDelta | null): ToolCallDelta | null {
  if (!a || !b) return a ?? b;
  const all = (a.arguments ?? "") + (b.arguments ?? "");
  const name = a.name ?? b.name;
  return { ...(name !== undefined && { name }), ...(all !== "" && { arguments: all }) };
}
function isObject(json: string): boolean {
  try {
    return isRecord(JSON.parse(json));
  } catch {
    return false;
  }
}
function textIn(json: string): string | null {
  try {
    const text: unknown = JSON.parse(json);
    return typeof text === "string" ? text : null;
  } catch {
    return null;
  }
}
