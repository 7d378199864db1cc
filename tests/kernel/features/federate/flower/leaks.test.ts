/** The leak detector finds texts on a wire in every supported encoding. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { deflateSync, gzipSync } from "node:zlib";
import { zipOf } from "#kernel/remote/coordinator/ray/packed.js";
import { leaksIn } from "./leaks.js";

const TEXT = "planted zyx-north-7";

describe("leak detector for texts on the wire", () => {
  const around = (bytes: Uint8Array): Buffer => Buffer.concat([randomBytes(1001), bytes, randomBytes(501)]);
  it("finds texts in plain, UTF-16, base64 at any offset, hex and compressed form", async () => {
    for (const before of ["", "a", "ab", "abc"]) {
      const all = `${before}${TEXT} and more`;
      for (const bytes of [
        Buffer.from(all),
        Buffer.from(all, "utf16le"),
        Buffer.from(all, "utf16le").swap16(),
        Buffer.from(Buffer.from(all).toString("base64")),
        Buffer.from(Buffer.from(all).toString("base64url")),
        Buffer.from(Buffer.from(all).toString("hex")),
        gzipSync(all),
        deflateSync(all),
        gzipSync(Buffer.from(all).toString("base64")),
        await zipOf([{ path: "x.txt", content: Buffer.from(all.repeat(5)) }]),
      ])
        assert.ok(leaksIn(around(bytes), [TEXT]).length > 0, `${before}: ${bytes.toString("latin1").slice(0, 40)}`);
    }
  });
  it("reports no false positives", () => {
    assert.deepEqual(leaksIn(around(gzipSync("planted zyx-south-8")), [TEXT]), []);
    assert.deepEqual(leaksIn(randomBytes(200_000), [TEXT]), []);
  });
});
