// Mocha's own "spec" reporter, which also writes its counts to the file TUNEBOOK_COUNTS for test.mjs: tests by outcome,
// and the milliseconds that each file's tests and hooks took.
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import Mocha from "mocha";

export default class Counts extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const files = {};
    const took = ({ file, duration }) => {
      if (file === undefined) return;
      const name = relative(process.cwd(), file);
      files[name] = (files[name] ?? 0) + (duration ?? 0);
    };
    runner.on("test end", took);
    runner.on("hook end", took);
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      writeFileSync(process.env.TUNEBOOK_COUNTS, JSON.stringify({ passes, failures, pending, files }));
    });
  }
}
