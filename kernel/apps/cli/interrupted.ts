/**
 * Passes work an `AbortSignal` that Ctrl-C (SIGINT), SIGTERM or the end of its terminal (SIGHUP) aborts. `timeout` and
 * programs that forward signals send the same one twice: a second one within a second is the same interrupt. A later
 * one ends the process as usual.
 */

const SAME = 1000;
const NAMES = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** `terminal`: whether the process has one. Without one SIGHUP ends nothing, as Node resets what `nohup` set. */
export async function runUntilInterrupted<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { terminal = hasTerminal() }: { readonly terminal?: boolean } = {},
): Promise<{ readonly result: T; readonly interrupted: boolean }> {
  const controller = new AbortController();
  let first: number | null = null;
  const take = (name: (typeof NAMES)[number]): void => {
    if (name === "SIGHUP") {
      if (!terminal) return;
      // A closed output stream is no reason to stop before the work is done.
      for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
    }
    if (first === null) {
      first = performance.now();
      controller.abort();
    } else if (name !== "SIGHUP" && performance.now() - first > SAME) {
      done();
      process.kill(process.pid, name);
    }
  };
  const done = (): void => {
    for (const name of NAMES) process.off(name, take);
  };
  for (const name of NAMES) process.on(name, take);
  try {
    return { result: await work(controller.signal), interrupted: controller.signal.aborted };
  } finally {
    done();
  }
}

function hasTerminal(): boolean {
  return [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
}
