/** Messages of a detached process to the one that started it, while that is connected. */
export function reportToParent(message: object): Promise<void> {
  return new Promise((resolve) => {
    if (!process.send || !process.connected) resolve();
    else process.send(message, undefined, {}, () => resolve());
  });
}
