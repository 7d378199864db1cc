/** One question in flight; while it is, only the newest text waits. */
export class Newest<Text, Answer> {
  #wanted: Text | undefined;
  #running: Promise<Answer> | null = null;

  ask(send: (text: Text) => Promise<Answer>, text: Text): Promise<Answer> {
    this.#wanted = text;
    this.#running ??= this.#run(send).finally(() => (this.#running = null));
    return this.#running;
  }

  async #run(send: (text: Text) => Promise<Answer>): Promise<Answer> {
    for (;;) {
      const text = this.#wanted as Text;
      const answer = await send(text);
      if (this.#wanted === text) return answer;
    }
  }
}
