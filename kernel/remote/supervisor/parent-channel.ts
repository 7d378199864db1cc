/** What a process that works by itself says to the one that started it, while that listens. */
export function tellParent(said: object): Promise<void> {
  return new Promise((resolve) => {
    if (!process.send || !process.connected) resolve();
    else process.send(said, undefined, {}, () => resolve());
  });
}
