/**
 * Input requests of the running cell to the user, one at a time on the stdin socket; answers go back to the main
 * thread.
 */
import { randomUUID } from "node:crypto";
import type { MessageDraft, Json, Message } from "./message.js";
import type { RunId, MessageToMain } from "../ports/run-port.js";

export interface InputRequestOrigin {
  readonly identities: readonly Uint8Array[];
  readonly header: Json;
  readonly mayAsk: boolean;
}
interface Question {
  readonly id: number;
  readonly messageId: string;
  readonly run: RunId;
  readonly asker: InputRequestOrigin;
  readonly content: Json;
}

export class PendingInputRequests {
  private readonly open: Question[] = [];

  constructor(
    private readonly send: (identities: readonly Uint8Array[], draft: MessageDraft) => void,
    private readonly tell: (message: MessageToMain) => void,
  ) {}

  /** `asker` is undefined for a cell that has ended, as nothing waits for its input any more. */
  ask(run: RunId, id: number, asker: InputRequestOrigin | undefined, content: Json): void {
    if (!asker?.mayAsk) return this.tell({ kind: "input", id, value: undefined });
    this.open.push({ id, messageId: randomUUID(), run, asker, content });
    if (this.open.length === 1) this.put();
  }

  reply(message: Message): void {
    const [question] = this.open;
    const answers = message.parent["msg_id"];
    if (!question || (typeof answers === "string" && answers !== question.messageId)) return;
    this.open.shift();
    const { value } = message.content;
    this.tell({ kind: "input", id: question.id, value: typeof value === "string" ? value : "" });
    this.put();
  }

  /** Drops the input requests of a settled cell. */
  drop(run: RunId): void {
    const first = this.open[0];
    this.open.splice(0, this.open.length, ...this.open.filter((question) => question.run !== run));
    if (this.open[0] !== first) this.put();
  }

  private put(): void {
    const [question] = this.open;
    if (!question) return;
    const { messageId, asker, content } = question;
    this.send(asker.identities, { id: messageId, type: "input_request", parent: asker.header, content });
  }
}
