/** Progress on stderr while a command reads data or downloads a base; nothing is shown in the first second. */
import { progressOn } from "#tools/progress.mjs";
import type { ProgressUpdate } from "#kernel/host/host-context.js";

const AFTER = 1000;

/** Runs `work`, which reports its progress. */
export async function withDelayedProgressLine<T>(
  work: (onProgress: (progress: ProgressUpdate) => void) => Promise<T>,
): Promise<T> {
  const line = progressOn(process.stderr);
  const begun = performance.now();
  try {
    return await work((progress) => {
      if (performance.now() - begun < AFTER) return;
      const { label, done, total } = progress;
      // Skips work that has not begun.
      if (done === 0 && total !== 1) return;
      line.show({ label: total === null ? `${done.toLocaleString("en")} ${label}` : label, done, total });
    });
  } finally {
    line.end();
  }
}
