/** What a process that works by itself says to the one that started it, while that listens. */
export function reportToParent(message: object): Promise<void> {
  return new Promise((resolve) => {
    if (!process.send || !process.connected) resolve();
    else process.send(message, undefined, {}, () => resolve());
  });
}
