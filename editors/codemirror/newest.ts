/** Sends one request at a time; meanwhile, only the newest text waits. */
export class Newest<Text, Answer> {
  #wanted: { readonly text: Text } | undefined;
  #running: Promise<Answer> | null = null;

  ask(send: (text: Text) => Promise<Answer>, text: Text): Promise<Answer> {
    this.#wanted = { text };
    this.#running ??= this.#run(send, text).finally(() => (this.#running = null));
    return this.#running;
  }

  async #run(send: (text: Text) => Promise<Answer>, first: Text): Promise<Answer> {
    for (let text = first; ;) {
      const answer = await send(text);
      if (!this.#wanted || this.#wanted.text === text) return answer;
      text = this.#wanted.text;
    }
  }
}
