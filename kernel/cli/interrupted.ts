/** Gives work an `AbortSignal` that Ctrl-C (SIGINT) or SIGTERM sets off once; after that the signals end the process as ever. */
export async function untilInterrupted<T>(
  work: (signal: AbortSignal) => Promise<T>,
): Promise<{ readonly result: T; readonly interrupted: boolean }> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, stop);
  try {
    return { result: await work(controller.signal), interrupted: controller.signal.aborted };
  } finally {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.off(name, stop);
  }
}
