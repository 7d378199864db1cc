/** Answers of a remote client to well-behaved and misbehaving servers. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Client, RoundInstruction, OfferedFederationTerms } from "#kernel/features/federate/contract.js";
import type {
  ClientAppListeners,
  JoiningClient,
  OwnFederationTerms,
} from "#kernel/features/federate/flower/client-app.js";
import {
  decodeRoundAnswer,
  decodeIntroduction,
  decodeMaskingReply,
  decodeLeaderRequest,
  decodeScores,
  encodeRoundAnswer,
  encodeClientRequest,
  type ClientRequest,
} from "#kernel/features/federate/flower/messages.js";
import { packHeadAndVectors } from "#kernel/features/federate/flower/packed.js";
import { demandUniqueKey } from "#kernel/features/federate/flower/delivery-check.js";
import { rawPublicKey } from "#kernel/features/federate/secure/primitives.js";
import { EXPECTED, TERMS, toyClient, toyGuest } from "./toy.js";

const code = (error: unknown): string => (error instanceof CodedError ? error.code : String(error));
/** The client's introduction. */
const NORTH = { name: "1", rows: 12 };
const NODE = generateKeyPairSync("ed25519");
const never = new AbortController().signal;
const orderOf = (round: number, o: Partial<RoundInstruction> = {}): RoundInstruction => ({
  ...{ round, rounds: 3, weights: Float32Array.of(0, 1, -2), sent: { control: Float64Array.of(0.1, 0.2, 0.3) } },
  ...o,
});

/** Returns the error that `run` throws, or null. */
function caught(run: () => unknown): unknown {
  try {
    run();
    return null;
  } catch (error) {
    return error;
  }
}

/** Returns a client app, its replies to the messages of a run, and the errors it reports on its own terminal. */
function guestOf(
  o: {
    pins?: Partial<OwnFederationTerms>;
    joining?: Partial<JoiningClient>;
    client?: Client;
    hears?: ClientAppListeners;
  } = {},
) {
  const client = o.client ?? toyClient("north", 12, 0.3);
  const refused: unknown[] = [];
  const hears = { onRefused: (error: unknown) => void refused.push(error), ...o.hears };
  const guest = toyGuest(client, 3, { pins: o.pins ?? {}, joining: o.joining ?? {}, hears, node: NODE });
  // Passes the bytes as they arrive from a wire: as a view into a larger buffer.
  const raw = (bytes: Uint8Array, run = 1n): Promise<Uint8Array> =>
    guest.answer(Buffer.concat([Uint8Array.of(9), bytes]).subarray(1), run, never);
  const ask = (question: ClientRequest, run = 1n): Promise<Uint8Array> => raw(encodeClientRequest(question), run);
  const hello = (terms: Partial<OfferedFederationTerms> = {}, run = 1n): Promise<Uint8Array> =>
    ask({ kind: "hello", terms: { ...TERMS, ...terms } }, run);
  const train = (round: number, order: Partial<RoundInstruction> = {}, run = 1n): Promise<Uint8Array> =>
    ask({ kind: "train", order: orderOf(round, order) }, run);
  const look = (round: number, weights = Float32Array.of(1, 2, 3)): Promise<Uint8Array> =>
    ask({ kind: "evaluate", order: { round, rounds: 3, weights } });
  return { guest, client, refused, raw, ask, hello, train, look };
}
/** Returns the refusal code of an answer, with the path it names. */
function refusalIn(bytes: Uint8Array): string {
  try {
    decodeRoundAnswer({ name: "north", rows: 12 }, bytes, 3, EXPECTED);
    return "none";
  } catch (error) {
    const { data } = error as CodedError<"join-refused">;
    if (code(error) === "join-refused") return [data.refusal, data.path].filter(Boolean).join(" at ");
    return code(error) === "flower-client" ? (error as CodedError<"flower-client">).data.why : code(error);
  }
}

describe("messages of a client app", () => {
  it("follow the contract bit for bit", async () => {
    const { client, hello, train, look, ask } = guestOf();
    assert.deepEqual(decodeIntroduction("1", await hello(), 1n), {
      ...{ name: "north", rows: 12, validates: true, key: rawPublicKey(NODE.publicKey) },
    });
    const bytes = await train(2);
    const answer = { ...(await client.train(orderOf(2))), bytes: bytes.length };
    assert.deepEqual(decodeRoundAnswer(client, bytes, 3, EXPECTED), answer);
    assert.deepEqual(decodeScores(NORTH, await look(2)), { rows: 7, metrics: { accuracy: 0.5, loss: 1 } });
    const sum = await ask({ kind: "mask", message: Uint8Array.of(1, 2, 3) });
    assert.deepEqual(decodeMaskingReply("1", sum), Uint8Array.of(3, 2, 1));
  });

  it("report failures by code only, without error text", async () => {
    const planted = "Dear Ms Mueller, your password is 1234";
    for (const [error, expected] of [
      [new Error(planted), "internal"],
      [new CodedError("flower-said", { why: planted }), "flower-said"],
    ] as const) {
      const client: Client = { ...toyClient("north", 12, 1), train: () => Promise.reject(error) };
      const { hello, train, refused } = guestOf({ client });
      await hello();
      const bytes = await train(1);
      assert.ok(!Buffer.from(bytes).includes("Mueller") && !Buffer.from(bytes).includes("1234"));
      assert.equal(refusalIn(bytes), expected);
      // The client's own terminal shows the full error.
      assert.deepEqual(refused, [error]);
    }
  });

  it("contain no securely aggregated update, only its presence", () => {
    const answer = {
      ...{ rows: 12, steps: 1, loss: 0.5, tokens: 3, bytes: 0, seconds: 1 },
      ...{ delta: new Float32Array(0), given: { control: new Float64Array(0) } },
    };
    const bytes = encodeRoundAnswer(answer);
    const read = decodeRoundAnswer({ name: "north", rows: 12 }, bytes, 3, { ...EXPECTED, summed: true });
    assert.deepEqual(read, { ...answer, bytes: bytes.length });
  });
});

describe("client app facing requests that differ from its program", () => {
  it("rejects any difference; reports the path to the coordinator, and both values locally", async () => {
    const { hello, refused } = guestOf();
    const bytes = await hello({ plan: { training: { seed: 7 } } });
    assert.equal(refusalIn(bytes), "join-differs at training.seed");
    assert.ok(!Buffer.from(bytes).includes("7") && !Buffer.from(bytes).includes('1"'));
    assert.deepEqual((refused[0] as CodedError).data, { path: "training.seed", ours: "1", theirs: "7" });
    const more = await hello({ plan: { ...TERMS.plan, extra: "x" } });
    assert.equal(refusalIn(more), "join-differs at extra");
    // A key that no program could contain is not reported as a path.
    assert.equal(refusalIn(await hello({ plan: { ...TERMS.plan, "A key\n": 1 } })), "join-differs at plan");
  });

  it("rejects more rounds and fewer clients than its program allows", async () => {
    const { hello } = guestOf({ pins: { clients: 2 } });
    assert.equal(refusalIn(await hello({ rounds: 4 })), "join-rounds at rounds");
    assert.equal(refusalIn(await hello({ clients: 1 })), "join-clients at clients");
    assert.equal(refusalIn(await hello({ done: 4 })), "order-unfit");
    assert.equal(decodeIntroduction("1", await hello({ rounds: 2, clients: 9 }), 1n).name, "north");
  });

  it("limits rounds over its lifetime, but repeats interrupted ones", async () => {
    const { hello, train, guest } = guestOf({ pins: { life: 3 } });
    await hello();
    await train(1);
    await train(2);
    // The server was interrupted and has saved the first round only.
    assert.equal(decodeIntroduction("1", await hello({ done: 1 }, 2n), 2n).rows, 12);
    assert.equal(refusalIn(await train(2, {}, 2n)), "none");
    assert.equal(guest.spent, false);
    assert.equal(refusalIn(await train(3, {}, 2n)), "none");
    assert.equal(guest.spent, true);
    assert.equal(refusalIn(await hello({}, 3n)), "join-spent");
    // Repeated requests that restart from the middle are limited, too.
    const codes: string[] = [];
    for (let run = 4n; run < 9n; run++) {
      codes.push(refusalIn(await hello({ done: 1 }, run)));
      codes.push(refusalIn(await train(2, {}, run)));
    }
    assert.equal(codes.filter((one) => one === "none").length, 1, codes.join(" "));
    assert.ok(codes.includes("join-spent"));
  });

  it("limits evaluations over its lifetime across runs, and lets no run go back", async () => {
    let looked = 0;
    const evaluate: JoiningClient["evaluate"] = () =>
      Promise.resolve({ rows: 7, metrics: { accuracy: (looked += 1) } });
    const { hello, train, ask } = guestOf({ joining: { evaluate } });
    const look = (round: number, run: bigint): Promise<Uint8Array> =>
      ask({ kind: "evaluate", order: { round, rounds: 3, weights: Float32Array.of(1, 2, 3) } }, run);
    await hello();
    assert.equal(decodeScores(NORTH, await look(0, 1n)).rows, 7);
    await train(1);
    await look(1, 1n);
    // In the same run, trained rounds are not repeated, whatever `done` says. Evaluated rounds are not repeated either.
    assert.equal(refusalIn(await hello()), "order-again");
    assert.equal(decodeIntroduction("1", await hello({ done: 1 }), 1n).rows, 12);
    assert.equal(refusalIn(await look(1, 1n)), "order-again");
    assert.equal(looked, 2);
    // Many runs, each starting after its first round.
    for (let run = 2n; run < 20n; run++) {
      await hello({ done: 1 }, run);
      for (const round of [1, 2, 3]) await look(round, run);
    }
    assert.equal(looked, 8);
    assert.equal(refusalIn(await look(1, 19n)), "looks-spent");
  });

  it("distinguishes a finished federation from a paused one", async () => {
    const heard: unknown[] = [];
    const hears: ClientAppListeners = { onBye: () => heard.push("over"), onPaused: (...of) => heard.push(of) };
    const { hello, train, ask } = guestOf({ hears });
    await hello();
    await train(1);
    await ask({ kind: "bye", done: 1 });
    assert.deepEqual(heard, [[1, 3]]);
    assert.equal(refusalIn(await train(2)), "order-early");
    await hello({ done: 1 }, 2n);
    assert.equal(refusalIn(await train(2, {}, 2n)), "none");
    await ask({ kind: "bye" }, 2n);
    assert.deepEqual(heard, [[1, 3], "over"]);
  });

  it("rejects orders before the terms, from another run, repeated or out of order", async () => {
    const { hello, train, look, ask } = guestOf();
    assert.equal(refusalIn(await train(1)), "order-early");
    assert.equal(refusalIn(await ask({ kind: "mask", message: new Uint8Array(1) })), "order-early");
    assert.equal(refusalIn(await ask({ kind: "bye" })), "order-early");
    await hello();
    assert.equal(refusalIn(await train(1, {}, 2n)), "order-early");
    assert.equal(refusalIn(await train(2)), "none");
    assert.equal(refusalIn(await train(2)), "order-again");
    assert.equal(refusalIn(await train(1)), "order-again");
    assert.equal(decodeScores(NORTH, await look(2)).rows, 7);
    assert.equal(refusalIn(await look(2)), "order-again");
    assert.equal(refusalIn(await train(3, { rounds: 2 })), "order-unfit");
    assert.equal(refusalIn(await train(4)), "order-unfit");
    await ask({ kind: "bye" });
    assert.equal(refusalIn(await train(3)), "order-early");
    // A new run replaces one that never said goodbye.
    await hello({}, 5n);
    await hello({}, 6n);
    assert.equal(refusalIn(await train(1, {}, 5n)), "order-early");
  });

  it("rejects orders of another size or with values that are not numbers", async () => {
    let trained = 0;
    const client: Client = {
      ...toyClient("north", 12, 0.3),
      train: (order) => (trained++, toyClient("north", 12, 0.3).train(order)),
    };
    const { hello, train, look } = guestOf({ client });
    await hello();
    const control = (...values: number[]): Partial<RoundInstruction> => ({
      sent: { control: Float64Array.from(values) },
    });
    for (const order of [
      { weights: Float32Array.of(1, 2) },
      { weights: new Float32Array(4) },
      { weights: new Float32Array(0) },
      { weights: Float32Array.of(1, Number.NaN, 3) },
      { weights: Float32Array.of(1, 2, Number.POSITIVE_INFINITY) },
      control(1, 2),
      control(1, 2, Number.NaN),
      { sent: {} },
      { sent: { control: new Float64Array(3), more: new Float64Array(3) } },
    ])
      assert.equal(refusalIn(await train(1, order)), "order-unfit");
    assert.equal(refusalIn(await look(1, Float32Array.of(1, 2, Number.NaN))), "order-unfit");
    assert.equal(trained, 0);
    // None of the refused instructions counts as the first round.
    assert.equal(refusalIn(await train(1)), "none");
  });

  it("limits message size to its plan's orders, and to the terms before that", async () => {
    const { guest, hello } = guestOf();
    assert.equal(guest.most, 65_536 + 8);
    await hello();
    assert.equal(guest.most, 65_536 + 8 + 12 * 3);
    assert.ok(encodeClientRequest({ kind: "train", order: orderOf(1) }).length < guest.most);
    const masked = guestOf({ pins: { summed: true } });
    assert.equal(masked.guest.most, 65_536 + 8);
    await masked.hello();
    assert.equal(masked.guest.most, 65_536 + 8 + 2 ** 21);
  });

  it("answers any malformed message with a code", async () => {
    const { raw, hello, train } = guestOf();
    const good = encodeClientRequest({ kind: "train", order: orderOf(1) });
    const headed = (text: string): Buffer => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.length);
      return Buffer.concat([length, Buffer.from(text)]);
    };
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    for (const wrong of [
      new Uint8Array(0),
      good.subarray(0, -1),
      Buffer.concat([good, Uint8Array.of(0)]),
      Buffer.concat([Buffer.from([255, 255, 255, 255]), good]),
      Buffer.from(good).fill(0x7b, 4, 8),
      headed("{}"),
      headed('{"head":{"kind":"delete"},"vectors":[]}'),
      headed('{"head":{"kind":"hello"},"vectors":[]}'),
      headed('{"head":{"kind":"train","round":1.5,"rounds":3},"vectors":[]}'),
      headed('{"head":{"kind":"train","round":1,"rounds":3},"vectors":[["weights",4,4000000000]]}'),
      headed('{"head":{"kind":"train","round":1,"rounds":3},"vectors":[["weights",4,-1]]}'),
      headed('{"head":{"kind":"train","round":1,"rounds":3},"vectors":[["weights",3,1]]}'),
      headed('{"head":{"kind":"mask"},"vectors":[]}'),
      headed('{"head":{"kind":"hello","terms":{"plan":[],"rounds":3,"clients":2,"done":0}},"vectors":[]}'),
      packHeadAndVectors({ kind: "train", round: 1, rounds: 3 }, { weights: new Float64Array(3) }),
    ])
      assert.equal(refusalIn(await raw(wrong)), "flower-said");
    const nested = await raw(
      headed(
        `{"head":{"kind":"hello","terms":{"plan":{"training":${deep}},"rounds":3,"clients":2,"done":0}},"vectors":[]}`,
      ),
    );
    assert.notEqual(refusalIn(nested), "none");
    // The client still works afterwards.
    await hello();
    assert.equal(refusalIn(await train(1)), "none");
  });
});

describe("coordinator facing a malicious client", () => {
  const of = { name: "north", rows: 12 };
  const good = { rows: 12, steps: 1, loss: 0.5, tokens: 3, bytes: 0, seconds: 1 };
  const vectors = { delta: new Float32Array(3), given: { control: new Float64Array(3) } };
  const read = (answer: object): string => {
    try {
      decodeRoundAnswer(of, encodeRoundAnswer({ ...good, ...vectors, ...answer }), 3, EXPECTED);
      return "none";
    } catch (error) {
      return code(error);
    }
  };

  it("rejects an update with other row counts, another length or values that are not numbers", () => {
    assert.equal(read({}), "none");
    for (const wrong of [
      { rows: 13 },
      { rows: 1e15 },
      { loss: Number.NaN },
      { steps: -1 },
      { delta: new Float32Array(2) },
      { delta: Float32Array.of(1, 2, Number.NaN) },
      { given: {} },
      { given: { control: new Float64Array(2) } },
      { given: { control: Float64Array.of(1, 2, Number.POSITIVE_INFINITY) } },
      { given: { other: new Float64Array(3) } },
      { packed: new Uint8Array(12) },
    ])
      assert.equal(read(wrong), "flower-said", JSON.stringify(wrong));
  });

  it("rejects infinite numbers, which JSON can encode", () => {
    const bytesOf = (head: string, delta: number): Uint8Array => {
      const text = Buffer.from(
        `{"head":${head},"vectors":[["delta",4,${String(delta)}],["given/control",8,${String(delta)}]]}`,
      );
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.length);
      return Buffer.concat([length, text, Buffer.alloc(12 * delta)]);
    };
    const of = (o: string): unknown =>
      code(
        caught(() =>
          decodeRoundAnswer(
            NORTH,
            bytesOf(`{"rows":12,"steps":1,"tokens":1,"loss":1,"seconds":1${o}}`, 3),
            3,
            EXPECTED,
          ),
        ),
      );
    assert.equal(of(""), "null");
    assert.equal(of(',"epsilon":1e999'), "flower-said");
    assert.equal(of(',"seconds":1e999'), "flower-said");
    assert.equal(of(',"loss":-1e999'), "flower-said");
  });

  it("caps the weight of scores at the client's rows, and rejects invalid values and names", () => {
    const read = (metrics: object, rows = 5): unknown =>
      code(caught(() => decodeScores(NORTH, packHeadAndVectors({ rows, metrics }, {}))));
    assert.deepEqual(decodeScores(NORTH, packHeadAndVectors({ rows: 2 ** 53 - 1, metrics: { accuracy: 1 } }, {})), {
      ...{ rows: 12, metrics: { accuracy: 1 } },
    });
    assert.equal(read({ accuracy: 1, "recall@5": 0.5 }), "null");
    assert.equal(read({ "\u001b[2Jx": 3 }), "flower-said");
    assert.equal(read({ accuracy: null }), "flower-said");
    assert.equal(read(Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`m${String(i)}`, 1]))), "flower-said");
    const text = Buffer.from('{"head":{"rows":1,"metrics":{"accuracy":1e999}},"vectors":[]}');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    assert.equal(code(caught(() => decodeScores(NORTH, Buffer.concat([length, text])))), "flower-said");
  });

  it("accepts only a key signed by its owner for this run", async () => {
    const { hello } = guestOf();
    const bytes = await hello();
    assert.equal(decodeIntroduction("7", bytes, 1n).name, "north");
    assert.throws(() => decodeIntroduction("7", bytes, 2n), { code: "flower-said" });
    // An introduction with another client's key, and one with a changed name.
    const other = rawPublicKey(generateKeyPairSync("ed25519").publicKey);
    const stolen = guestOf({ joining: { key: other } });
    await assert.rejects(async () => decodeIntroduction("7", await stolen.hello(), 1n), { code: "flower-said" });
    const renamed = Buffer.from(Buffer.from(bytes).toString("latin1").replace("north", "south"), "latin1");
    assert.throws(() => decodeIntroduction("7", renamed, 1n), { code: "flower-said" });
    // Two clients with one key would be one party of a secure sum, so the second is rejected by name.
    const [first, second] = [rawPublicKey(NODE.publicKey), other];
    demandUniqueKey({ name: "south", key: second }, [{ name: "north", key: first }]);
    assert.throws(() => demandUniqueKey({ name: "south", key: first }, [{ name: "north", key: first }]), {
      ...{ code: "clients-one-key", message: "clients north and south have the same key" },
    });
  });

  it("rejects codes with free text, overlong names and invalid keys", async () => {
    const failed = packHeadAndVectors({ code: "a row's text" }, {});
    assert.throws(() => decodeIntroduction("7", failed, 1n), { code: "flower-said" });
    assert.throws(
      () =>
        decodeIntroduction("7", packHeadAndVectors({ code: "join-differs", path: "what Ms Mueller wrote" }, {}), 1n),
      {
        code: "flower-said",
      },
    );
    const { hello } = guestOf({ joining: { name: "x".repeat(201) } });
    await assert.rejects(async () => decodeIntroduction("7", await hello(), 1n), { code: "flower-said" });
    for (const wrong of [
      { name: "\u001b[2Jnorth" },
      { name: "north\nsouth" },
      { name: "" },
      { rows: 2 ** 30 + 1 },
      { rows: Number.MAX_SAFE_INTEGER },
      { rows: 0 },
    ]) {
      const odd = guestOf({ joining: wrong });
      await assert.rejects(
        async () => decodeIntroduction("7", await odd.hello(), 1n),
        { code: "flower-said" },
        wrong.name,
      );
    }
    const keyless = guestOf({ joining: { key: new Uint8Array(31) } });
    await assert.rejects(async () => decodeIntroduction("7", await keyless.hello(), 1n), { code: "flower-said" });
    assert.throws(() => decodeLeaderRequest(failed), { code: "flower-said" });
  });
});
