import assert from "node:assert/strict";
import { Newest } from "#editors/codemirror/newest.js";

/** Requests that are answered when the test decides. */
class Asked {
  readonly texts: string[] = [];
  private answer: ((text: string) => void) | undefined;
  private refuse: ((error: Error) => void) | undefined;
  readonly send = (text: string): Promise<string> => {
    this.texts.push(text);
    return new Promise((resolve, reject) => {
      this.answer = resolve;
      this.refuse = reject;
    });
  };
  async answers(): Promise<void> {
    this.answer?.(`answer to ${this.texts.at(-1)}`);
    await settled();
  }
  async fails(): Promise<void> {
    this.refuse?.(new Error("no"));
    await settled();
  }
}
const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

describe("queue of the newest request", () => {
  it("sends a request at once if none is in flight", async () => {
    const newest = new Newest<string, string>();
    const asked = new Asked();
    const first = newest.ask(asked.send, "a");
    assert.deepEqual(asked.texts, ["a"]);
    await asked.answers();
    assert.equal(await first, "answer to a");
    const second = newest.ask(asked.send, "a");
    assert.deepEqual(asked.texts, ["a", "a"]);
    await asked.answers();
    assert.equal(await second, "answer to a");
  });

  it("sends only the newest waiting request, and gives its response to all", async () => {
    const newest = new Newest<string, string>();
    const asked = new Asked();
    const all = ["a", "ab", "abc"].map((text) => newest.ask(asked.send, text));
    assert.deepEqual(asked.texts, ["a"]);
    await asked.answers();
    assert.deepEqual(asked.texts, ["a", "abc"]);
    await asked.answers();
    assert.deepEqual(await Promise.all(all), Array(3).fill("answer to abc"));
  });

  it("sends nothing if the text is back to the request in flight", async () => {
    const newest = new Newest<string, string>();
    const asked = new Asked();
    const all = ["a", "ab", "a"].map((text) => newest.ask(asked.send, text));
    await asked.answers();
    assert.deepEqual(asked.texts, ["a"]);
    assert.deepEqual(await Promise.all(all), Array(3).fill("answer to a"));
  });

  it("sends the next request after a failed one", async () => {
    const newest = new Newest<string, string>();
    const asked = new Asked();
    const refused = newest.ask(asked.send, "a").catch((error: Error) => error.message);
    await asked.fails();
    assert.equal(await refused, "no");
    const next = newest.ask(asked.send, "b");
    await asked.answers();
    assert.equal(await next, "answer to b");
  });
});
