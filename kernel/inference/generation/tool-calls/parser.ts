/** A model's text as it comes, parted into what it says and the tools that it calls. What isn't a call stays text. */
import { randomBytes } from "node:crypto";
import type { Tool } from "#stdlib/conversations/kind.js";
import type { Bit } from "../generation-request.js";
import type { CallFormat } from "./format.js";
import { NamedCall } from "./named-call.js";
import { OneCall, type CallReading } from "./json-call.js";
import { XmlCall } from "./xml-call.js";

type Part = NonNullable<Bit["calls"]>[number];
export interface Read {
  readonly text: string;
  readonly calls: readonly Part[];
}
/** `text`: nothing is being called. `call`: within one. `between`: after one, where another may follow. */
type Place = "start" | "text" | "begun" | "call" | "between";

export class CallReader {
  private place: Place;
  private index = -1;
  private call: CallReading = new OneCall();
  /** What was read and may yet be text or a call. */
  private held = "";
  /** After a call: what may part it from the next, without the blanks before it. */
  private mark = "";
  /** Whether the call has arguments. */
  private given = true;
  private text = "";
  private calls: Part[] = [];
  private readonly tools: ReadonlyMap<string, Tool>;

  /** `begun`: the prompt begins a call. */
  constructor(
    private readonly format: CallFormat,
    tools: readonly Tool[],
    begun: boolean,
  ) {
    this.tools = new Map(tools.map((tool) => [tool.name, tool]));
    this.place = begun ? "begun" : format.form === "bare" ? "start" : "text";
  }
  /** Whether a tool was called. */
  get called(): boolean {
    return this.index >= 0;
  }

  push(piece: string): Read {
    for (const character of piece) this.one(character);
    return this.sofar();
  }
  /** What was held back, when no more comes. */
  end(): Read {
    const called = this.place === "call" && this.call.named;
    if (called && !this.given) this.tell({ arguments: "{}" });
    if (this.place !== "between" && !called) this.text += this.held;
    this.held = "";
    return this.sofar();
  }

  private sofar(): Read {
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

  /** Of texts that may be a call from their first letter on. */
  private inStart(character: string): void {
    if (character === "{") this.open(character);
    else if (/\s/.test(character)) this.held += character;
    else {
      this.place = "text";
      this.inText(character);
    }
  }
  private inText(character: string): void {
    const { opens } = this.format;
    this.held += character;
    if (this.held.endsWith(opens)) {
      this.text += this.held.slice(0, -opens.length);
      this.held = opens;
      this.place = "begun";
      return;
    }
    let keep = Math.min(this.held.length, opens.length - 1);
    while (!opens.startsWith(this.held.slice(this.held.length - keep))) keep--;
    this.text += this.held.slice(0, this.held.length - keep);
    this.held = this.held.slice(this.held.length - keep);
  }
  /** After what begins a call. */
  private inBegun(character: string): void {
    const { form } = this.format;
    if (form === "xml" ? character === "<" : form === "named" ? !/\s/.test(character) : character === "{")
      this.open(character);
    else if (/\s/.test(character) || (form === "listed" && character === "[" && !this.held.trimEnd().endsWith("[")))
      this.held += character;
    else this.giveUp(character);
  }
  private open(character: string): void {
    const { form } = this.format;
    if (form === "xml") this.call = new XmlCall((name) => this.tools.get(name)?.parameters);
    else this.call = form === "named" ? new NamedCall() : new OneCall();
    this.place = "call";
    this.inCall(character);
  }
  private inCall(character: string): void {
    const { call } = this;
    this.held += character;
    const part = call.push(character);
    // A text in JSON is a call only where it names a tool that there is.
    const told = part?.name;
    if (told !== undefined && this.format.form === "bare" && !this.tools.has(told)) return this.giveUp("");
    if (call.broken && !call.named) return this.giveUp("");
    if (part) this.tell(part);
    if (call.over || call.broken) {
      this.held = "";
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
  /** After a call: its end, what parts it from the next, or text again. Blanks there are nobody's. */
  private inBetween(character: string): void {
    const { form, closes, opens } = this.format;
    if (form === "listed" || form === "bare") {
      if (character === "{") return this.open(character);
      if (/[\s,;\]]/.test(character)) return;
      this.place = "text";
      return this.inText(character);
    }
    if (this.mark === "" && /\s/.test(character)) {
      if (closes !== "") this.held += character;
      return;
    }
    this.mark += character;
    const { mark } = this;
    if (closes.startsWith(mark) && mark !== closes) return;
    if (opens.startsWith(mark) && mark !== opens) return;
    const all = this.held + mark;
    this.held = this.mark = "";
    if (mark === opens) {
      this.held = opens;
      this.place = "begun";
    } else if (mark !== closes) {
      this.place = "text";
      for (const one of all) this.inText(one);
    }
  }
  /** It was no call: what was held is text. */
  private giveUp(character: string): void {
    this.text += this.held + character;
    this.held = "";
    this.place = "text";
  }
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
function idOf({ id: { prefix, letters } }: CallFormat): string {
  return prefix + Array.from(randomBytes(letters), (byte) => LETTERS[byte % LETTERS.length]).join("");
}
