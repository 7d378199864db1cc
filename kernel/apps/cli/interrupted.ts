/**
 * Gives work an `AbortSignal` that Ctrl-C (SIGINT), SIGTERM or the end of its terminal (SIGHUP) sets off. `timeout` and those
 * who pass signals on send the same one twice: what comes within a second of the first is the same interrupt. Another one
 * later ends the process as ever.
 */

const SAME = 1000;
const NAMES = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** `terminal`: whether it has one. Without one a hang-up ends nothing: Node undoes what `nohup` asked for. */
export async function untilInterrupted<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { terminal = hasTerminal() }: { readonly terminal?: boolean } = {},
): Promise<{ readonly result: T; readonly interrupted: boolean }> {
  const controller = new AbortController();
  let first: number | null = null;
  const take = (name: (typeof NAMES)[number]): void => {
    if (name === "SIGHUP") {
      if (!terminal) return;
      // Nobody reads it any more, and that is no reason to end before the work does.
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
