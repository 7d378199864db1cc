import assert from "node:assert/strict";
import { request } from "node:https";
import { connect } from "node:tls";
import { certificateOf } from "../http/certificate.js";
import { LongOrShort, served } from "../http/word-models.js";

describe("server with a certificate", () => {
  it("accepts only TLS, and changes its certificate without losing a connection", async () => {
    const [first, second] = [certificateOf("first"), certificateOf("second")];
    const http = await served([new LongOrShort("judge")], { tls: first });
    assert.match(http.url, /^https:/);
    const statusOf = (ca: string, origin: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const asked = request(`${http.url}/v1/models`, { ca, agent: false, headers: { origin } });
        asked
          .on("response", (response) => resolve(response.resume().statusCode))
          .on("error", reject)
          .end();
      });
    assert.equal(await statusOf(first.cert, http.url), 200);
    assert.equal(await statusOf(first.cert, http.url.replace("https", "http")), 403);
    await assert.rejects(statusOf(second.cert, http.url), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    await assert.rejects(fetch(http.url.replace("https", "http")));
    const open = connect({ port: http.port, host: "127.0.0.1", ca: first.cert });
    await new Promise((done) => open.once("secureConnect", done));
    http.change({ keys: [], tls: second });
    assert.equal(await statusOf(second.cert, http.url), 200);
    const said = new Promise<string>((done) => open.once("data", (piece: Buffer) => done(piece.toString())));
    open.write("GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n");
    assert.match(await said, /^HTTP\/1.1 200 /);
    assert.equal(await http.stop(1000), 0);
  });
});
