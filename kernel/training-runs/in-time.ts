/** What must be there by a time. */

/** Rejects with what `late` makes once `ms` milliseconds have gone. */
export async function withTimeout<T>(what: Promise<T>, ms: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([what, over]);
  } finally {
    clearTimeout(timer);
  }
}
