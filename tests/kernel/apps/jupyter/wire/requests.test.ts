/** What requests require of the wire. */
import assert from "node:assert/strict";
import { requestHandlers, type RequestServices } from "#kernel/apps/jupyter/wire/requests.js";

describe("shutdown request", () => {
  const asked: [boolean, number][] = [];
  const services = {
    shutdown: (...of: [boolean, number]) => void asked.push(of),
  } as Partial<RequestServices> as RequestServices;
  const shutdown = requestHandlers["shutdown_request"];

  it("passes the seconds to wait for a checkpoint, at most 600, and 0 if invalid", async () => {
    assert.ok(shutdown);
    for (const patience of [undefined, 60, 1e9, -1, "60", Number.NaN])
      await shutdown({ restart: false, ...(patience !== undefined && { patience }) }, services);
    assert.deepEqual(
      asked.map(([, patience]) => patience),
      [0, 60, 600, 0, 0, 0],
    );
    assert.deepEqual(await shutdown({ restart: true }, services), { status: "ok", restart: true });
  });
});
