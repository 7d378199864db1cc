/**
 * A Jupyter client: starts a kernel (Tunebook's own by default, any kernel by its argv), sends requests, gathers
 * outputs. The headless notebook and the tests of the kernel use it, so it implements the protocol and nothing else.
 */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Request } from "zeromq";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { Channel } from "./channel.js";
import { Comm } from "./comm.js";
import { zmqAddressOfPort, newConnection, writeConnection, type ConnectionInfo } from "./connection.js";
import { newHeader, type MessageContent, type Header, type Message } from "./messages.js";
import { CellOutputs, OutputStore, type NotebookOutput } from "./outputs.js";
import { ownKernelCommand, startKernelProcess, type KernelProcess } from "./process.js";

export interface StartOptions {
  /** Command line of the kernel; `{connection_file}` is replaced by the file. Defaults to Tunebook's own kernel. */
  readonly argv?: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Receives lines that the kernel's process writes itself. */
  readonly onLog?: (line: string) => void;
  /** Maximum seconds until the kernel answers; defaults to 60. */
  readonly readySeconds?: number;
}
export interface ExecuteOptions {
  readonly silent?: boolean;
  readonly storeHistory?: boolean;
  readonly stopOnError?: boolean;
  readonly userExpressions?: Readonly<Record<string, string>>;
  /** Answers the cell's input requests; without it the request has `allow_stdin: false`. */
  readonly onInput?: (prompt: string, password: boolean) => string | Promise<string>;
  readonly allowStdin?: boolean;
  /** Called after each change of the cell's outputs, also after the cell is done (late output). */
  readonly onOutput?: (outputs: readonly NotebookOutput[]) => void;
  /** Receives every published message of this cell, in order. */
  readonly onMessage?: (message: Message) => void;
}
export interface ExecutionResult {
  readonly id: string;
  /** `ok`, `error`, or `aborted` if an earlier cell in the queue failed. */
  readonly status: string;
  readonly count: number | null;
  readonly reply: MessageContent;
  readonly outputs: readonly NotebookOutput[];
}
export interface RequestOptions {
  readonly channel?: "shell" | "control";
  readonly seconds?: number;
  readonly metadata?: MessageContent;
  readonly parent?: Partial<Header>;
  readonly buffers?: readonly Buffer[];
}
interface Pending {
  readonly resolve: (message: Message) => void;
  readonly reject: (error: unknown) => void;
}
interface Running {
  readonly options: ExecuteOptions;
  readonly outputs: CellOutputs;
  readonly idle: () => void;
}

/** Starts of a kernel before the client gives up on free ports. */
const MAX_STARTS = 3;

/**
 * Starts a kernel and waits until it answers. Another program can take a port between choosing it and the kernel's
 * binding it; the kernel is then started again with new ports.
 */
export async function startKernel(options: StartOptions = {}): Promise<KernelClient> {
  for (let starts = 1; ; starts++)
    try {
      return await startKernelOnce(options);
    } catch (error) {
      if (starts === MAX_STARTS || !lostItsPort(error)) throw error;
    }
}
function lostItsPort(error: unknown): boolean {
  return (
    error instanceof CodedError &&
    error.code === "kernel-ended" &&
    JSON.stringify(error.data).includes("port-unavailable")
  );
}

async function startKernelOnce(options: StartOptions): Promise<KernelClient> {
  const argv = options.argv ?? ownKernelCommand();
  const connection = await newConnection();
  const folder = mkdtempSync(join(tmpdir(), "tunebook-kernel-"));
  const file = join(folder, "connection.json");
  writeConnection(file, connection);
  const kernel = startKernelProcess(argv, file, options);
  const client = new KernelClient(connection, file, folder, kernel);
  try {
    await client.ready(options.readySeconds ?? 60);
  } catch (error) {
    await client.kill();
    throw error;
  }
  return client;
}

export class KernelClient {
  readonly session = randomUUID();
  private readonly pending = new Map<string, Pending>();
  private readonly running = new Map<string, Running>();
  private readonly cells = new Map<CellOutputs, ExecuteOptions>();
  private readonly store = new OutputStore();
  private readonly comms = new Map<string, Comm>();
  private readonly listeners = new Set<(message: Message) => void>();
  private readonly shell: Channel;
  private readonly control: Channel;
  private readonly stdin: Channel;
  private readonly iopub: Channel;
  private heardIopub = false;
  private dead: CodedError | null = null;
  /** Reply to `kernel_info_request`. */
  info: MessageContent = {};

  constructor(
    readonly connection: ConnectionInfo,
    readonly connectionFile: string,
    private readonly folder: string,
    readonly process: KernelProcess,
  ) {
    const { key } = connection;
    const dealer = (port: number, identity: string, take: (message: Message) => void): Channel =>
      Channel.dealer(zmqAddressOfPort(connection, port), key, identity, take);
    this.shell = dealer(connection.shell_port, this.session, (message) => this.onReply(message));
    this.control = dealer(connection.control_port, this.session, (message) => this.onReply(message));
    this.stdin = dealer(connection.stdin_port, this.session, (message) => void this.onInputRequest(message));
    this.iopub = Channel.subscriber(zmqAddressOfPort(connection, connection.iopub_port), key, (message) =>
      this.onIopub(message),
    );
    void this.process.ended.then((ended) => {
      this.dead = new CodedError("kernel-ended", { ...ended, log: this.process.log() });
      for (const { reject } of this.pending.values()) reject(this.dead);
      this.pending.clear();
    });
  }

  /** Resolves once the kernel answers and its published messages arrive. */
  async ready(seconds: number): Promise<void> {
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end) {
      try {
        this.info = (await this.request("kernel_info_request", {}, { seconds: 1 })).content;
        for (let tries = 0; tries < 20 && !this.heardIopub; tries++) await pause(10);
        if (this.heardIopub) return;
      } catch (error) {
        if (!(error instanceof CodedError) || error.code !== "kernel-silent") throw error;
      }
    }
    throw new CodedError("kernel-not-ready", { seconds, log: this.process.log() });
  }

  /** Sends a request and waits for its reply. */
  async request(type: string, content: MessageContent, options: RequestOptions = {}): Promise<Message> {
    return this.send(newHeader(type, this.session), content, options);
  }

  /**
   * Runs a cell; settles when the kernel has replied and is idle again. `outputs` is still updated with late output.
   */
  async execute(code: string, options: ExecuteOptions = {}): Promise<ExecutionResult> {
    const header = newHeader("execute_request", this.session);
    const outputs = new CellOutputs();
    const idle = new Promise<void>((done) => this.running.set(header.msg_id, { options, outputs, idle: done }));
    this.cells.set(outputs, options);
    const { content } = await this.send(header, {
      code,
      silent: options.silent ?? false,
      store_history: options.storeHistory ?? options.silent !== true,
      user_expressions: options.userExpressions ?? {},
      allow_stdin: options.allowStdin ?? options.onInput !== undefined,
      stop_on_error: options.stopOnError ?? true,
    });
    await Promise.race([idle, this.process.ended]);
    const count = content["execution_count"];
    return {
      id: header.msg_id,
      status: String(content["status"]),
      count: typeof count === "number" ? count : null,
      reply: content,
      outputs: outputs.list,
    };
  }

  async complete(code: string, cursor = [...code].length): Promise<MessageContent> {
    return (await this.request("complete_request", { code, cursor_pos: cursor }, { seconds: 30 })).content;
  }
  async inspect(code: string, cursor = [...code].length, detail: 0 | 1 = 0): Promise<MessageContent> {
    const content = { code, cursor_pos: cursor, detail_level: detail };
    return (await this.request("inspect_request", content, { seconds: 30 })).content;
  }
  async isComplete(code: string): Promise<MessageContent> {
    return (await this.request("is_complete_request", { code }, { seconds: 30 })).content;
  }
  async history(content: MessageContent): Promise<MessageContent> {
    return (await this.request("history_request", { output: false, raw: true, ...content }, { seconds: 30 })).content;
  }
  async commInfo(target?: string): Promise<MessageContent> {
    const content = target === undefined ? {} : { target_name: target };
    return (await this.request("comm_info_request", content, { seconds: 30 })).content;
  }

  /** Opens a comm at the kernel; messages that the kernel sends over it go to `onMessage`. */
  async openComm(
    target: string,
    data: MessageContent,
    onMessage: (data: MessageContent, message: Message) => void,
  ): Promise<Comm> {
    const comm = new Comm(randomUUID(), onMessage, (type, content) => this.tell(type, content));
    this.comms.set(comm.id, comm);
    await this.tell("comm_open", { comm_id: comm.id, target_name: target, data });
    return comm;
  }

  /** Subscribes to all published messages of any cell; returns a function that unsubscribes. */
  onPublished(listener: (message: Message) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async interrupt(how: "message" | "signal" = "message"): Promise<void> {
    if (how === "signal") this.process.kill("SIGINT");
    else await this.request("interrupt_request", {}, { channel: "control", seconds: 10 });
  }

  /** Milliseconds until the heartbeat socket echoes. */
  async heartbeat(): Promise<number> {
    const socket = new Request({ linger: 0, receiveTimeout: 5000 });
    socket.connect(zmqAddressOfPort(this.connection, this.connection.hb_port));
    try {
      const start = performance.now();
      await socket.send("ping");
      await socket.receive();
      return performance.now() - start;
    } finally {
      socket.close();
    }
  }

  /** Sends raw frames on the shell channel: for tests of bad input. */
  sendRaw(frames: readonly (Buffer | string)[]): Promise<void> {
    return this.shell.sendFrames(frames);
  }

  /**
   * Requests shutdown, waits for the kernel's process (then kills it), and closes the sockets. If the kernel has
   * already ended, that is no error. `patience`: seconds for a running step and its checkpoint, in addition to the
   * usual few.
   */
  async shutdown(restart = false, patience = 0): Promise<MessageContent> {
    try {
      const request = { restart, ...(patience > 0 && { patience }) };
      const { content } = await this.request("shutdown_request", request, { channel: "control", seconds: 10 });
      await this.endsWithin(5000 + 1000 * patience);
      return content;
    } catch (error) {
      if (this.dead === null) throw error;
      return {};
    } finally {
      await this.kill();
    }
  }

  /** Kills the kernel's process if it still runs, and closes the sockets. */
  async kill(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.endsWithin(5000);
    await Promise.all([this.shell, this.control, this.stdin, this.iopub].map((channel) => channel.close()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Waits for the kernel's process to end, up to this time, without a timer that would delay our own exit. */
  private async endsWithin(milliseconds: number): Promise<void> {
    const over = new AbortController();
    await Promise.race([this.process.ended, pause(milliseconds, over.signal)]);
    over.abort();
  }

  private async tell(type: string, content: MessageContent): Promise<void> {
    await this.shell.send({ header: newHeader(type, this.session), parent: {}, metadata: {}, content, buffers: [] });
  }

  private async send(header: Header, content: MessageContent, options: RequestOptions = {}): Promise<Message> {
    if (this.dead !== null) throw this.dead;
    const { seconds, channel = "shell", parent = {}, metadata = {}, buffers = [] } = options;
    const reply = new Promise<Message>((resolve, reject) => this.pending.set(header.msg_id, { resolve, reject }));
    await (channel === "shell" ? this.shell : this.control).send({ header, parent, metadata, content, buffers });
    if (seconds === undefined) return reply;
    const late = setTimeout(
      () =>
        this.pending.get(header.msg_id)?.reject(new CodedError("kernel-silent", { request: header.msg_type, seconds })),
      seconds * 1000,
    );
    try {
      return await reply;
    } finally {
      clearTimeout(late);
      this.pending.delete(header.msg_id);
    }
  }

  private onReply(message: Message): void {
    const id = message.parent.msg_id;
    if (id === undefined) return;
    this.pending.get(id)?.resolve(message);
    this.pending.delete(id);
  }

  private onIopub(message: Message): void {
    this.heardIopub = true;
    const running = message.parent.msg_id === undefined ? undefined : this.running.get(message.parent.msg_id);
    for (const cell of this.store.take(message, running?.outputs)) this.cells.get(cell)?.onOutput?.(cell.list);
    running?.options.onMessage?.(message);
    const comm = this.comms.get(String(message.content["comm_id"]));
    if (comm !== undefined && message.header.msg_type.startsWith("comm_")) comm.take(message);
    for (const listener of this.listeners) listener(message);
    if (message.header.msg_type === "status" && message.content["execution_state"] === "idle") running?.idle();
  }

  private async onInputRequest(message: Message): Promise<void> {
    const running = this.running.get(message.parent.msg_id ?? "");
    if (message.header.msg_type !== "input_request" || running?.options.onInput === undefined) return;
    const { prompt, password } = message.content;
    const value = await running.options.onInput(String(prompt), password === true);
    const header = newHeader("input_reply", this.session);
    await this.stdin.send({
      header,
      parent: message.header,
      metadata: {},
      content: { value, status: "ok" },
      buffers: [],
    });
  }
}

/** `signal`: aborted when nothing waits any more. */
function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });
}
