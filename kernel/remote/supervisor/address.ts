/**
 * Where the socket of a run lies. The system keeps about a hundred bytes for a socket's path, and a run's folder may have a
 * longer one: on Linux the folder is then reached through a descriptor of this process; elsewhere the socket lies in a folder
 * of this user's under the temporary one, under a name that the run's own path gives.
 */
import { createHash } from "node:crypto";
import { closeSync, constants, existsSync, lstatSync, mkdirSync, openSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SOCKET_NAME } from "./protocol.js";

/** Of the 108 of Linux and the 104 of others, the end of the text included. */
const LONGEST = 103;

export interface SocketAddress {
  /** For `listen` and `connect`. */
  readonly path: string;
  /** Where the file of it lies, to be looked at and taken away. */
  readonly file: string;
  /** After it was listened to or connected to. */
  done(): void;
}

/** Undefined: there are no such sockets here. */
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

/** Nobody else may look into it. */
function ownFolder(): string {
  const folder = join(tmpdir(), `tunebook-${String(process.getuid?.() ?? 0)}`);
  mkdirSync(folder, { mode: 0o700, recursive: true });
  const { uid, mode } = lstatSync(folder);
  if (uid !== process.getuid?.() || (mode & 0o077) !== 0) throw new Error(`${folder} is open to others`);
  return folder;
}
