/** The messages and calls of one response as its chunks arrive, and the events for them. */
import type { TextChunk } from "../contract.js";
import { newId } from "./reply-parts.js";

type Status = "in_progress" | "completed" | "incomplete";
interface Message {
  readonly id: string;
  readonly type: "message";
  readonly role: "assistant";
  status: Status;
  content: Part[];
}
interface Part {
  readonly type: "output_text";
  text: string;
  readonly annotations: readonly never[];
  readonly logprobs: readonly never[];
}
interface CallItem {
  readonly id: string;
  readonly type: "function_call";
  status: Status;
  readonly call_id: string;
  readonly name: string;
  arguments: string;
}
export interface ResponseEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

const textPart = (): Part => ({ type: "output_text", text: "", annotations: [], logprobs: [] });

/** One item is open at a time: a message ends where a call begins, and a call where the next begins. */
export class ResponseDraft {
  readonly output: (Message | CallItem)[] = [];
  tokens = 0;
  ended: TextChunk["ended"] = null;
  /** Index of the model's call that is the open item. */
  private calling: number | null = null;

  /** `most`: maximum calls in one turn; further ones are left out. */
  constructor(private readonly most: number) {}

  private get at(): number {
    return this.output.length - 1;
  }
  private get open(): Message | CallItem | null {
    const last = this.output.at(-1);
    return last?.status === "in_progress" ? last : null;
  }

  add(bit: TextChunk): readonly ResponseEvent[] {
    this.tokens += bit.tokens.length;
    const events = bit.text === "" ? [] : this.appendText(bit.text);
    for (const call of bit.calls ?? []) if (call.index < this.most) events.push(...this.called(call));
    if (bit.ended === null) return events;
    this.ended = bit.ended;
    // A response has at least one item, even if its text is empty.
    if (this.output.length === 0) events.push(...this.begun());
    return [...events, ...this.close(bit.ended === "length" ? "incomplete" : "completed")];
  }

  /** Leaves the open item as is and marks it as incomplete. */
  cutOff(): void {
    if (this.open) this.open.status = "incomplete";
  }

  private begun(): ResponseEvent[] {
    const item: Message = { id: newId("msg_"), type: "message", role: "assistant", status: "in_progress", content: [] };
    const events = [...this.close("completed"), this.added(item)];
    const part = textPart();
    events.push({ type: "response.content_part.added", ...this.place(item), content_index: 0, part: { ...part } });
    item.content = [part];
    return events;
  }

  private appendText(text: string): ResponseEvent[] {
    const events = this.open?.type === "message" ? [] : this.begun();
    const { open } = this;
    const part = open?.type === "message" ? open.content[0] : undefined;
    if (!open || !part) return events;
    part.text += text;
    const type = "response.output_text.delta";
    return [...events, { type, ...this.place(open), content_index: 0, delta: text, logprobs: [] }];
  }

  private called({ index, id, name, arguments: args = "" }: NonNullable<TextChunk["calls"]>[number]): ResponseEvent[] {
    const events: ResponseEvent[] = [];
    if (this.calling !== index) {
      events.push(...this.close("completed"));
      const item: CallItem = {
        id: newId("fc_"),
        type: "function_call",
        status: "in_progress",
        call_id: id ?? newId("call_"),
        name: name ?? "",
        arguments: "",
      };
      events.push(this.added(item));
      this.calling = index;
    }
    const { open } = this;
    if (args === "" || open?.type !== "function_call") return events;
    open.arguments += args;
    return [...events, { type: "response.function_call_arguments.delta", ...this.place(open), delta: args }];
  }

  private close(status: Status): ResponseEvent[] {
    const { open } = this;
    if (!open) return [];
    open.status = status;
    const place = this.place(open);
    const done = { type: "response.output_item.done", output_index: this.at, item: open };
    if (open.type === "function_call") {
      const { name, arguments: args } = open;
      return [{ type: "response.function_call_arguments.done", ...place, name, arguments: args }, done];
    }
    const [part = textPart()] = open.content;
    const text = { ...place, content_index: 0 };
    return [
      { type: "response.output_text.done", ...text, text: part.text, logprobs: [] },
      { type: "response.content_part.done", ...text, part },
      done,
    ];
  }

  private added(item: Message | CallItem): ResponseEvent {
    this.output.push(item);
    this.calling = null;
    const shown = item.type === "message" ? { ...item, content: [] } : { ...item };
    return { type: "response.output_item.added", output_index: this.at, item: shown };
  }
  private place({ id }: { readonly id: string }): { readonly item_id: string; readonly output_index: number } {
    return { item_id: id, output_index: this.at };
  }
}
