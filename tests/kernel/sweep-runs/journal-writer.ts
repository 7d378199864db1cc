/**
 * Writes trials into a journal until it is killed, the disk is full, or a file `stop` appears next to it:
 * `journal-writer.js ROOT [MILLISECONDS]`; the argument is the time between two trials.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Journal } from "#kernel/sweep-runs/journal/journal.js";
import { one, running, trial } from "./journals.js";

const [root = "", between] = process.argv.slice(2);
const journal = Journal.open(root, "search", "abc", one);
for (let i = 0; !existsSync(join(root, "stop")); i++) {
  const { number } = journal.begin(running(0));
  for (let step = 1; step <= 5; step++) journal.report(number, step, step / 10);
  journal.end({ ...trial, number });
  if (i === 0) console.log("begun");
  if (between !== undefined) await delay(Number(between));
}
