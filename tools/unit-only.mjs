// Loaded by `npm run test:unit`: a unit test that starts a process or a thread, or that uses the network, fails with
// the reason and the fix.
import childProcess, { ChildProcess } from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";
import workers from "node:worker_threads";

function refuse(what) {
  throw new Error(`a unit test ${what}: a test that needs this is an end-to-end test: name its file *.e2e.test.ts`);
}

const { spawn } = ChildProcess.prototype;
ChildProcess.prototype.spawn = function (options) {
  const started = [options.file, ...(options.args ?? []).slice(1)].join(" ");
  // Mocha's own workers, which run tests in parallel, are allowed.
  if (/mocha\/lib\/nodejs\/worker\.cjs$/.test(started)) return spawn.call(this, options);
  return refuse(`starts ${started.slice(0, 200)}`);
};
for (const name of ["spawnSync", "execFileSync", "execSync"])
  childProcess[name] = (program, args) => refuse(`starts ${[program, args ?? []].flat().join(" ").slice(0, 200)}`);
workers.Worker = function (file) {
  refuse(`starts a thread of ${String(file).slice(0, 200)}`);
};
syncBuiltinESMExports();

const { connect } = Socket.prototype;
const isHere = (host) => host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  const host = typeof options === "object" ? (options?.path ? undefined : options?.host) : undefined;
  if (host !== undefined && !isHere(host)) refuse(`connects to ${host}`);
  return connect.apply(this, args);
};
