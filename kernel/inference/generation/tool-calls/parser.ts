/** Separates a model's streamed text into plain text and tool calls. Anything that is not a call remains text. */
import { randomBytes } from "node:crypto";
import type { ToolDefinition } from "#stdlib/conversations/kind.js";
import type { TextChunk } from "../generation-request.js";
import type { ToolCallFormat } from "./format.js";
import { NamedCallParser } from "./named-call.js";
import { JsonCallParser, type ToolCallParser } from "./json-call.js";
import { XmlCallParser } from "./xml-call.js";

type Part = NonNullable<TextChunk["calls"]>[number];
export interface ParsedDelta {
  readonly text: string;
  readonly calls: readonly Part[];
}
/** `text`: plain text. `call`: within a call. `between`: after a call, where another may follow. */
type Place = "start" | "text" | "begun" | "call" | "between";

export class ToolCallStreamParser {
  private place: Place;
  private index = -1;
  private call: ToolCallParser = new JsonCallParser();
  /** Characters that may still become text or a call. */
  private pending = "";
  /** Possible separator after a call, without the blanks before it. */
  private mark = "";
  /** Whether the call has arguments. */
  private given = true;
  private text = "";
  private calls: Part[] = [];
  private readonly tools: ReadonlyMap<string, ToolDefinition>;

  /** `begun`: whether the prompt starts a call. */
  constructor(
    private readonly format: ToolCallFormat,
    tools: readonly ToolDefinition[],
    begun: boolean,
  ) {
    this.tools = new Map(tools.map((tool) => [tool.name, tool]));
    this.place = begun ? "begun" : format.form === "bare" ? "start" : "text";
  }
  get called(): boolean {
    return this.index >= 0;
  }

  push(piece: string): ParsedDelta {
    for (const character of piece) this.one(character);
    return this.sofar();
  }
  /** Returns the remaining buffered text at the end of the stream. */
  end(): ParsedDelta {
    const called = this.place === "call" && this.call.named;
    if (called && !this.given) this.tell({ arguments: "{}" });
    if (this.place !== "between" && !called) this.text += this.pending;
    this.pending = "";
    return this.sofar();
  }

  private sofar(): ParsedDelta {
    const { text, calls } = this;
    this.text = "";
    this.calls = [];
    return { text, calls };
  }
  private one(character: string): void {
    switch (this.place) {
      case "start":
        return this.inStart(character);
      case "text":
        return this.inText(character);
      case "begun":
        return this.inBegun(character);
      case "call":
        return this.inCall(character);
      case "between":
        return this.inBetween(character);
    }
  }

  /** Handles texts that may be a call from the first character on. */
  private inStart(character: string): void {
    if (character === "{") this.open(character);
    else if (/\s/.test(character)) this.pending += character;
    else {
      this.place = "text";
      this.inText(character);
    }
  }
  private inText(character: string): void {
    const { opens } = this.format;
    this.pending += character;
    if (this.pending.endsWith(opens)) {
      this.text += this.pending.slice(0, -opens.length);
      this.pending = opens;
      this.place = "begun";
      return;
    }
    let keep = Math.min(this.pending.length, opens.length - 1);
    while (!opens.startsWith(this.pending.slice(this.pending.length - keep))) keep--;
    this.text += this.pending.slice(0, this.pending.length - keep);
    this.pending = this.pending.slice(this.pending.length - keep);
  }
  /** Handles the text after the start mark of a call. */
  private inBegun(character: string): void {
    const { form } = this.format;
    if (form === "xml" ? character === "<" : form === "named" ? !/\s/.test(character) : character === "{")
      this.open(character);
    else if (/\s/.test(character) || (form === "listed" && character === "[" && !this.pending.trimEnd().endsWith("[")))
      this.pending += character;
    else this.giveUp(character);
  }
  private open(character: string): void {
    const { form } = this.format;
    if (form === "xml") this.call = new XmlCallParser((name) => this.tools.get(name)?.parameters);
    else this.call = form === "named" ? new NamedCallParser() : new JsonCallParser();
    this.place = "call";
    this.inCall(character);
  }
  private inCall(character: string): void {
    const { call } = this;
    this.pending += character;
    const part = call.push(character);
    // A JSON text counts as a call only if it names an existing tool.
    const calledName = part?.name;
    if (calledName !== undefined && this.format.form === "bare" && !this.tools.has(calledName)) return this.giveUp("");
    if (call.broken && !call.named) return this.giveUp("");
    if (part) this.tell(part);
    if (call.over || call.broken) {
      this.pending = "";
      this.place = "between";
      for (const one of call.rest) this.one(one);
    }
  }
  private tell({ name, arguments: written }: { readonly name?: string; readonly arguments?: string }): void {
    this.given = written !== undefined || (name === undefined && this.given);
    if (name !== undefined)
      this.calls.push({ index: ++this.index, id: idOf(this.format), name, arguments: written ?? "" });
    else if (written !== undefined) this.calls.push({ index: this.index, arguments: written });
  }
  /** Handles the text after a call: its end mark, a separator, or plain text. Blanks are dropped. */
  private inBetween(character: string): void {
    const { form, closes, opens } = this.format;
    if (form === "listed" || form === "bare") {
      if (character === "{") return this.open(character);
      if (/[\s,;\]]/.test(character)) return;
      this.place = "text";
      return this.inText(character);
    }
    if (this.mark === "" && /\s/.test(character)) {
      if (closes !== "") this.pending += character;
      return;
    }
    this.mark += character;
    const { mark } = this;
    if (closes.startsWith(mark) && mark !== closes) return;
    if (opens.startsWith(mark) && mark !== opens) return;
    const all = this.pending + mark;
    this.pending = this.mark = "";
    if (mark === opens) {
      this.pending = opens;
      this.place = "begun";
    } else if (mark !== closes) {
      this.place = "text";
      for (const one of all) this.inText(one);
    }
  }
  /** Turns buffered characters into text because they are no call. */
  private giveUp(character: string): void {
    this.text += this.pending + character;
    this.pending = "";
    this.place = "text";
  }
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
function idOf({ id: { prefix, letters } }: ToolCallFormat): string {
  return prefix + Array.from(randomBytes(letters), (byte) => LETTERS[byte % LETTERS.length]).join("");
}
