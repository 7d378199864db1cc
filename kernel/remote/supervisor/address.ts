/**
 * Path of a run's socket. The system allows about a hundred bytes for it, and a run's folder may have a longer path. On
 * Linux the folder is then reached through a file descriptor of this process. On other systems the socket is in a
 * per-user folder in the temporary folder, under a name derived from the run's path.
 */
import { createHash } from "node:crypto";
import { closeSync, constants, existsSync, lstatSync, mkdirSync, openSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SOCKET_NAME } from "./protocol.js";

/** The limits are 108 bytes on Linux and 104 on other systems, including the terminator. */
const LONGEST = 103;

export interface SocketAddress {
  /** Path for `listen` and `connect`. */
  readonly path: string;
  /** Path of the socket file, for checks and removal. */
  readonly file: string;
  /** Call after listening or connecting. */
  done(): void;
}

/** Returns undefined on platforms without such sockets. */
export function socketAddressOf(folder: string): SocketAddress | undefined {
  if (process.platform === "win32") return undefined;
  const file = join(folder, SOCKET_NAME);
  if (Buffer.byteLength(file) <= LONGEST) return { path: file, file, done: () => undefined };
  if (existsSync("/proc/self/fd")) {
    const folderFd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    return { path: `/proc/self/fd/${String(folderFd)}/${SOCKET_NAME}`, file, done: () => closeSync(folderFd) };
  }
  const short = join(
    ownFolder(),
    `${createHash("sha256").update(realpathSync(folder)).digest("hex").slice(0, 24)}.sock`,
  );
  return { path: short, file: short, done: () => undefined };
}

/** Returns a folder that only this user can access. */
function ownFolder(): string {
  const folder = join(tmpdir(), `tunebook-${String(process.getuid?.() ?? 0)}`);
  mkdirSync(folder, { mode: 0o700, recursive: true });
  const { uid, mode } = lstatSync(folder);
  if (uid !== process.getuid?.() || (mode & 0o077) !== 0) throw new Error(`${folder} is open to others`);
  return folder;
}
