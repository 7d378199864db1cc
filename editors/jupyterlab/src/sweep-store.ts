// State of a running sweep: its trials as last reported by the kernel, the last response, and why the connection is
// gone.
import type { SweepRequest, SweepSnapshot, SweepReply } from "#kernel/apps/jupyter/ports/sweep-contract.js";
import type { CommModel } from "./annotate-model.js";
import type { Gone } from "./kernel-widget.js";

/** Milliseconds until the user is informed that the kernel has not responded yet. */
const PATIENCE = 3000;

export interface SweepState {
  /** The sweep's last snapshot, or null if none has arrived. */
  readonly sweep: SweepSnapshot | null;
  /** Status message, announced by screen readers. */
  readonly said: string;
  readonly fault: string;
}
/** A request without its id, which the store assigns. */
export type Asked = SweepRequest extends infer One ? (One extends SweepRequest ? Omit<One, "id"> : never) : never;

const fields = ["name", "metric", "over", "running", "best", "ended", "waiting", "settings"] as const;
const lost: Readonly<Record<Gone, string>> = {
  none: "no kernel runs",
  another: "the kernel is another one than when the cell ran",
  restarted: "the kernel was restarted",
  ended: "the kernel has ended",
};

export class SweepStore {
  #state: SweepState = { sweep: null, said: "", fault: "" };
  #model: CommModel | null = null;
  readonly #told = new Set<() => void>();
  readonly #waiting = new Map<number, (reply: SweepReply) => void>();
  #next = 0;
  #gone: Gone | null = null;
  open: number | null = null;

  readonly snapshot = (): SweepState => this.#state;
  readonly subscribe = (told: () => void): (() => void) => {
    this.#told.add(told);
    return () => this.#told.delete(told);
  };

  opened(model: CommModel): void {
    this.#model = model;
    model.on("change", () => this.#read(model));
    model.on("msg:custom", (reply) => this.#waiting.get((reply as SweepReply).id)?.(reply as SweepReply));
    this.#read(model);
  }

  /** Reports nothing if no running sweep was shown: an old notebook then shows no dead buttons. */
  gone(why: Gone): void {
    this.#gone = why;
    const { sweep } = this.#state;
    const over = sweep?.over ?? true;
    for (const answer of [...this.#waiting.entries()]) answer[1]({ id: answer[0], fault: this.#lost() });
    this.#put(over ? { sweep: null } : { sweep: sweep && { ...sweep, over: true }, said: "", fault: this.#lost() });
  }

  /** Returns undefined if the request cannot be sent; the reason is shown. */
  async ask(asked: Asked): Promise<SweepReply | undefined> {
    const model = this.#model;
    if (this.#gone !== null || !model || model.closed) {
      this.#put({ said: "", fault: this.#lost() });
      return undefined;
    }
    const id = ++this.#next;
    this.#put({ said: "", fault: "" });
    const slow = window.setTimeout(() => this.#put({ said: "Waiting for the kernel …" }), PATIENCE);
    const reply = await new Promise<SweepReply>((answered) => {
      this.#waiting.set(id, answered);
      model.send({ ...asked, id } satisfies SweepRequest);
    });
    window.clearTimeout(slow);
    this.#waiting.delete(id);
    this.#put({ said: "" });
    return reply;
  }

  say(said: string): void {
    this.#put({ said, fault: "" });
  }
  fault(fault: string): void {
    this.#put({ said: "", fault: fault === "" ? "" : sentence(fault) });
  }

  #lost(): string {
    const { sweep } = this.#state;
    const name = sweep?.name ?? "The sweep";
    return `${name} can't be asked: ${lost[this.#gone ?? "another"]}. Run its cell again: it goes on after the trials that are done.`;
  }

  #read(model: CommModel): void {
    const sweep = Object.fromEntries(fields.map((field) => [field, model.get(field)])) as unknown as SweepSnapshot;
    this.#put({ sweep });
  }
  #put(more: Partial<SweepState>): void {
    this.#state = { ...this.#state, ...more };
    for (const told of this.#told) told();
  }
}

function sentence(text: string): string {
  const ended = /[.!?)]$/.test(text) ? text : `${text}.`;
  return ended.charAt(0).toUpperCase() + ended.slice(1);
}
