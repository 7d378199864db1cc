/** A folder with the files of a small training, for the tests of one `describe`. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeSmallTraining } from "../../session/small-training.js";

export function trainingFolder(): {
  readonly path: () => string;
  readonly written: (name: string, text: string) => string;
} {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-processes-"));
    writeSmallTraining(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  return {
    path: () => folder,
    written(name, text) {
      const file = join(folder, `${name}.tune`);
      writeFileSync(file, text);
      return file;
    },
  };
}
