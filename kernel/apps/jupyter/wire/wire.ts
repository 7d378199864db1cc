/**
 * The kernel as a front end sees it: five sockets, on a separate thread so that it answers whatever the cells do. Path
 * of a request: frames → verified, parsed (`decode`) → answered directly (`answers`, comms) or queued (`RunQueue`).
 */
import type { MessagePort } from "node:worker_threads";
import { parseJsonAs, jsonObject } from "../../../fetch/json.js";
import { AssistantClient } from "./comms/assistant-client.js";
import type { Backpressure } from "./backpressure.js";
import { assistComm, assistTarget } from "./comms/assist-comm.js";
import { WireComms } from "./comms/wire-comms.js";
import { logKernelProblem } from "./complaints.js";
import type { Connection } from "./connection.js";
import { History } from "./history.js";
import { Interrupts } from "./interrupts.js";
import { decode } from "./message.js";
import { encode, Signer, type MessageDraft, type Json, type Message } from "./message.js";
import { OutputRateLimiter, type OutputLimits } from "./pace.js";
import { IopubPublisher } from "./publisher.js";
import { PendingInputRequests } from "./questions.js";
import { requestHandlers, type RequestServices } from "./requests.js";
import type { MessageFromMainThread, MessageToMain } from "../ports/run-port.js";
import { RunQueue } from "./run-queue.js";
import { receiveAll, SendQueue, type Sockets } from "./sockets.js";
import type { ExecutionTerminator } from "./terminator.js";
import { UsageMeter } from "./usage.js";

export interface WireOptions {
  readonly sockets: Sockets;
  readonly connection: Connection;
  readonly session: string;
  readonly runs: MessagePort;
  readonly pressure: Backpressure;
  readonly limits: OutputLimits;
  readonly historyFolder: string;
  readonly terminator: Pick<ExecutionTerminator, "terminate">;
  /** Ends this thread. */
  readonly leave: () => void;
  /** Ends the process if the main thread does not. */
  readonly kill: () => void;
}
type Closable = { close(): void };
type Asked = "shell" | "control";

/** Maximum time for an interrupted cell to delay the end, and for the main thread to exit. */
const settleMs = 1500;
const leaveMs = 2500;
const forceMs = 300;

export class Wire {
  private readonly signer: Signer;
  private readonly incoming: Incoming;
  private readonly queues: Readonly<Record<Asked | "stdin", SendQueue>>;
  private readonly publisher: IopubPublisher;
  private readonly runs: RunQueue;
  private readonly questions: PendingInputRequests;
  private readonly interrupts: Interrupts;
  private readonly comms: WireComms;
  private readonly services: RequestServices;
  private failure: string | undefined;
  private isReady = false;
  private ending = false;

  constructor(private readonly parts: WireOptions) {
    const { sockets, connection, session, pressure } = parts;
    this.signer = new Signer(connection.key, connection.hash);
    this.incoming = new Incoming(this.signer);
    this.queues = {
      shell: new SendQueue(sockets.shell),
      control: new SendQueue(sockets.control),
      stdin: new SendQueue(sockets.stdin),
    };
    this.publisher = new IopubPublisher(
      new SendQueue(sockets.iopub),
      session,
      this.signer,
      new OutputRateLimiter(parts.limits),
      pressure,
    );
    const tell = (message: MessageToMain): void => parts.runs.postMessage(message);
    const history = new History(parts.historyFolder);
    this.questions = new PendingInputRequests((to, draft) => void this.send("stdin", to, draft), tell);
    this.runs = new RunQueue({
      tell,
      history,
      publisher: this.publisher,
      reply: (to, draft) => this.send("shell", to, draft),
      isInterrupting: () => this.interrupts.active,
      settled: (run) => this.questions.drop(run),
    });
    this.interrupts = new Interrupts(tell, parts.terminator, () => this.runs.running?.run);
    const assistant = new AssistantClient();
    this.comms = new WireComms(this.publisher, tell);
    this.comms.register(assistTarget, assistComm(assistant));
    this.services = {
      assistant,
      history,
      connection,
      usage: new UsageMeter(),
      comms: () => this.comms.info(),
      interrupt: () => this.interrupt(),
      shutdown: (restart, patience) => void this.shutdown(restart, patience),
    };
    parts.runs.on("message", (message: MessageFromMainThread) => this.fromMain(message));
  }

  /** Serves the sockets until the process ends. */
  start(): void {
    const { sockets } = this.parts;
    void this.publisher.publishNow({ type: "status", parent: {}, content: { execution_state: "starting" } });
    for (const channel of ["shell", "control"] as const)
      void receiveAll(channel, sockets[channel], (frames) => {
        const message = this.incoming.read(frames);
        if (message) this.take(channel, message);
      });
    void receiveAll("stdin", sockets.stdin, (frames) => {
      const message = this.incoming.read(frames);
      if (message?.header.msg_type === "input_reply") this.questions.reply(message);
    });
    void receiveAll("iopub", sockets.iopub, ([frame]) => this.welcome(frame));
    void receiveAll("hb", sockets.hb, (frames) => sockets.hb.send([...frames]));
  }

  /** Interrupts the running cell, or the one that waits for the main thread to be ready. */
  interrupt(): void {
    if (this.isReady) void this.interrupts.interrupt().then(() => this.runs.advance());
    else this.runs.cancelUnstarted();
  }

  /** Ends the kernel: by an interrupt, then by the main thread's own exit, then by force. */
  async shutdown(restart: boolean, patience = 0): Promise<void> {
    if (this.ending) return;
    this.ending = true;
    this.runs.abort();
    if (this.isReady && this.runs.running) await Promise.race([this.interrupts.interrupt(), delay(settleMs)]);
    await this.publisher.publishNow({ type: "shutdown_reply", parent: {}, content: { status: "ok", restart } });
    this.parts.runs.postMessage({ kind: "shutdown", restart, patience } satisfies MessageToMain);
    await delay(leaveMs + 1000 * patience);
    void this.parts.terminator.terminate();
    await delay(forceMs);
    this.parts.kill();
  }

  /** Closes the sockets when everything has been sent, and ends this thread. */
  private async leave(): Promise<void> {
    await this.publisher.drained();
    for (const socket of Object.values(this.parts.sockets) as Closable[]) socket.close();
    this.parts.leave();
  }

  /** Sends every subscriber a welcome: messages published after it reach the subscriber. */
  private welcome(frame: Uint8Array | undefined): void {
    if (frame?.[0] !== 1) return;
    const topic = Buffer.from(frame.subarray(1));
    const draft = { type: "iopub_welcome", parent: {}, content: { subscription: topic.toString("utf8") } };
    void this.publisher.publishNow(draft, topic);
  }

  private take(channel: Asked, message: Message): void {
    const { msg_type } = message.header;
    if (msg_type !== "execute_request" || channel !== "shell")
      this.answer(channel, message).catch((error: unknown) => logKernelProblem("a request failed", String(error)));
    else if (this.failure === undefined && !this.ending) this.runs.push(message);
    else void this.refuse(message);
  }

  private async answer(channel: Asked, message: Message): Promise<void> {
    const { header, identities, content } = message;
    const type = header.msg_type;
    const busy = this.status(header, "busy");
    const answer = Object.hasOwn(requestHandlers, type) ? requestHandlers[type] : undefined;
    if (answer) {
      const reply = await Promise.resolve()
        .then(() => answer(content, this.services))
        .catch(errorContent);
      await busy;
      await this.send(channel, identities, {
        type: type.replace(/_request$/, "_reply"),
        parent: header,
        content: reply,
      });
    } else if (!this.comms.take(message)) logKernelProblem("no such request", JSON.stringify(type.slice(0, 100)));
    await this.status(header, "idle");
    // front ends take the last status for the kernel's: repeat that a cell is running
    const { running } = this.runs;
    if (running) await this.status(running.header, "busy");
  }

  private async refuse({ header, identities }: Message): Promise<void> {
    await this.status(header, "busy");
    const content = this.ending ? { status: "aborted" } : errorContent(new Error(this.failure ?? ""));
    await this.send("shell", identities, { type: "execute_reply", parent: header, content });
    await this.status(header, "idle");
  }

  private fromMain(message: MessageFromMainThread): void {
    switch (message.kind) {
      case "ready":
        this.isReady = true;
        this.interrupts.watch(message.stop);
        this.services.assistant.connect(message.assistant);
        this.runs.open();
        break;
      case "assistant":
        this.services.assistant.connect(message.assistant);
        break;
      case "failed":
        this.failure = message.problem;
        this.services.assistant.fail(new Error(message.problem));
        this.runs.abort();
        break;
      case "pong":
        this.interrupts.pong(message);
        break;
      case "stream": {
        const { run, name, text, weight } = message;
        this.publisher.stream(run, this.runs.headerOf(run), name, text, weight);
        break;
      }
      case "publish": {
        const { run, type, content, weight } = message;
        this.publisher.publish({ type, parent: this.runs.headerOf(run), content }, weight);
        break;
      }
      case "page":
        this.page(message.run, parseJsonAs(message.payload, jsonObject));
        break;
      case "ask": {
        const { run, id, prompt, password } = message;
        const { running } = this.runs;
        this.questions.ask(run, id, running?.run === run ? running : undefined, { prompt, password });
        break;
      }
      case "done":
        this.runs.done(message.run, message.outcome);
        break;
      case "comm":
        this.comms.fromMain(message.event);
        break;
      case "target":
        this.comms.addMainTarget(message.name);
        break;
      case "sigint":
        this.interrupt();
        break;
      case "bye":
        void this.leave();
    }
  }

  /** The pager opens with a reply; after a cell has replied, the content is shown in place. */
  private page(run: number, payload: Json): void {
    const { running } = this.runs;
    if (running?.run === run) running.payload.push(payload);
    else {
      const content = { data: payload["data"], metadata: {}, transient: {} };
      this.publisher.publish({ type: "display_data", parent: this.runs.headerOf(run), content });
    }
  }

  private status(parent: Json, execution_state: "busy" | "idle"): Promise<void> {
    return this.publisher.publishNow({ type: "status", parent, content: { execution_state } });
  }

  private send(channel: Asked | "stdin", identities: readonly Uint8Array[], draft: MessageDraft): Promise<void> {
    return this.queues[channel].send(() => encode(identities, draft, this.parts.session, this.signer));
  }
}

function errorContent(error: unknown): Json {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { status: "error", ename: name, evalue: message, traceback: [] };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Number of signatures remembered, as in Jupyter's own kernels. */
const remembered = 1 << 16;

class Incoming {
  /** In order of arrival. */
  private readonly seen = new Set<string>();

  constructor(private readonly signer: Signer) {}

  read(frames: readonly Uint8Array[]): Message | undefined {
    const message = decode(frames, this.signer);
    if (!message) {
      logKernelProblem("a message that is malformed or not signed with the kernel's key was refused");
      return undefined;
    }
    if (this.signer.signs && !this.isNew(message.signature)) {
      logKernelProblem("a signed message came a second time and was refused", message.header.msg_type.slice(0, 100));
      return undefined;
    }
    return message;
  }

  private isNew(signature: Uint8Array): boolean {
    // 64 digits of a hash: half of them distinguish two signatures, in a quarter of the memory
    const mark = Buffer.from(signature.subarray(0, 32)).toString("latin1");
    if (this.seen.has(mark)) return false;
    this.seen.add(mark);
    if (this.seen.size > remembered) for (const oldest of this.seen) return this.seen.delete(oldest);
    return true;
  }
}
