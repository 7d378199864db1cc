/** A file of a run, read with suspicion: a folder of runs may come from anybody. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";

/** A FIFO that nobody writes to would be waited for. */
const READ = constants.O_RDONLY | (process.platform === "win32" ? 0 : constants.O_NONBLOCK);
/** Plans and locks have kilobytes; logs of long runs some hundreds of megabytes. */
const MOST = 2 ** 30;

/** Its text; null: there is none that can be read, or it is no regular file, or has more than a gigabyte. */
export function readRegular(file: string): string | null {
  let at: number;
  try {
    at = openSync(file, READ);
  } catch {
    return null;
  }
  try {
    const found = fstatSync(at);
    return found.isFile() && found.size <= MOST ? readFileSync(at, "utf8") : null;
  } catch {
    return null; // it went away, or its disk fails
  } finally {
    closeSync(at);
  }
}
