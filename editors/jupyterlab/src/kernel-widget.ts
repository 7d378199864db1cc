// What a cell's output asks of the kernel that showed it, over a comm: open until that kernel is lost, or says that it has the thing no
// more.
import type { NotebookPanel } from "@jupyterlab/notebook";
import { CommModel } from "./annotate-model.js";

/** No kernel runs; it is another than when the cell ran; it was started again; it has ended. */
export type Gone = "none" | "another" | "restarted" | "ended";

const restarting: ReadonlySet<string> = new Set(["restarting", "autorestarting"]);
const ending: ReadonlySet<string> = new Set(["terminating", "dead"]);

interface Wanted {
  readonly target: string;
  /** What the output names it by. */
  readonly offerId: unknown;
  /** The first state is there. */
  readonly ready: (model: CommModel) => void;
  /** Said once. */
  readonly gone: (why: Gone) => void;
}

/** Returns its end, after which nothing is said. */
export async function openKernelWidget(
  { sessionContext }: NotebookPanel,
  { target, offerId, ready, gone }: Wanted,
): Promise<() => void> {
  await sessionContext.ready;
  const kernel = sessionContext.session?.kernel;
  const nothing = (): void => undefined;
  if (!kernel || typeof offerId !== "string" || restarting.has(kernel.status) || ending.has(kernel.status)) {
    gone("none");
    return nothing;
  }
  let open = true;
  const end = (why?: Gone): void => {
    if (!open) return;
    open = false;
    sessionContext.statusChanged.disconnect(watch);
    sessionContext.kernelChanged.disconnect(changed);
    comm.close();
    if (why) gone(why);
  };
  const watch = (_: object, status: string): void => {
    if (restarting.has(status)) end("restarted");
    else if (ending.has(status)) end("ended");
  };
  const changed = (): void => end("another");
  const comm: CommModel = new CommModel(
    kernel.createComm(target),
    { desk: offerId },
    { ready: () => open && ready(comm), closed: () => end("another") },
  );
  sessionContext.statusChanged.connect(watch);
  sessionContext.kernelChanged.connect(changed);
  return () => end();
}
