/** Writes trials into a journal without an end, until it is killed or the disk takes nothing more: `journal-writer.js ROOT [TRIALS] [AT]`. */
import { Journal } from "#kernel/session/sweeps/journal.js";
import { setTimeout as delay } from "node:timers/promises";
import { one, running, trial } from "./journals.js";

const [root = "", trials = "1000000", at = "0"] = process.argv.slice(2);
const journal = Journal.open(root, "search", "abc", one);
await delay(Math.max(0, Number(at) - Date.now()));
for (let i = 0; i < Number(trials); i++) {
  const { number } = journal.begin(running(0));
  for (let step = 1; step <= 5; step++) journal.report(number, step, step / 10);
  journal.end({ ...trial, number });
  if (i === 0) console.log("begun");
}
