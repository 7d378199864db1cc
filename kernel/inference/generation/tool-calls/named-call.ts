/**
 * Parses `name[ARGS]{…}` character by character: the text after Mistral's mark in its newer format. An id may precede
 * the arguments.
 */
import { mergeCallDeltas, JsonCallParser, type ToolCallDelta, type ToolCallParser } from "./json-call.js";

export const ARGS_MARKER = "[ARGS]";
export const CALL_ID_MARKER = "[CALL_ID]";
/** Maximum characters of name and id. */
const LONGEST = 256;
const NAME = /^[\w.-]+$/;

export class NamedCallParser implements ToolCallParser {
  private head = "";
  private name = "";
  private place: "head" | "opening" | "arguments" | "broken" = "head";
  private readonly call = new JsonCallParser();

  get named(): boolean {
    return this.call.named;
  }
  get over(): boolean {
    return this.call.over;
  }
  get broken(): boolean {
    return this.place === "broken" || this.call.broken;
  }
  get rest(): string {
    return this.call.rest;
  }

  push(character: string): ToolCallDelta | null {
    if (this.place === "head") this.inHead(character);
    else if (this.place === "opening") return this.opening(character);
    else if (this.place === "arguments") return this.inArguments(character);
    return null;
  }

  private inHead(character: string): void {
    this.head += character;
    if (this.head.endsWith(ARGS_MARKER)) {
      this.name = this.head.slice(0, -ARGS_MARKER.length).split(CALL_ID_MARKER, 1)[0]!.trim();
      this.place = NAME.test(this.name) ? "opening" : "broken";
    } else if (this.head.length > LONGEST || character === "\n" || character === "{") this.place = "broken";
  }
  private opening(character: string): ToolCallDelta | null {
    if (/\s/.test(character)) return null;
    this.place = character === "{" ? "arguments" : "broken";
    if (this.place === "broken") return null;
    let part: ToolCallDelta | null = null;
    for (const one of `{"name": ${JSON.stringify(this.name)}, "arguments": {`)
      part = mergeCallDeltas(part, this.call.push(one));
    return part;
  }
  private inArguments(character: string): ToolCallDelta | null {
    const part = this.call.push(character);
    if (this.call.valued) this.call.push("}");
    return part;
  }
}
