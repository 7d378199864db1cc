/**
 * A worker that a process of this machine started ends with that one. Until its heart beats, which sees to it from then on, it is
 * looked after from here: from before anything heavy is loaded, which may take long where much else is going on.
 */

/** The process that started a worker and ends it with itself. */
export const PARENT_VARIABLE = "TUNEBOOK_WORKER_PARENT";
/** Milliseconds between two looks. */
const EVERY = 200;

let looking: NodeJS.Timeout | undefined;

/** Ends this process once `parent` is no longer the one that it is a child of. Nothing is begun that would have to be ended in good order. */
export function endIfOrphaned(parent: number): void {
  const look = (): void => {
    if (process.ppid !== parent) process.exit(1);
  };
  look();
  clearInterval(looking);
  looking = setInterval(look, EVERY).unref();
}

/** Somebody else looks after it. */
export function stopOrphanWatch(): void {
  clearInterval(looking);
}
