// Loaded into the processes of `npm run test:unit`: a unit test that starts an engine, a kernel, a program of ours, Python or a
// browser, or that reaches for the network, fails with the reason and the way out.
import childProcess, { ChildProcess } from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";
import { basename } from "node:path";

const help = "a test that needs this is an end-to-end test: name its file *.e2e.test.ts";
/** The engine's host, the kernel's launcher, the command line, the language server. */
const ours = /\/(host|wire|cli|language-server)\/main\.js/;
const others = /^(python|pip|jupyter|chrom|npm|cc|gcc|g\+\+|clang)/;

function allow(program, args) {
  const started = [program, ...args].join(" ");
  if (ours.test(started) || others.test(basename(program)))
    throw new Error(`a unit test starts ${started.slice(0, 200)}: ${help}`);
}

const { spawn } = ChildProcess.prototype;
ChildProcess.prototype.spawn = function (options) {
  allow(options.file, (options.args ?? []).slice(1));
  return spawn.call(this, options);
};
for (const name of ["spawnSync", "execFileSync"]) {
  const start = childProcess[name];
  childProcess[name] = (program, args, ...rest) => {
    allow(String(program), Array.isArray(args) ? args : []);
    return start(program, args, ...rest);
  };
}
syncBuiltinESMExports();

const { connect } = Socket.prototype;
const here = new Set(["localhost", "127.0.0.1", "::1"]);
Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  const host = typeof options === "object" ? (options?.path ? undefined : options?.host) : undefined;
  if (host !== undefined && !here.has(host)) throw new Error(`a unit test connects to ${host}: ${help}`);
  return connect.apply(this, args);
};
