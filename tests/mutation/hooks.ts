/**
 * Node's module hooks (`module.register`) that insert the switches while modules load; dist/ itself is not changed. The
 * list of places is sent to the port that `initialize` receives.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { MessagePort } from "node:worker_threads";
import type { LoadFnOutput, LoadHookContext } from "node:module";
import { instrument } from "./instrument.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const rooms = ["dsl", "stdlib", "kernel"].map((room) => `${root}${room}/`);

/** Disables caches of earlier texts, which would hide a mutant: every lookup finds nothing. */
const forgetting: Readonly<Record<string, readonly [string, string]>> = {
  "dsl/language/syntax/parse.js": ["cache.get(key)", "undefined"],
  "dsl/compiler/statement/earlier-cells.js": ["known < steps.length", "false"],
};

let port: MessagePort | undefined;

export function initialize(data: { readonly port: MessagePort }): void {
  port = data.port;
}

export async function load(
  url: string,
  context: LoadHookContext,
  nextLoad: (url: string, context: LoadHookContext) => LoadFnOutput | Promise<LoadFnOutput>,
): Promise<LoadFnOutput> {
  const file = url.startsWith("file:") ? fileURLToPath(url) : "";
  if (!rooms.some((room) => file.startsWith(room)) || !file.endsWith(".js")) return nextLoad(url, context);
  const [kept, instead] = forgetting[file.slice(root.length)] ?? ["", ""];
  const compiled = readFileSync(file, "utf8");
  if (!compiled.includes(kept)) throw new Error(`${file} has no ${kept}: say here what it keeps of earlier texts`);
  const { text, sites } = instrument(compiled.replace(kept, instead), file.slice(root.length));
  if (sites.length > 0) port?.postMessage(sites);
  return { format: "module", source: text, shortCircuit: true };
}
