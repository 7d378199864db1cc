// Mocha's own "spec" reporter, which also leaves the counts in the file TUNEBOOK_COUNTS for test.mjs.
import { writeFileSync } from "node:fs";
import Mocha from "mocha";

export default class Counts extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      writeFileSync(process.env.TUNEBOOK_COUNTS, JSON.stringify({ passes, failures, pending }));
    });
  }
}
