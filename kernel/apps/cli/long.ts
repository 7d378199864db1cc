/** What a command says on stderr while it reads data or fetches a base: nothing of what takes less than a second. */
import { progressOn } from "#tools/progress.mjs";
import type { Progress } from "#kernel/host/host-context.js";

const AFTER = 1000;

/** Runs `work`, which tells how far it is. */
export async function withProgress<T>(work: (onProgress: (progress: Progress) => void) => Promise<T>): Promise<T> {
  const line = progressOn(process.stderr);
  const begun = performance.now();
  try {
    return await work((progress) => {
      if (performance.now() - begun < AFTER) return;
      const { label, done, total } = progress;
      // Nothing is done of it yet.
      if (done === 0 && total !== 1) return;
      line.show({ label: total === null ? `${done.toLocaleString("en")} ${label}` : label, done, total });
    });
  } finally {
    line.end();
  }
}
