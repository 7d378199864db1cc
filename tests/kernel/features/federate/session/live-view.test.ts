/** The cell output of a federation with joining clients: whose rows score it, transferred bytes, what it waits for. */
import assert from "node:assert/strict";
import type { RunEvent } from "#kernel/events/events.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import { LiveFederation } from "#kernel/features/federate/session/live-view.js";
import { compiled } from "#tests/dsl/world.js";

const plan = () => {
  const { actions } =
    compiled(`data d { source: csv("a.csv"), columns: { text: text, label: label }, labels: [no, yes], split: random(train: 80%, validation: 10%, test: 10%) }
model m { base: "minilm", task: text_classification, technique: lora }
federate m on d as f { rounds: 3, runner: flower("http://127.0.0.1:8000", clients: 2) }`);
  const action = actions?.findLast(({ verb }) => verb === "federate");
  assert.ok(action?.verb === "federate");
  return action.plan;
};

describe("dashboard of a federation with joining clients", () => {
  const shown = new Map<string, string>();
  const show = ({ id = "", bundle }: DisplayOutput): void => void shown.set(id, String(bundle["text/plain"]));
  const live = new LiveFederation({ display: show, update: show }, "f", "f", plan());
  const on = (event: object): void => live.on({ at: "2026-01-02T03:04:05.000Z", run: "f", ...event } as RunEvent);

  it("shows its rounds before the first report", () => {
    live.joining(1, 2);
    assert.match(shown.get("f-progress") ?? "", /1 of 2 clients joined · round 0 of 3/);
  });

  it("shows that the score is on the leader's rows, why a client is lost, and the total bytes", () => {
    live.joined([{ name: "a", rows: 7 }]);
    const answer = { name: "a", rows: 7, loss: 1 };
    const why = "flower-client: client b gave no answer: it is gone";
    on({ kind: "started", steps: 3 });
    on({ kind: "round", step: 1, clients: [answer], lost: ["b"], why, sent: 1024, received: 1024 });
    const clients = { a: { loss: 1, accuracy: 0.25 } };
    on({
      kind: "evaluated",
      step: 1,
      split: "validation",
      metrics: { loss: 1, accuracy: 0.5 },
      clients,
      sent: 2048,
      received: 0,
    });
    on({ kind: "stopped", step: 1, reason: "done", seconds: 1 });
    const rounds = shown.get("f-rounds") ?? "";
    assert.match(
      rounds,
      /in all 3 KiB to clients and 1 KiB back; lost: b in round 1; flower-client: client b gave no answer/,
    );
    assert.match(rounds, /best accuracy 0\.5000 in round 1, on the leader's 100 rows of d/);
    assert.match(shown.get("f-scores") ?? "", /0\.5000 on the leader's 100 rows of d, clients/);
  });
});
