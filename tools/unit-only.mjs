// Loaded into the processes of `npm run test:unit`: a unit test that starts an engine, a kernel, Python or a browser, or that
// reaches for the network, fails with the reason and the way out.
import { ChildProcess } from "node:child_process";
import { Socket } from "node:net";
import { basename } from "node:path";

const help = "a test that needs this is an end-to-end test: name its file *.e2e.test.ts";
const { spawn } = ChildProcess.prototype;
ChildProcess.prototype.spawn = function (options) {
  const program = basename(options.file);
  const started = (options.args ?? [program]).join(" ");
  if (/\/(host|wire)\/main\.js/.test(started) || /^(python|pip|jupyter|chrom)/.test(program))
    throw new Error(`a unit test starts ${started.slice(0, 200)}: ${help}`);
  return spawn.call(this, options);
};

const { connect } = Socket.prototype;
const here = new Set(["localhost", "127.0.0.1", "::1"]);
Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  const host = typeof options === "object" ? (options?.path ? undefined : options?.host) : undefined;
  if (host !== undefined && !here.has(host)) throw new Error(`a unit test connects to ${host}: ${help}`);
  return connect.apply(this, args);
};
