// Connects a cell's output to the kernel that created it, over a comm. It stays open until that kernel is lost, or
// reports that the object no longer exists.
import type { NotebookPanel } from "@jupyterlab/notebook";
import { CommModel } from "./annotate-model.js";

/**
 * Why the connection is gone: no kernel runs, the kernel is not the one of the cell's run, it was restarted, or it has
 * ended.
 */
export type Gone = "none" | "another" | "restarted" | "ended";

const restarting: ReadonlySet<string> = new Set(["restarting", "autorestarting"]);
const ending: ReadonlySet<string> = new Set(["terminating", "dead"]);

interface Wanted {
  readonly target: string;
  /** Id of the object in the output. */
  readonly offerId: unknown;
  /** Called when the first state has arrived. */
  readonly ready: (model: CommModel) => void;
  readonly gone: (why: Gone) => void;
}

/** Opens the connection. Returns a function that ends it, after which no callback is called. */
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
