/**
 * Queue of cells. A request waits until the main thread is ready and the previous cell has replied. If a cell fails and
 * its request has `stop_on_error`, waiting requests are answered `aborted`.
 */
import { parseJsonAs, jsonObject } from "../../../fetch/json.js";
import type { History } from "./history.js";
import type { MessageDraft, Json, Message } from "./message.js";
import type { IopubPublisher } from "./publisher.js";
import type { InputRequestOrigin } from "./questions.js";
import { interruptedOutcome, type RunId, type CellRunOutcome, type MessageToMain } from "../ports/run-port.js";

interface Run extends InputRequestOrigin {
  readonly run: RunId;
  readonly header: Json;
  readonly silent: boolean;
  readonly stopOnError: boolean;
  readonly store: boolean;
  readonly count: number;
  readonly payload: Json[];
}

export interface RunQueueServices {
  readonly tell: (message: MessageToMain) => void;
  readonly reply: (identities: readonly Uint8Array[], draft: MessageDraft) => Promise<void>;
  readonly publisher: IopubPublisher;
  readonly history: History;
  /** True during an interrupt, which must hit no other cell. */
  readonly isInterrupting: () => boolean;
  readonly settled: (run: RunId) => void;
}

/** Number of past cells' headers stored for late output. */
const remembered = 10_000;
/**
 * Maximum length of a cell's id: nbformat allows 64 letters; VS Code uses the notebook's URI, in which a letter may
 * take nine.
 */
const LONGEST_ID = 40_000;

export class RunQueue {
  private readonly waiting: Message[] = [];
  private readonly headers = new Map<RunId, Json>();
  private current: Run | undefined;
  private nextRun = 1;
  private count = 0;
  private ready = false;

  constructor(private readonly ports: RunQueueServices) {}

  get running(): Run | undefined {
    return this.current;
  }

  /** Header of a run's request, even after the run has ended. */
  headerOf(run: RunId): Json {
    return this.headers.get(run) ?? {};
  }

  push(message: Message): void {
    this.waiting.push(message);
    this.advance();
  }

  /** Called when the main thread can run cells. */
  open(): void {
    this.ready = true;
    this.advance();
  }

  /** Ends the first waiting cell if the main thread is not ready to run any. */
  cancelUnstarted(): void {
    if (this.ready) return;
    const message = this.waiting.shift();
    if (!message) return;
    this.current = this.begin(message);
    void this.finish(this.current, interruptedOutcome);
  }

  /** Called with the outcome of a run from the main thread. */
  done(run: RunId, outcome: CellRunOutcome): void {
    if (this.current?.run === run) void this.finish(this.current, outcome);
  }

  /** Answers all waiting requests with `aborted`. */
  abort(): void {
    for (const message of this.waiting.splice(0)) void this.refuse(message, { status: "aborted" });
  }

  /** Starts the next cell if possible. */
  advance(): void {
    if (!this.ready || this.current || this.ports.isInterrupting()) return;
    const message = this.waiting.shift();
    if (!message) return;
    if (typeof message.content["code"] !== "string") {
      const evalue = "the request holds no code";
      void this.refuse(message, { status: "error", ename: "BadRequest", evalue, traceback: [] });
      return this.advance();
    }
    const code = message.content["code"];
    const run = this.begin(message);
    const { count, silent } = run;
    this.current = run;
    if (!silent) this.publish(run, "execute_input", { code, execution_count: count });
    if (run.store) this.ports.history.append(count, code);
    const userExpressions = textsOf(message.content["user_expressions"]);
    // JupyterLab and VS Code send cell ids; a console sends none.
    const { cellId } = message.metadata;
    const cellIdField = typeof cellId === "string" && cellId.length <= LONGEST_ID ? { cellId } : {};
    this.ports.tell({ kind: "execute", run: run.run, code, cell: count, ...cellIdField, silent, userExpressions });
  }

  private begin({ header, identities, content }: Message): Run {
    const silent = content["silent"] === true;
    const store = !silent && content["store_history"] !== false;
    if (store) this.count++;
    const run: Run = {
      run: this.nextRun++,
      identities,
      header,
      silent,
      store,
      stopOnError: content["stop_on_error"] !== false,
      mayAsk: content["allow_stdin"] === true,
      count: this.count,
      payload: [],
    };
    this.headers.set(run.run, header);
    this.headers.delete(run.run - remembered);
    this.publish(run, "status", { execution_state: "busy" });
    return run;
  }

  private async finish(run: Run, outcome: CellRunOutcome): Promise<void> {
    const { publisher, history } = this.ports;
    const failed = outcome.status === "error";
    this.ports.settled(run.run);
    if (failed) {
      const { ename, evalue, traceback } = outcome;
      if (!run.silent) this.publish(run, "error", { ename, evalue, traceback });
    } else if (run.store && outcome.text !== undefined) history.result(run.count, outcome.text);
    await publisher.drained();
    const content = failed
      ? { ...outcome, execution_count: run.count, user_expressions: {}, payload: [] }
      : {
          status: "ok",
          execution_count: run.count,
          user_expressions: parseJsonAs(outcome.userExpressions, jsonObject),
          payload: run.payload,
        };
    await this.ports.reply(run.identities, { type: "execute_reply", parent: run.header, content });
    this.publish(run, "status", { execution_state: "idle" });
    this.current = undefined;
    if (failed && run.stopOnError) this.abort();
    this.advance();
  }

  private async refuse({ header, identities }: Message, content: Json): Promise<void> {
    const status = (execution_state: string): void =>
      this.ports.publisher.publish({ type: "status", parent: header, content: { execution_state } });
    status("busy");
    await this.ports.reply(identities, { type: "execute_reply", parent: header, content });
    status("idle");
  }

  private publish(run: Run, type: string, content: Json): void {
    this.ports.publisher.publish({ type, parent: run.header, content });
  }
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
  );
}
