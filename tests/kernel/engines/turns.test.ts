import assert from "node:assert/strict";
import { RequestQueue } from "#kernel/engines/host/turns.js";

/** A request that pauses `pauses` times; `of` identifies its owner. */
interface Asked {
  readonly name: string;
  readonly of: string;
  readonly pauses?: number;
}

describe("request queue", () => {
  const long: Asked = { name: "long", of: "a", pauses: 3 };
  function turns(onPause: (take: (asked: Asked) => void, time: number) => void) {
    const done: string[] = [];
    let settle: (() => void) | undefined;
    const over = new Promise<void>((resolve) => (settle = resolve));
    const all = new RequestQueue<Asked>(
      async ({ name, pauses = 0 }, pause) => {
        for (let time = 0; time < pauses; time++) {
          onPause((asked) => all.take(asked), time);
          await pause();
          done.push(`${name} ${String(time)}`);
        }
        done.push(name);
        if (name === "last") settle?.();
      },
      ({ of, name }, before) => name.startsWith("quick") && !before.some((other) => other.of === of),
    );
    return { all, done, over };
  }

  it("answers requests in order of arrival, except those that may overtake a long one", async () => {
    const { all, done, over } = turns((take, time) => {
      if (time > 0) return;
      for (const [name, of] of [
        ["slow", "b"],
        ["quick b", "b"],
        ["quick c", "c"],
        ["quick d", "d"],
      ] as const)
        take({ name, of });
      take({ name: "last", of: "e" });
    });
    all.take(long);
    await over;
    // A later request of the same owner waits for the earlier one.
    assert.deepEqual(done, ["quick c", "quick d", "long 0", "long 1", "long 2", "long", "slow", "quick b", "last"]);
  });
  it("starves no request, however many arrive", async () => {
    const { all, done, over } = turns((take, time) => {
      for (let i = 0; i < 2; i++)
        take({ name: `quick ${String(time)}${String(i)}`, of: `${String(time)}${String(i)}` });
      if (time === 2) take({ name: "last", of: "z" });
    });
    all.take(long);
    await over;
    assert.deepEqual(
      done,
      ["quick 00", "quick 01", "long 0", "quick 10", "quick 11", "long 1", "quick 20", "quick 21", "long 2"].concat([
        "long",
        "last",
      ]),
    );
  });
});
