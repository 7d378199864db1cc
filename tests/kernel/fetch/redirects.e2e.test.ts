/** Redirect targets and the headers sent along: servers on this machine, over http and https. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createPlain, type IncomingHttpHeaders, type RequestListener, type Server } from "node:http";
import { createServer as createSecure } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { certificateOf } from "../features/serve/http/certificate.js";
import type { Asked } from "./requests-caller.js";

const caller = fileURLToPath(new URL("./requests-caller.js", import.meta.url));
/** Redirects to http on another machine. */
const AWAY = "/away";
const body = "text,label\na,x\n";
const sha256 = createHash("sha256").update(body).digest("hex");

interface Answer {
  readonly code: string | null;
  readonly data?: unknown;
}

describe("redirects", function () {
  this.timeout(30_000);
  let folder: string;
  const servers: { readonly server: Server; readonly url: string }[] = [];
  const asked: { readonly at: string; readonly headers: IncomingHttpHeaders }[] = [];
  /** `/to/N/REST` redirects to `/REST` of server N; any other path returns the file. */
  const answer: RequestListener = (request, response) => {
    const at = `${String(servers.findIndex(({ server }) => server.listening && isAt(server, request)))}${request.url}`;
    asked.push({ at, headers: request.headers });
    const [, number, rest] = /^\/to\/(\d)(\/.*)$/.exec(request.url ?? "") ?? [];
    if (request.url === AWAY) response.writeHead(302, { location: "http://rows.invalid/rows.csv?sig=planted" }).end();
    else if (rest === undefined) response.end(body);
    else response.writeHead(302, { location: `${servers[Number(number)]!.url}${rest}` }).end();
  };
  const isAt = (server: Server, { socket }: { socket: { localPort?: number } }): boolean =>
    (server.address() as AddressInfo).port === socket.localPort;
  const url = (number: number, path: string): string => servers[number]!.url + path;

  const [PLAIN, SECURE, OTHER] = [0, 1, 2];
  let count = 0;
  const fetched = async (...all: readonly Omit<Asked, "target">[]): Promise<readonly Answer[]> => {
    asked.length = 0;
    const targets = all.map((one) => ({ ...one, target: join(folder, `${String(count++)}.csv`) }));
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, "here.pem") };
    const { stdout } = await promisify(execFile)(process.execPath, [caller, JSON.stringify(targets)], { env });
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Answer);
    answers.forEach(({ code }, i) => assert.equal(existsSync(targets[i]!.target), code === null));
    return answers;
  };
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-redirects-"));
    const certificate = certificateOf("here");
    writeFileSync(join(folder, "here.pem"), certificate.cert);
    for (const server of [createPlain(answer), createSecure(certificate, answer), createSecure(certificate, answer)]) {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      servers.push({ server, url: `http${servers.length === 0 ? "" : "s"}://127.0.0.1:${String(port)}` });
    }
  });
  after(async () => {
    for (const { server } of servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    rmSync(folder, { recursive: true });
  });

  it("are rejected from https to http, with or without a checksum, and errors contain no secret", async () => {
    const path = `/to/${String(PLAIN)}/rows.csv?sig=planted-signature`;
    const answers = await fetched(
      { url: url(SECURE, path) },
      { url: url(SECURE, path), sha256 },
      // The redirect passes through https.
      { url: url(PLAIN, `/to/${String(SECURE)}${path}`), sha256 },
    );
    for (const one of answers) {
      assert.equal(one.code, "insecure-redirect");
      assert.deepEqual(one.data, {
        from: url(SECURE, `/to/${String(PLAIN)}/rows.csv`),
        to: url(PLAIN, "/rows.csv"),
      });
      assert.ok(!JSON.stringify(one).includes("planted-signature"));
    }
    assert.deepEqual(
      asked.filter(({ at }) => at.startsWith(`${String(PLAIN)}/rows.csv`)),
      [],
    );
  });

  it("are rejected from this machine to http on another, with or without a checksum", async () => {
    const answers = await fetched(
      { url: url(PLAIN, AWAY) },
      { url: url(PLAIN, AWAY), sha256 },
      { url: url(PLAIN, `/to/${String(PLAIN)}${AWAY}`) },
    );
    for (const { code, data } of answers)
      assert.deepEqual(
        [code as string, data as object],
        ["insecure-redirect", { from: url(PLAIN, AWAY), to: "http://rows.invalid/rows.csv" }],
      );
  });

  it("are followed from http to https and from https to https", async () => {
    const answers = await fetched(
      { url: url(PLAIN, `/to/${String(SECURE)}/rows.csv`) },
      { url: url(SECURE, `/to/${String(OTHER)}/rows.csv`), sha256 },
      { url: url(PLAIN, `/to/${String(PLAIN)}/rows.csv`) },
    );
    assert.deepEqual(
      answers.map(({ code }) => code),
      [null, null, null],
    );
  });

  it("forward a token to the same origin only", async () => {
    const headers = { authorization: "Bearer planted-token" };
    await fetched(
      { url: url(SECURE, `/to/${String(SECURE)}/own.csv`), headers },
      { url: url(SECURE, `/to/${String(OTHER)}/other.csv`), headers },
      { url: url(SECURE, `/to/${String(OTHER)}/basic.csv`).replace("://", "://ann:planted-word@") },
    );
    const sent = new Map(asked.map(({ at, headers: own }) => [at, own.authorization]));
    assert.equal(sent.get(`${String(SECURE)}/own.csv`), headers.authorization);
    assert.ok(sent.has(`${String(OTHER)}/other.csv`) && sent.has(`${String(OTHER)}/basic.csv`));
    for (const [at, authorization] of sent)
      if (at.startsWith(String(OTHER))) assert.equal(authorization, undefined, at);
  });
});
