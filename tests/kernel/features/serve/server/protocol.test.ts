/** The protocol between a server and its notebook: messages round-trip, and invalid ones are rejected. */
import assert from "node:assert/strict";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { DEFAULT_LIMITS } from "#kernel/features/serve/contract.js";
import {
  deserializeError,
  serializeError,
  parseServerCommand,
  parseServerReport,
  type ServerCommand,
  type ServerReport,
  type ServeSpec,
  type ServedModelFacts,
} from "#kernel/features/serve/server/protocol.js";

const serve: ServeSpec = {
  ...{ folders: [{ name: "router", folder: "/runs/a" }], host: "127.0.0.1", port: 0, keys: ["ab"], hosts: [] },
  ...{ tls: null, limits: DEFAULT_LIMITS, engine: "auto", threads: null },
};
const facts: ServedModelFacts = {
  ...{ name: "router", folder: "/runs/a", sort: "labels", labels: 3, maxLength: 128, root: null },
  ...{ chats: false, pairs: false },
};
const load = {
  ...{ requests: 3, failed: 0, perSecond: 0.3, p50: 2, p99: null, underWay: 1, tokensPerSecond: 0 },
  models: {
    constructor: { waiting: 0, working: 1, batches: 2, tokensRead: 30, tokensWritten: 0, tokensCached: 0 },
  },
} as const;
const orders: readonly ServerCommand[] = [
  { is: "open", serve },
  {
    is: "open",
    serve: {
      ...serve,
      limits: { ...DEFAULT_LIMITS, maxTokens: 5, memory: 9 },
      tls: { cert: "/c", key: "/k" },
      threads: 2,
    },
  },
  { is: "replace", id: 4, name: "router", folder: "/runs/b" },
  { is: "tell", id: 5 },
  { is: "stop", grace: 0 },
];
const said: readonly ServerReport[] = [
  { is: "listening", url: "http://127.0.0.1:1", port: 1, models: [facts] },
  { is: "load", id: null, load, memory: null },
  { is: "load", id: 5, load, memory: 3 },
  { is: "replaced", id: 4, models: [facts] },
  { is: "failed", id: null, failure: { code: null, data: null, words: "no" } },
  { is: "ended", cut: 2 },
];

describe("messages between a server and its parent process", () => {
  it("survive a round trip", () => {
    for (const order of orders) assert.deepEqual(parseServerCommand(structuredClone(order)), order);
    for (const one of said) assert.deepEqual(parseServerReport(structuredClone(one)), one);
  });
  it("reject anything else", () => {
    for (const other of [
      null,
      5,
      "open",
      {},
      { is: "else" },
      { is: "open" },
      { is: "open", serve: { ...serve, port: "1" } },
    ])
      assert.equal(parseServerCommand(other), null);
    for (const other of [
      null,
      { is: "load", id: null, load: { ...load, p50: "2" }, memory: 1 },
      { is: "ended" },
      orders[2],
    ])
      assert.equal(parseServerReport(other), null);
  });
  it("preserve an error's code, data and message", () => {
    const error = new CodedError("no-such-model", { name: "x", has: ["router"] });
    const there = deserializeError(structuredClone(serializeError(error)));
    assert.deepEqual([there.code, there.data, there.message], [error.code, error.data, error.message]);
    const odd = deserializeError(serializeError(new TypeError("x is no function")));
    assert.deepEqual([odd.code, odd.message], ["desk-failed", "the server failed: x is no function"]);
    assert.equal(deserializeError({ code: "of-another-version", data: {}, words: "?" }).code, "desk-failed");
  });
});
