/** A server that listens while its models are loading: it is live, not ready at first, and ready later. */
import assert from "node:assert/strict";
import { OpeningModels } from "#kernel/features/serve/server/opening-models.js";
import { DEFAULT_LIMITS } from "#kernel/features/serve/contract.js";
import { startHttpServer } from "#kernel/features/serve/server/start-http.js";
import { LongOrShort, WordModels } from "../http/word-models.js";

describe("server that is opening its models", () => {
  it("is alive but not ready, rejects requests temporarily, and answers once the models are open", async () => {
    const opening = new OpeningModels();
    const at = { host: "127.0.0.1", port: 0, keys: [], tls: null, hosts: [], limits: DEFAULT_LIMITS, log: null };
    const http = await startHttpServer(opening, at);
    const get = async (path: string): Promise<readonly [number, string]> => {
      const answer = await fetch(http.url + path);
      return [answer.status, await answer.text()];
    };
    const ask = (): Promise<Response> =>
      fetch(`${http.url}/predict`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "judge", inputs: "a" }),
      });
    try {
      assert.equal((await get("/health"))[0], 200);
      const [status, words] = await get("/ready");
      assert.equal(status, 503);
      assert.match(words, /opens its models/);
      const early = await ask();
      assert.deepEqual([early.status, early.headers.get("x-error-code")], [503, "model-opening"]);
      assert.ok(Number(early.headers.get("retry-after")) >= 1);
      assert.equal((await get("/metrics"))[0], 200);
      opening.found(new WordModels([new LongOrShort("judge")]));
      assert.equal((await get("/ready"))[0], 200);
      assert.equal((await ask()).status, 200);
      assert.match((await get("/v1/models"))[1], /judge/);
    } finally {
      await http.stop(0);
    }
  });
});
