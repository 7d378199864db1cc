/** A client joining a federation: checks before any message is sent, and the lines it displays. */
import assert from "node:assert/strict";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { joinListenersPrintingLines } from "#kernel/features/federate/session/join-lines.js";
import { joinFederation, type JoinOptions } from "#kernel/features/federate/session/joining.js";
import type { TuneSession } from "#kernel/features/tune-session.js";

describe("client joining a federation", () => {
  it("names no peers without secure aggregation", async () => {
    const federated = { rounds: 3, joined: 4, others: [], secure_aggregation: false };
    const training = { epochs: 1 };
    const plan = { recipe: { federated, training }, effects: { run: "far" } } as unknown as Plan;
    const request: JoinOptions = {
      plan,
      number: 0,
      name: null,
      superlink: "",
      plain: false,
      certificates: null,
      once: false,
      life: null,
      peers: [],
    };
    await assert.rejects(joinFederation({} as TuneSession, request, {} as never), {
      code: "peers-open",
      message: "`--peers` limits who takes part in secure sums, but far does not use them",
    });
  });

  it("logs repeated agreements only a few times, and again after a trained round", () => {
    const said: string[] = [];
    const { guest } = joinListenersPrintingLines("http://one", {
      say: (line) => void said.push(line),
      warn: () => undefined,
    });
    const flood = (): number => {
      said.length = 0;
      for (let n = 0; n < 1000; n++) {
        guest.onAgreed?.({ plan: {}, rounds: 3 + n, clients: 4, done: 0 });
        if (n % 2 === 0) guest.onBye?.();
        else guest.onPaused?.(1, 3);
      }
      return said.length;
    };
    assert.equal(flood(), 10);
    assert.match(said[0] ?? "", /^agreed: 3 rounds with 4 clients/);
    assert.equal(said[1], "the federation is over");
    assert.match(said[3] ?? "", /^paused, 1 of 3 rounds/);
    assert.equal(flood(), 0);
    const answer = { rows: 1, steps: 1, loss: 1, tokens: 1, seconds: 1, bytes: 1, given: {} };
    guest.onTrained?.({ round: 1, rounds: 3 }, { ...answer, delta: new Float32Array(0) });
    assert.equal(flood(), 10);
  });
});
