/** Requests as the main thread receives them. */
import assert from "node:assert/strict";
import type { History } from "#kernel/apps/jupyter/wire/history.js";
import type { Json, Message } from "#kernel/apps/jupyter/wire/message.js";
import type { IopubPublisher } from "#kernel/apps/jupyter/wire/publisher.js";
import { RunQueue, type RunQueueServices } from "#kernel/apps/jupyter/wire/run-queue.js";
import type { MessageToMain } from "#kernel/apps/jupyter/ports/run-port.js";

describe("queued cell", () => {
  const toldOf = (metadata: Json): MessageToMain => {
    const told: MessageToMain[] = [];
    const ports = {
      ...{ tell: (message: MessageToMain) => void told.push(message), reply: () => Promise.resolve() },
      ...{
        publisher: { publish: () => undefined } as unknown as IopubPublisher,
        isInterrupting: () => false,
        settled: () => undefined,
      },
      history: { append: () => undefined } as unknown as History,
    } satisfies RunQueueServices;
    const queue = new RunQueue(ports);
    queue.open();
    queue.push({ header: {}, parent: {}, metadata, content: { code: "1" }, identities: [] } as unknown as Message);
    return told[0]!;
  };
  it("is identified by the front end's cell id", () => {
    const told = toldOf({ cellId: "5c3f" });
    assert.ok(told.kind === "execute" && told.cell === 1 && told.cellId === "5c3f");
  });
  it("accepts a full notebook URI as cell id, as in VS Code", () => {
    const folder = encodeURIComponent("пример/".repeat(500));
    const cellId = `vscode-notebook-cell:/home/${folder}/a.ipynb#W0sZmlsZQ%3D%3D`;
    const told = toldOf({ cellId });
    assert.ok(told.kind === "execute" && told.cellId === cellId);
  });
  it("has no cell id in a console, or if the id is invalid", () => {
    for (const metadata of [{}, { cellId: 3 }, { cellId: "x".repeat(100_000) }]) {
      const told = toldOf(metadata);
      assert.ok(told.kind === "execute" && !("cellId" in told));
    }
  });
});
