/**
 * Loaded first in each thread of a measured kernel (`NODE_OPTIONS=--import`). Whenever the file `ask` in the folder
 * `TUNEBOOK_HEAPS` contains a new number, it collects garbage and writes the thread's used heap size to a file.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { threadId } from "node:worker_threads";

const folder = process.env["TUNEBOOK_HEAPS"];
if (folder !== undefined) {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const mine = join(folder, `${String(process.pid)}-${String(threadId)}`);
  let answered = "";
  const look = (): void => {
    const asked = existsSync(join(folder, "ask")) ? readFileSync(join(folder, "ask"), "utf8") : "";
    if (asked === answered) return;
    answered = asked;
    collect();
    collect();
    writeFileSync(`${mine}.part`, JSON.stringify([asked, getHeapStatistics().used_heap_size]));
    renameSync(`${mine}.part`, `${mine}.json`);
  };
  writeFileSync(`${mine}.json`, JSON.stringify(["", 0]));
  setInterval(look, 50).unref();
}
