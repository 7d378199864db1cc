import assert from "node:assert/strict";
import fc from "fast-check";
import { decode, encode, Signer, toPortableJson } from "#kernel/apps/jupyter/wire/message.js";

const signer = new Signer("a secret", "sha256");
const bytes = (): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: 60 });
const object = () => fc.dictionary(fc.string(), fc.jsonValue());

describe("wire messages", () => {
  it("round-trip unchanged", () => {
    fc.assert(
      fc.property(object(), object(), object(), fc.array(bytes()), (parent, content, metadata, buffers) => {
        const identities = [Buffer.from("who")];
        const frames = encode(identities, { type: "stream", parent, content, metadata, buffers }, "session", signer);
        const message = decode(frames, signer);
        assert.ok(message);
        const same = (value: unknown): unknown => JSON.parse(toPortableJson(value));
        assert.deepEqual(
          [message.parent, message.content, message.metadata].map(same),
          [parent, content, metadata].map(same),
        );
        assert.equal(message.header.msg_type, "stream");
        assert.equal(message.header["version"], "5.5");
        assert.deepEqual(message.identities, identities);
        assert.deepEqual(message.buffers.map(Buffer.from), buffers.map(Buffer.from));
      }),
    );
  });

  it("are rejected if any frame changed", () => {
    const frames = encode([], { type: "x", parent: {}, content: { a: 1 } }, "session", signer);
    for (let frame = 1; frame < frames.length; frame++) {
      const changed = frames.map((part) => Buffer.from(part));
      const part = changed[frame];
      assert.ok(part);
      part[0] = (part[0] ?? 0) ^ 1;
      assert.equal(decode(changed, signer), undefined, `frame ${String(frame)}`);
    }
    assert.equal(decode(frames, new Signer("another secret", "sha256")), undefined);
    assert.ok(decode(frames, signer));
  });

  it("are decoded or rejected without exceptions, whatever their frames", () => {
    const delimiter = Buffer.from("<IDS|MSG>");
    fc.assert(
      fc.property(
        fc.array(bytes()),
        fc.array(
          fc.oneof(
            bytes(),
            fc.json().map((text) => Buffer.from(text)),
          ),
        ),
        (ids, rest) => {
          const signed = Buffer.from(signer.sign(rest.slice(0, 4)));
          assert.doesNotThrow(() => decode([...ids, ...rest], signer));
          assert.doesNotThrow(() => decode([...ids, delimiter, signed, ...rest], signer));
          assert.doesNotThrow(() => decode([...ids, delimiter, ...rest], new Signer("", "sha256")));
        },
      ),
    );
  });

  it("are not parsed unless signed with the kernel's key", () => {
    const deep = Buffer.from(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
    const frames = [Buffer.from("<IDS|MSG>"), Buffer.from("0".repeat(64)), deep, deep, deep, deep];
    assert.equal(decode(frames, signer), undefined);
  });

  it("encode big integers and lone surrogates as portable JSON", () => {
    assert.equal(
      toPortableJson({ a: 12345678901234567890n, b: "x\ud800y" }),
      '{"a":"12345678901234567890","b":"x\ufffdy"}',
    );
  });
});
