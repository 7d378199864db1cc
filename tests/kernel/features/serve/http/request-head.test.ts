/** Request heads that servers and proxies may interpret differently, sent as bytes. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { connect } from "node:net";
import { LongOrShort, served, type Served } from "./word-models.js";

const BODY = '{"model":"judge","inputs":"a"}';
const LENGTH = `content-length: ${String(BODY.length)}`;
const KEY = "authorization: Bearer first";
const HOST = "host: localhost";
const CHUNKED = "transfer-encoding: chunked";
const PIECES = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;
const MORE = `GET /health HTTP/1.1\r\n${HOST}\r\nconnection: close\r\n\r\n`;

function post(headers: readonly string[], o: { readonly line?: string; readonly body?: string } = {}): string {
  const { line = "POST /predict HTTP/1.1", body = BODY } = o;
  return `${[line, "content-type: application/json", ...headers].join("\r\n")}\r\n\r\n${body}`;
}

describe("request head", () => {
  let http: Served;
  before(async () => {
    const keys = [createHash("sha256").update("first").digest("hex")];
    http = await served([new LongOrShort("judge")], { keys });
  });
  after(() => http.stop(1000));

  /** Returns the status and code of each response until the server closes the connection. */
  const answers = (bytes: string): Promise<readonly string[]> =>
    new Promise((resolve, reject) => {
      let said = "";
      const socket = connect(http.port, "127.0.0.1", () => socket.write(bytes));
      socket.setEncoding("latin1").on("data", (piece: string) => (said += piece));
      socket.on("error", reject).on("close", () =>
        resolve(
          said
            .split(/(?=HTTP\/1\.1 \d{3} )/)
            .filter((one) => one !== "")
            .map((one) => `${one.slice(9, 12)} ${/^x-error-code: (\S+)/m.exec(one)?.[1] ?? "-"}`),
        ),
      );
    });

  for (const [what, bytes] of Object.entries({
    "one Host and a length": post([HOST, KEY, LENGTH]),
    "one Host and chunks": post([HOST, KEY, CHUNKED], { body: PIECES }),
    "a target that names the same host": post([HOST, KEY, LENGTH], { line: "POST http://LOCALHOST/predict HTTP/1.1" }),
    "HTTP/1.0 that keeps the connection": post([HOST, KEY, LENGTH, "connection: keep-alive"], {
      line: "POST /predict HTTP/1.0",
    }),
  }))
    it(`is accepted with ${what}, and the connection serves the next request`, async () =>
      assert.deepEqual(await answers(bytes + MORE), ["200 -", "200 -"]));

  for (const [what, bytes] of Object.entries({
    "two equal Host headers": post([HOST, HOST, KEY, LENGTH]),
    "two different Host headers": post([HOST, "host: evil.example", KEY, LENGTH]),
    "two Host headers, the last one right": post(["host: evil.example", HOST, KEY, LENGTH]),
    "Host in two spellings": post([HOST, "HOST: evil.example", KEY, LENGTH]),
    "two Host headers and no body": `GET /health HTTP/1.1\r\n${HOST}\r\nhost: evil.example\r\n\r\n`,
    "two Host headers in HTTP/1.0": post([HOST, HOST, KEY, LENGTH], { line: "POST /predict HTTP/1.0" }),
    "a target that names another host": post([HOST, KEY, LENGTH], {
      line: "POST http://evil.example/predict HTTP/1.1",
    }),
    "two keys": post([HOST, KEY, "authorization: Bearer other", LENGTH]),
    "two keys in x-api-key": post([HOST, "x-api-key: first", "x-api-key: other", LENGTH]),
    "two content types": post([HOST, KEY, LENGTH, "content-type: text/plain"]),
    "a coding before chunks": post([HOST, KEY, "transfer-encoding: gzip, chunked"], { body: PIECES }),
    "the identity coding before chunks": post([HOST, KEY, "transfer-encoding: identity", CHUNKED], { body: PIECES }),
    "a coding that only ends like chunked": post([HOST, KEY, "transfer-encoding: xchunked"], { body: PIECES }),
    "chunks in HTTP/1.0": post([HOST, KEY, CHUNKED], { line: "POST /predict HTTP/1.0", body: PIECES }),
  }))
    it(`is rejected with ${what}, and the connection is closed`, async () =>
      assert.deepEqual(await answers(bytes + MORE), ["400 request-head"]));

  // Refused by Node's parser, before a request object exists.
  for (const [what, bytes] of Object.entries({
    "no Host": post([KEY, LENGTH]),
    "two equal lengths": post([HOST, KEY, LENGTH, LENGTH]),
    "two different lengths": post([HOST, KEY, LENGTH, "content-length: 2"]),
    "a list of lengths": post([HOST, KEY, "content-length: 30, 30"]),
    "a length with a sign": post([HOST, KEY, "content-length: +30"]),
    "a length below 0": post([HOST, KEY, "content-length: -1"]),
    "a length before chunks": post([HOST, KEY, LENGTH, CHUNKED], { body: PIECES }),
    "a length after chunks": post([HOST, KEY, CHUNKED, LENGTH], { body: PIECES }),
    "chunked twice": post([HOST, KEY, CHUNKED, CHUNKED], { body: PIECES }),
    "chunked before another coding": post([HOST, KEY, "transfer-encoding: chunked, identity"], { body: PIECES }),
    "a blank after a header's name": post([HOST, KEY, "transfer-encoding : chunked"], { body: PIECES }),
    "a header over two lines": post([HOST, KEY, "x: a\r\n b", LENGTH]),
    "line feeds alone": post([HOST, KEY, LENGTH]).replaceAll("\r\n", "\n"),
    "a NUL in a header": post([HOST, KEY, "x: a\u0000b", LENGTH]),
  }))
    it(`is rejected by the parser with ${what}, and the connection is closed`, async () =>
      assert.deepEqual(await answers(bytes + MORE), ["400 -"]));
});
