// One comm per kernel; its messages are defined in kernel/apps/jupyter/wire/comms/assist-contract.ts. An unanswered
// request times out; every failure yields null.
import type { ISessionContext } from "@jupyterlab/apputils";
import type { CodeEditor } from "@jupyterlab/codeeditor";
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import type { Kernel } from "@jupyterlab/services";
import type {
  AssistQuestionName,
  AssistQuestions,
  AssistReply,
  AssistWatch,
  AssistWatches,
} from "#kernel/apps/jupyter/wire/comms/assist-contract.js";

const target = "tunebook.assist";
const usual = 30_000; // ms; a freshly started kernel loads its compiler first
const ended: ReadonlySet<string> = new Set(["terminating", "dead"]);

export type Answer<Q extends AssistQuestionName> = AssistQuestions[Q]["result"];
export type News<W extends AssistWatch> = AssistWatches[W]["result"];

/** A watch's id and callback; the callback gets null if the watch failed. */
interface Watching {
  readonly id: number;
  readonly changed: (result: unknown) => void;
}

export class Channel {
  readonly #comm: Kernel.IComm;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #next = 0;
  readonly #watched = new Map<AssistWatch, Watching>();
  closed = false;

  constructor(kernel: Kernel.IKernelConnection) {
    this.#comm = kernel.createComm(target);
    this.#comm.onMsg = ({ content }) => this.#told(content.data as AssistReply);
    this.#comm.onClose = () => this.close();
    this.#comm.open({});
  }

  #told(reply: AssistReply): void {
    const result = "result" in reply ? reply.result : null;
    if ("watch" in reply) [...this.#watched.values()].find((one) => one.id === reply.watch)?.changed(result);
    else this.#waiting.get(reply.id)?.(result);
  }

  ask<Q extends AssistQuestionName>(
    method: Q,
    params: AssistQuestions[Q]["params"],
    patience = usual,
  ): Promise<Answer<Q> | null> {
    if (this.closed) return Promise.resolve(null);
    const id = ++this.#next;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#waiting.get(id)?.(null), patience);
      this.#waiting.set(id, (result) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(result as Answer<Q> | null);
      });
      this.#comm.send({ id, method, ...params });
    });
  }

  /**
   * Watches the runs, or the comparison of some of them, with one active watch of each kind. Returns a function that
   * ends the watch.
   */
  watch<W extends AssistWatch>(
    what: W,
    query: AssistWatches[W]["params"],
    changed: (news: News<W> | null) => void,
  ): () => void {
    const id = ++this.#next;
    this.#watched.set(what, { id, changed: (result) => changed(result as News<W> | null) });
    if (!this.closed) this.#comm.send({ id, method: `watch${what}`, ...query });
    return () => {
      if (this.#watched.get(what)?.id !== id || this.closed) return;
      this.#watched.delete(what);
      this.#comm.send({ id: ++this.#next, method: `unwatch${what}` });
    };
  }

  /** Closes the comm of a kernel that continues to run. */
  leave(): void {
    this.close();
    if (!this.#comm.isDisposed) this.#comm.close();
  }

  close(): void {
    this.closed = true;
    for (const answer of [...this.#waiting.values()]) answer(null);
  }
}

/**
 * Polls until an automatically restarted kernel responds and returns true; returns false if it does not. Front ends get
 * no notification of such a restart.
 */
export async function answers(kernel: Kernel.IKernelConnection): Promise<boolean> {
  const pause = () => new Promise<boolean>((done) => setTimeout(() => done(false), 2000));
  for (let tries = 0; tries < 60 && !kernel.isDisposed && !ended.has(kernel.status); tries++) {
    const asked = kernel.requestKernelInfo().then(
      () => true,
      () => pause(),
    );
    if (await Promise.race([asked, pause()])) return true;
  }
  return false;
}

/** A widget with a kernel: a notebook or a console. */
export interface InSession {
  readonly sessionContext: ISessionContext;
}

/** The channels of all notebooks' kernels, created on first use. */
export class Channels {
  readonly #notebooks: INotebookTracker;
  readonly #byKernel = new WeakMap<Kernel.IKernelConnection, Channel>();

  constructor(notebooks: INotebookTracker) {
    this.#notebooks = notebooks;
  }

  /**
   * Closes the channel with its notebook. The session ends before the connection closes, and the panel is disposed
   * later.
   */
  #leaveWith({ sessionContext }: InSession, kernel: Kernel.IKernelConnection): void {
    sessionContext.disposed.connect(() => {
      this.#byKernel.get(kernel)?.leave();
      this.#byKernel.delete(kernel);
    });
  }

  /** Returns the channel of the kernel of a cell's model; null if there is no Tunebook kernel yet. */
  async ofCell(model: CodeEditor.IModel): Promise<Channel | null> {
    const holds = (panel: NotebookPanel): boolean =>
      [...(panel.content.model?.cells ?? [])].some((cell) => cell === model);
    const panel = this.#notebooks.find(holds);
    return panel ? this.ofPanel(panel) : null;
  }

  async ofPanel(panel: InSession): Promise<Channel | null> {
    await panel.sessionContext.ready;
    const kernel = panel.sessionContext.session?.kernel;
    if (!kernel || ended.has(kernel.status) || (await kernel.info).implementation !== "tunebook") return null;
    const open = this.#byKernel.get(kernel);
    if (open) return open.closed ? null : open; // the kernel refused the comm: retried after a restart
    const made = new Channel(kernel);
    this.#byKernel.set(kernel, made);
    this.#leaveWith(panel, kernel);
    return made;
  }

  forget(kernel: Kernel.IKernelConnection): void {
    this.#byKernel.get(kernel)?.close();
    this.#byKernel.delete(kernel);
  }
}
