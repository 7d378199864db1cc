// `npm run test:nodes`: runs the tests on each Node line that Tunebook supports. `-- 24` names lines; other arguments
// go to test.mjs (`npm run test:nodes -- --unit`). Prints each line's result at the end.
import { spawn } from "node:child_process";
import { delimiter, dirname } from "node:path";
import { build, installPackages, root, say } from "./provision.mjs";
import { ensureNode, nodes } from "./node-versions.mjs";
import { ToolError } from "./python-env.mjs";

const args = process.argv.slice(2);
const isLine = (arg) => Object.hasOwn(nodes, arg);
const named = args.filter(isLine);
const rest = args.filter((arg) => !isLine(arg));
const unknown = rest.filter((arg) => /^v?\d+(\.\d+)*$/.test(arg));
if (unknown.length > 0) {
  say(`error: no line of Node ${unknown.join(", ")} is tested\nhelp: lines are ${Object.keys(nodes).join(", ")}`);
  process.exit(1);
}

/** Runs the tests on one Node, which is also the `node` on their PATH. Resolves with the last line of output. */
function testsOn(program) {
  const env = { ...process.env, PATH: dirname(program) + delimiter + process.env.PATH };
  return new Promise((done) => {
    const child = spawn(program, ["test.mjs", "--tests", ...rest], {
      cwd: root,
      env,
      stdio: ["inherit", "pipe", "inherit"],
    });
    let last = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      process.stdout.write(text);
      last = (last + text).slice(-1000);
    });
    child.once("error", (error) => done({ ok: false, line: error.message }));
    child.once("close", (status) => done({ ok: status === 0, line: last.trim().split("\n").at(-1) ?? "" }));
  });
}

async function outcomeOn(line) {
  try {
    const program = await ensureNode(line, { onProgress: say });
    say(`\nNode ${nodes[line].version}`);
    return await testsOn(program);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    say(`error[${error.code}]: ${error.message}\nhelp: ${error.help}`);
    return { ok: false, line: `error[${error.code}]` };
  }
}

await installPackages();
await build();
const outcomes = [];
for (const line of named.length > 0 ? named : Object.keys(nodes)) outcomes.push([line, await outcomeOn(line)]);
console.log(`\n${outcomes.map(([line, { line: words }]) => `Node ${nodes[line].version}: ${words}`).join("\n")}`);
process.exitCode = outcomes.every(([, { ok }]) => ok) ? 0 : 1;
