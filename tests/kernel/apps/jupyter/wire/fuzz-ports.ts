/**
 * Throws garbage at the five ports of a real kernel and checks that it survives: cells run, each heartbeat is answered,
 * no replayed message takes effect, and memory does not grow. `npm run fuzz -- ports` throws 100,000 frames, on
 * loopback only.
 */
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import type { KernelClient } from "#kernel/apps/jupyter/client/client.js";
import { encodeSignedMessage, newHeader } from "#kernel/apps/jupyter/client/messages.js";
import { startKernel } from "#kernel/apps/jupyter/client/client.js";
import type { FuzzRun } from "../../../../fuzzing.js";
import { Garbage, type Burst } from "./garbage.js";

export const ports = ["shell", "control", "stdin", "iopub", "hb"] as const;
export interface Thrown {
  /** Number of frames by kind of garbage. */
  readonly frames: Readonly<Record<string, number>>;
  readonly connections: number;
  readonly troubles: readonly string[];
  /** MiB of the kernel's process before and after. */
  readonly memory: readonly [number, number];
}

/** Number of connections that throw at the same time. */
const abreast = 16;

export async function throwGarbage(
  kernel: KernelClient,
  o: { readonly frames: number; readonly seed: number; readonly onProgress?: (done: number) => void },
): Promise<Thrown> {
  const garbage = new Garbage(o.seed, await overhear(kernel));
  const frames: Record<string, number> = {};
  const troubles: string[] = [];
  const before = memoryOf(kernel);
  let connections = 0;
  let done = 0;
  let asked = 0;
  while (done < o.frames && troubles.length === 0) {
    const bursts = Array.from({ length: abreast }, () => garbage.burst());
    if (garbage.below(100) === 0) bursts.push(garbage.parts(10_000));
    await Promise.all(
      bursts.map(async (burst) => {
        await send(kernel, ports[garbage.below(ports.length)] ?? "hb", burst, garbage.below(2) === 0);
        frames[burst.kind] = (frames[burst.kind] ?? 0) + burst.frames;
        done += burst.frames;
        connections++;
      }),
    );
    if (done - asked >= 5000 || done >= o.frames) {
      asked = done;
      troubles.push(...(await examine(kernel)));
      o.onProgress?.(done);
    }
  }
  return { frames, connections, troubles, memory: [before, memoryOf(kernel)] };
}

/** Writes a burst to a port and disconnects, abruptly or not. The kernel may close the connection early. */
export function send(
  kernel: KernelClient,
  port: (typeof ports)[number],
  burst: Pick<Burst, "chunks">,
  abruptly = false,
): Promise<void> {
  return new Promise((gone) => {
    const socket = connect(kernel.connection[`${port}_port`], "127.0.0.1", () => {
      for (const chunk of burst.chunks) socket.write(chunk);
      setTimeout(() => (abruptly ? socket.resetAndDestroy() : socket.destroy()), 15);
    });
    socket.on("error", () => undefined);
    socket.on("data", () => undefined);
    socket.on("close", () => gone());
  });
}

/** Returns the problems of a kernel after the garbage. */
export async function examine(kernel: KernelClient): Promise<readonly string[]> {
  const late = <T>(what: Promise<T>): Promise<T> =>
    Promise.race([
      what,
      new Promise<never>((_, refuse) => setTimeout(() => refuse(new Error("no answer in 20 s")), 20_000).unref()),
    ]);
  const troubles: string[] = [];
  try {
    const { reply } = await late(kernel.execute("", { silent: true, userExpressions: { n: "globalThis.overheard" } }));
    const { n } = reply["user_expressions"] as { n: { data?: Record<string, string> } };
    if (n.data?.["text/plain"] !== "1") troubles.push(`the overheard cell ran ${String(n.data?.["text/plain"])} times`);
    for (let beat = 0; beat < 3; beat++) await late(kernel.heartbeat());
    await late(kernel.request("kernel_info_request", {}, { channel: "control", seconds: 20 }));
  } catch (error) {
    troubles.push(`${String(error)}\n${kernel.process.log().join("\n")}`);
  }
  return troubles;
}

/** Sends signed requests whose replay would be noticed, and returns their frames. */
async function overhear(kernel: KernelClient): Promise<readonly (readonly Buffer[])[]> {
  const signed = (type: string, content: object): readonly Buffer[] =>
    encodeSignedMessage(
      { header: newHeader(type, kernel.session), parent: {}, metadata: {}, content: { ...content }, buffers: [] },
      kernel.connection.key,
    );
  const cell = signed("execute_request", {
    code: "globalThis.overheard = (globalThis.overheard ?? 0) + 1",
    silent: true,
  });
  const info = signed("kernel_info_request", {});
  for (const frames of [cell, info]) await kernel.sendRaw(frames);
  await kernel.execute("1");
  return [cell, info];
}

function memoryOf({ process: { pid } }: KernelClient): number {
  const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, "utf8")
    .trim()
    .split(" ");
  const kilobytes = children.map(
    (child) => /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child}/status`, "utf8"))?.[1] ?? "0",
  );
  return kilobytes.reduce((all, one) => all + Number(one), 0) / 1024;
}

export const run: FuzzRun = async ({ count, seed, progress }) => {
  const kernel = await startKernel();
  try {
    const { frames, connections, troubles, memory } = await throwGarbage(kernel, {
      frames: count,
      seed,
      onProgress: (done) => progress(`${done.toLocaleString("en-US")} frames`),
    });
    for (const [kind, thrown] of Object.entries(frames)) progress(`${kind}: ${thrown.toLocaleString("en-US")}`);
    progress(`${connections} connections; ${memory.map((mib) => mib.toFixed(0)).join(" → ")} MiB`);
    return troubles;
  } finally {
    await kernel.kill();
  }
};
