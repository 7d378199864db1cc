/**
 * The wire's end of the assistant's port: sends requests and settles each promise with the answer of its id. Requests
 * made before the assistant exists wait for it; after one ended, the next one may be connected.
 */
import type { MessagePort } from "node:worker_threads";
import type {
  AssistantMethod,
  AssistantMethods,
  AssistantReply,
  AssistantRequest,
  AssistantResult,
} from "../../cells/assistant-port.js";

interface Waiting {
  readonly request: AssistantRequest;
  readonly resolve: (result: AssistantResult) => void;
  readonly reject: (error: Error) => void;
}

export class AssistantClient {
  private readonly waiting = new Map<number, Waiting>();
  private next = 1;
  private lost: Error | undefined;

  private port: MessagePort | undefined;

  connect(port: MessagePort): void {
    this.port = port;
    this.lost = undefined;
    port.on("message", (reply: AssistantReply) => {
      const waiting = this.waiting.get(reply.id);
      this.waiting.delete(reply.id);
      if ("error" in reply) waiting?.reject(Object.assign(new Error(reply.error.message), { name: reply.error.name }));
      else waiting?.resolve(reply.result);
    });
    port.on("close", () => {
      if (this.port === port) this.fail(new Error("the assistant has ended"));
    });
    for (const { request } of this.waiting.values()) port.postMessage(request);
  }

  ask<M extends AssistantMethod>(
    method: M,
    params: AssistantMethods[M]["params"],
  ): Promise<AssistantMethods[M]["result"]> {
    if (this.lost) return Promise.reject(this.lost);
    const id = this.next++;
    return new Promise((resolve, reject) => {
      const request = { id, method, params } as AssistantRequest;
      this.waiting.set(id, {
        request,
        reject,
        resolve: (result) => resolve(result as AssistantMethods[M]["result"]),
      });
      this.port?.postMessage(request);
    });
  }

  /** Rejects pending and future requests. */
  fail(error: Error): void {
    this.lost = error;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
