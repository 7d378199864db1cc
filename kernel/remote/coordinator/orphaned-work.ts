/**
 * Ends a worker when the process that started it has ended. The heartbeat takes over this check later. It starts before
 * heavy modules are loaded, which can take long on a busy machine.
 */

/** Environment variable with the id of the process that started the worker. */
export const PARENT_VARIABLE = "TUNEBOOK_WORKER_PARENT";
/** Polling interval in ms. */
const EVERY = 200;

let looking: NodeJS.Timeout | undefined;

/** Ends this process once `parent` is no longer its parent. Use it only before anything needs an orderly shutdown. */
export function exitWithParent(parent: number): void {
  const look = (): void => {
    if (process.ppid !== parent) process.exit(1);
  };
  look();
  clearInterval(looking);
  looking = setInterval(look, EVERY).unref();
}

/** Stops the check because the heartbeat has taken over. */
export function stopParentWatch(): void {
  clearInterval(looking);
}
