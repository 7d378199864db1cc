/**
 * The process in which rules are broken, controlled by mutate.ts: `look` runs every check and reports which places it
 * passes; `break` breaks one place after another and reports whether a check noticed. A mutant may hang or kill this
 * process.
 */
import { register } from "node:module";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import type { Site } from "./instrument.js";
import { state, type Mutant } from "./switch.js";

export interface Looked {
  readonly name: string;
  readonly milliseconds: number;
  readonly passes: boolean;
  /** Places, and what can be broken there in addition to the report itself. */
  readonly sites: readonly (readonly [string, { readonly fix: boolean; readonly place: boolean }])[];
}
export interface Seen {
  readonly looked: readonly Looked[];
  readonly places: readonly Site[];
}
export interface Order {
  readonly mutants: readonly (Mutant & { readonly checks: readonly string[] })[];
}
export interface Verdict {
  readonly number: number;
  readonly noticed: boolean;
}

const { port1, port2 } = new MessageChannel();
register(new URL("./hooks.js", import.meta.url), { data: { port: port2 }, transferList: [port2] });
const { badPrograms, tests } = await import("./checks.js");
const checks = [...(await badPrograms()), ...(await tests())];

async function look(): Promise<Seen> {
  const looked: Looked[] = [];
  for (const { name, passes } of checks) {
    state.seen.clear();
    const before = performance.now();
    const passed = await passes();
    const milliseconds = performance.now() - before;
    looked.push({ name, passes: passed, milliseconds, sites: [...state.seen] });
  }
  const places: Site[] = [];
  for (let m = receiveMessageOnPort(port1); m; m = receiveMessageOnPort(port1))
    places.push(...(m.message as readonly Site[]));
  return { looked, places };
}

async function breaking({ mutants }: Order): Promise<void> {
  const { codeEntryOf } = await import("#dsl/language/diagnostics/codes.js");
  const named = new Map(checks.map((check) => [check.name, check]));
  for (const [number, { site, kind, checks: names }] of mutants.entries()) {
    const entry = kind === "severity" ? (codeEntryOf(site) as { severity: string } | undefined) : undefined;
    const severity = entry?.severity ?? "error";
    if (entry) entry.severity = severity === "error" ? "warning" : "error";
    else state.broken = { site, kind };
    let noticed = false;
    for (const name of names) if (!noticed) noticed = !(await named.get(name)?.passes());
    state.broken = undefined;
    if (entry) entry.severity = severity;
    process.send?.({ number, noticed } satisfies Verdict);
  }
}

process.once("message", (order: Order | "look") => {
  void (order === "look" ? look() : breaking(order)).then((told) => {
    process.send?.(told ?? "done", () => process.exit());
  });
});
process.send?.("ready");
process.on("disconnect", () => process.exit(1));
