/** The command `tunebook worker`: SIGTERM and Ctrl-C end it gracefully, a second one at once. */
import { closeSync, fstatSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { PARENT_VARIABLE } from "#kernel/remote/coordinator/orphaned-work.js";
import { TOKEN_VARIABLE } from "#kernel/remote/coordinator/protocol.js";
import { FileNotRead, openRegularFile } from "#kernel/fetch/regular.js";
import { runWorker } from "#kernel/apps/worker/worker.js";
import { runUntilInterrupted } from "./interrupted.js";

export interface WorkerCommandOptions {
  readonly coordinator: string;
  readonly tokenFile?: string;
  readonly name?: string;
  readonly threads?: number;
  readonly patience: number;
}

export async function workerCommand(options: WorkerCommandOptions): Promise<number> {
  const url = urlOf(options.coordinator);
  const token = tokenOf(options.tokenFile);
  // Programs that a worker starts must not see these variables.
  delete process.env[TOKEN_VARIABLE];
  const parent = Number(process.env[PARENT_VARIABLE]);
  delete process.env[PARENT_VARIABLE];
  const { interrupted } = await runUntilInterrupted((signal) =>
    runWorker({
      url,
      token,
      signal,
      threads: options.threads ?? null,
      patience: options.patience * 1000,
      name: (options.name ?? `${hostname()}:${String(process.pid)}`).slice(0, 200),
      parent: parent > 0 ? parent : null,
      onNote: (words) => process.stderr.write(`${words}\n`),
    }),
  );
  return interrupted ? 130 : 0;
}

/** Coded error `coordinator-url`. */
function urlOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const plain = url !== null && ["http:", "https:"].includes(url.protocol) && url.pathname === "/";
  if (!plain || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    throw new CodedError("coordinator-url", { url: text.replace(/\/\/[^/@]*@/, "//") });
  return url.origin;
}

/** Coded errors `token-missing`, `token-file`. */
function tokenOf(file: string | undefined): string {
  const token = file === undefined ? (process.env[TOKEN_VARIABLE] ?? "") : inFile(file);
  if (token === "") throw new CodedError("token-missing", { variable: TOKEN_VARIABLE });
  return token;
}
function inFile(file: string): string {
  const no = (why: string): CodedError => new CodedError("token-file", { file, why });
  let fd: number | null;
  try {
    fd = openRegularFile(file);
  } catch (error) {
    throw error instanceof FileNotRead ? no(error.why) : error;
  }
  if (fd === null) throw no("there is no such file");
  try {
    const { mode, size } = fstatSync(fd);
    if (process.platform !== "win32" && (mode & 0o077) !== 0) throw no("others may read it");
    if (size > 4096) throw no("it is no token");
    const token = readFileSync(fd, "utf8").trim();
    if (!/^[\x21-\x7e]+$/.test(token)) throw no("it is no token");
    return token;
  } finally {
    closeSync(fd);
  }
}
