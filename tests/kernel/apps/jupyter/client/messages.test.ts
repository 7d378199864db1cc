import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeSignedMessage, encodeSignedMessage, newHeader } from "#kernel/apps/jupyter/client/messages.js";

/** Values that JSON preserves exactly. */
const json = fc
  .dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true })
  .map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>);

describe("client messages", () => {
  it("round-trip with their identities and buffers", () => {
    fc.assert(
      fc.property(json, json, fc.array(fc.uint8Array()), fc.string(), (content, metadata, buffers, key) => {
        const sent = {
          header: newHeader("x", "s"),
          parent: {},
          metadata,
          content,
          buffers: buffers.map((b) => Buffer.from(b)),
        };
        const got = decodeSignedMessage([Buffer.from("router"), ...encodeSignedMessage(sent, key)], key);
        assert.deepEqual(got, { ...sent, identities: [Buffer.from("router")] });
      }),
    );
  });
  it("are rejected if a byte of a signed part changed or the key differs", () => {
    const frames = encodeSignedMessage(
      { header: newHeader("x", "s"), parent: {}, metadata: {}, content: { a: 1 }, buffers: [] },
      "key",
    );
    assert.equal(decodeSignedMessage(frames, "other"), null);
    for (const at of [1, 2, 3, 4, 5]) {
      const forged = frames.map((frame, i) => (i === at ? Buffer.concat([frame, Buffer.from(" ")]) : frame));
      assert.equal(decodeSignedMessage(forged, "key"), null);
    }
    assert.equal(decodeSignedMessage(frames.slice(1), "key"), null);
    assert.notEqual(decodeSignedMessage(frames, "key"), null);
  });
});
