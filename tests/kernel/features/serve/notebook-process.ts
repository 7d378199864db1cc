/**
 * A notebook process that serves the run given as its second argument, prints the address, and runs until it is
 * stopped.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { plainHostContext } from "#kernel/host/host-context.js";
import { ServerHandle } from "#kernel/features/serve/server-handle.js";
import { TuneSession } from "#kernel/features/tune-session.js";

const [, , folder = "", run = ""] = process.argv;
const values = new Map<string, unknown>();
const session = new TuneSession({
  folder,
  runs: join(folder, "runs"),
  names: { define: (name, value) => void values.set(name, value), remove: () => undefined },
});
const text = `engine { engine: onnx, threads: 1 }
model again { load: ${JSON.stringify(run)} }
deploy again to http(port: 0) as apart`;
const silent = { display: () => undefined, update: () => undefined };
await session.run(
  { id: "cell 1", title: "cell 1", text, cell: 1 },
  { screen: silent, hostContext: plainHostContext(folder) },
);
const handle = values.get("apart");
if (!(handle instanceof ServerHandle)) throw new Error("nothing serves");
const log = readFileSync(join(folder, "runs/served/apart.log"), "utf8");
const server = Number(/"event":"listening".*"process":(\d+)/.exec(log)?.[1]);
process.stdout.write(`${JSON.stringify({ url: handle.url, server })}\n`);
setInterval(() => undefined, 60_000);
