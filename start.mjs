// `npm start`: goes from a fresh clone to a trained model. It installs packages, builds, provides engine and base
// model, then runs notebooks/quickstart.ipynb through the real kernel, without a browser. `npm run lab` (`node
// start.mjs lab [NOTEBOOK]`) opens it in JupyterLab instead.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { cli, node, provision, root, say, StepFailed } from "./tools/provision.mjs";

const notebook = "notebooks/quickstart.ipynb";
const executed = "notebooks/quickstart.executed.ipynb";
const runs = join(root, "notebooks", "runs");

const usage = `npm start           install, build, fine-tune in ${notebook}
npm run lab [FILE]  the same, in JupyterLab
npx tunebook        the other commands`;

async function main([first, ...rest]) {
  const help = first === "--help" || first === "-h";
  if (first !== undefined && first !== "lab") {
    console[help ? "log" : "error"](usage);
    return help ? 0 : 2;
  }
  await provision();
  if (first === "lab") return node([cli, "lab", ...(rest.length > 0 ? rest : [notebook])]);
  const begun = Date.now();
  say(`running ${notebook}`);
  const status = await node([cli, "run", notebook, "--out", executed, "--runs", runs]);
  if (status === 0) report(begun);
  return status;
}

function report(begun) {
  const events = eventsSince(begun);
  const training = events.filter((e) => e.kind === "stopped").reduce((sum, e) => sum + e.seconds, 0);
  const engine = events.find((e) => e.kind === "started")?.engine ?? "none: nothing was trained";
  const rows = [
    ["accuracy", accuracyIn(JSON.parse(readFileSync(join(root, executed), "utf8")))],
    ["time", `${training.toFixed(1)} s training, ${((Date.now() - begun) / 1000).toFixed(1)} s the whole notebook`],
    ["engine", engine],
    ["notebook", executed],
    ["open it", "npm run lab"],
  ];
  console.log(`\n${rows.map(([name, value]) => `${name.padEnd(9)} ${value}`).join("\n")}`);
}

/** Returns the events of the runs created since the start. */
function eventsSince(begun) {
  return readdirSync(runs)
    .map((id) => join(runs, id, "events.jsonl"))
    .filter((file) => (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= begun)
    .flatMap((file) =>
      readFileSync(file, "utf8")
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    );
}

/** Returns the accuracy shown by the notebook's last evaluation. */
function accuracyIn({ cells }) {
  const texts = cells
    .flatMap((cell) => cell.outputs ?? [])
    .map((output) => [output.data?.["text/plain"] ?? []].flat().join(""));
  return (
    texts.map((text) => /^accuracy\s+(\d\.\d+)/m.exec(text)?.[1]).findLast((found) => found !== undefined) ??
    "not measured"
  );
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  say(`stopped at ${error.message}; the same command goes on from there (${relative(process.cwd(), root) || "."})`);
  process.exitCode = 1;
}
