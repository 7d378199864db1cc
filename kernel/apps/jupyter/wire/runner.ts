/**
 * The main thread's end: runs the cells that the wire sends, one at a time, and reports their outcomes.
 *
 * The wire may terminate any JavaScript on this thread at any moment (`Runtime.terminateExecution`). A terminated frame
 * never continues, so no code waits in one: each step is a separate event, and a cell whose promise will never settle
 * is settled by the next interrupt. A cell begins directly in the port's event: termination inside a timer or an
 * immediate would unbalance Node's stack of async contexts.
 */
import type { MessagePort } from "node:worker_threads";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ExecuteOutcome } from "../ports/execute-outcome.js";
import type { InterpreterHandle } from "../cells/interpreter.js";
import type { Backpressure } from "./backpressure.js";
import { mainComms } from "../ports/comm-targets.js";
import {
  interruptedOutcome,
  interruptedName,
  type MessageFromMainThread,
  type RunId,
  type CellRunOutcome,
  type MessageToMain,
} from "../ports/run-port.js";
import { displayValueJson, RunOutput, type InputSource } from "./run-output.js";

/** Milliseconds for an interpreter to settle an interrupted cell before the cell is settled for it. */
const settleMs = { asked: 900, ended: 200 };

type Execute = Extract<MessageToMain, { kind: "execute" }>;
interface Running {
  readonly request: Execute;
  readonly output: RunOutput;
}
interface Question {
  readonly run: RunId;
  readonly prompt: string;
  readonly resolve: (value: string) => void;
  readonly reject: (error: Error) => void;
}

export class CellRunner implements InputSource {
  private running: Running | undefined;
  private readonly questions = new Map<number, Question>();
  private nextQuestion = 1;

  constructor(
    private readonly port: MessagePort,
    private readonly cells: Pick<InterpreterHandle, "interpreter" | "assistantPort" | "onAssistantRestart" | "stop">,
    private readonly pressure: Backpressure,
  ) {
    mainComms.connect((event) => this.post({ kind: "comm", event }));
    mainComms.eachTarget((name) => this.post({ kind: "target", name }));
    port.on("message", (message: MessageToMain) => this.take(message));
    const assistant = cells.assistantPort();
    port.postMessage({ kind: "ready", stop: cells.stop, assistant } satisfies MessageFromMainThread, [assistant]);
    cells.onAssistantRestart((fresh) =>
      port.postMessage({ kind: "assistant", assistant: fresh } satisfies MessageFromMainThread, [fresh]),
    );
  }

  ask(run: RunId, prompt: string, password: boolean): Promise<string> {
    const id = this.nextQuestion++;
    return new Promise((resolve, reject) => {
      this.questions.set(id, { run, prompt, resolve, reject });
      this.post({ kind: "ask", run, id, prompt, password });
    });
  }

  private take(message: MessageToMain): void {
    switch (message.kind) {
      case "execute":
        this.execute(message);
        break;
      case "interrupt":
        this.interrupt(message.run, message.ended);
        break;
      case "ping":
        this.post({ kind: "pong", id: message.id, run: this.running?.request.run });
        break;
      case "input":
        this.answer(message.id, message.value);
        break;
      case "comm":
        mainComms.take(message.event);
        break;
      // the process itself handles its end
      case "shutdown":
    }
  }

  private execute(request: Execute): void {
    const { run, code, cell, cellId, silent, userExpressions } = request;
    const output = new RunOutput(this.port, run, silent, this.pressure, this);
    this.running = { request, output };
    const failed = (error: unknown): void => this.settle(run, () => outcomeOf(error));
    try {
      this.cells.interpreter
        .execute({ code, cell, ...(cellId !== undefined && { cellId }), silent, userExpressions, output })
        .then((outcome) => this.settle(run, () => this.report(outcome)), failed);
    } catch (error) {
      failed(error);
    }
  }

  private interrupt(run: RunId | undefined, ended: boolean): void {
    Atomics.store(this.cells.stop, 0, 0);
    if (run === undefined || this.running?.request.run !== run) return;
    for (const [id, question] of this.questions)
      if (question.run === run) {
        this.questions.delete(id);
        question.reject(Object.assign(new Error("the cell was interrupted"), { name: interruptedName }));
      }
    setTimeout(() => this.settle(run, () => interruptedOutcome), ended ? settleMs.ended : settleMs.asked);
    this.cells.interpreter.interrupt();
  }

  /** Ends a run once; a second settling, or one of an earlier run, changes nothing. */
  private settle(run: RunId, outcome: () => CellRunOutcome): void {
    if (this.running?.request.run !== run) return;
    let settled: CellRunOutcome;
    try {
      settled = outcome();
    } catch (error) {
      settled = outcomeOf(error);
    }
    this.running = undefined;
    this.post({ kind: "done", run, outcome: settled });
  }

  private report(outcome: ExecuteOutcome): CellRunOutcome {
    const running = this.running;
    if (outcome.status === "error") {
      const { status, ename, evalue, traceback, shown } = outcome;
      if (shown) running?.output.display(shown);
      return { status, ename, evalue, traceback };
    }
    const userExpressions = displayValueJson(outcome.userExpressions);
    if (outcome.result === undefined) return { status: "ok", userExpressions };
    running?.output.result(outcome.result, running.request.cell);
    return { status: "ok", userExpressions, text: String(outcome.result.bundle["text/plain"] ?? "") };
  }

  private answer(id: number, value: string | undefined): void {
    const question = this.questions.get(id);
    this.questions.delete(id);
    if (value === undefined) question?.reject(new CodedError("no-input", { prompt: question.prompt }));
    else question?.resolve(value);
  }

  private post(message: MessageFromMainThread): void {
    this.port.postMessage(message);
  }
}

/** Converts an internal error of the interpreter to a cell outcome. */
function outcomeOf(error: unknown): CellRunOutcome {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { status: "error", ename: name, evalue: message, traceback: (stack ?? `${name}: ${message}`).split("\n") };
}
