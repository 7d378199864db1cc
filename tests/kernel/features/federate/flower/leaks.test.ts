/** What looks for texts on a wire finds them, however they are written. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { deflateSync, gzipSync } from "node:zlib";
import { zipOf } from "#kernel/remote/coordinator/ray/packed.js";
import { leaksIn } from "./leaks.js";

const TEXT = "planted zyx-north-7";

describe("texts on a wire", () => {
  const around = (bytes: Uint8Array): Buffer => Buffer.concat([randomBytes(1001), bytes, randomBytes(501)]);
  it("are found as they are, wider, in base64 at any place, in hex, and packed", async () => {
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
  it("are not found where they aren't", () => {
    assert.deepEqual(leaksIn(around(gzipSync("planted zyx-south-8")), [TEXT]), []);
    assert.deepEqual(leaksIn(randomBytes(200_000), [TEXT]), []);
  });
});
