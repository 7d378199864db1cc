// One comm for each kernel; what goes over it says kernel/apps/jupyter/wire/comms/assist-contract.ts. A question that is never answered ends by
// itself; every failure is null.
import type { ISessionContext } from "@jupyterlab/apputils";
import type { CodeEditor } from "@jupyterlab/codeeditor";
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import type { Kernel } from "@jupyterlab/services";
import type {
  AssistQuestion,
  AssistQuestions,
  AssistReply,
  AssistWatch,
  AssistWatches,
} from "#kernel/apps/jupyter/wire/comms/assist-contract.js";

const target = "tunebook.assist";
const usual = 30_000; // ms; a kernel that has just begun loads its compiler first
const ended: ReadonlySet<string> = new Set(["terminating", "dead"]);

export type Answer<Q extends AssistQuestion> = AssistQuestions[Q]["result"];
export type News<W extends AssistWatch> = AssistWatches[W]["result"];

/** What is told of a watch; null: it failed. */
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

  ask<Q extends AssistQuestion>(
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

  /** Calls back with the runs as they change, or with some of them compared; one watch of each at a time. Returns its end. */
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

  /** The kernel lives on: it is told that nobody asks here any more. */
  leave(): void {
    this.close();
    if (!this.#comm.isDisposed) this.#comm.close();
  }

  close(): void {
    this.closed = true;
    for (const answer of [...this.#waiting.values()]) answer(null);
  }
}

/** Settles when a kernel that is started again by others answers; front ends hear nothing of it until they ask. */
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

/** What has a kernel: a notebook, a console. */
export interface InSession {
  readonly sessionContext: ISessionContext;
}

/** The channels of all notebooks' kernels, made when first asked for. */
export class Channels {
  readonly #notebooks: INotebookTracker;
  readonly #byKernel = new WeakMap<Kernel.IKernelConnection, Channel>();

  constructor(notebooks: INotebookTracker) {
    this.#notebooks = notebooks;
  }

  /** A closed notebook leaves its kernel: told before the connection goes, which happens before the panel itself is gone. */
  #leaveWith({ sessionContext }: InSession, kernel: Kernel.IKernelConnection): void {
    sessionContext.disposed.connect(() => {
      this.#byKernel.get(kernel)?.leave();
      this.#byKernel.delete(kernel);
    });
  }

  /** Of the kernel that a cell's model belongs to; null: it is no kernel of ours, or none yet. */
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
    if (open) return open.closed ? null : open; // the kernel refused it: asked again after a restart
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
