/** The journal of a sweep (one JSON line a trial): what makes an interrupted sweep go on. */
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import * as v from "valibot";
import { fields, figure, like, table, whole, type Schema } from "../../fetch/json.js";
import { writing } from "../../artifacts/folder-errors.js";
import { recordsIn } from "../../artifacts/log-lines.js";
import { readRegular } from "../../artifacts/read-regular.js";
import { appendLine } from "../../artifacts/run-folder.js";
import type { TrialRecord } from "../../core/sweep/trial.js";

const trialRecord: Schema<TrialRecord> = fields({
  number: whole(1),
  values: table(v.pipe(v.string(), v.check(isValueText))),
  point: table(figure),
  score: v.nullable(figure),
  state: v.picklist(["done", "pruned", "stopped", "failed", "running"]),
  seconds: figure,
  ...{ run: v.nullable(v.string()), error: v.nullable(v.string()) },
  scores: v.exactOptional(v.array(figure)),
  reports: v.exactOptional(v.array(fields({ step: whole(0), score: figure }))),
  ...{ begun: v.exactOptional(figure), steps: v.exactOptional(whole(0)), why: v.exactOptional(v.string()) },
});
const isTrial = like(trialRecord);

/** The journal of a sweep: what is done stays done. */
export class Journal {
  private constructor(
    readonly file: string,
    private readonly records: TrialRecord[],
  ) {}

  /** The folder of its lock (run-lock.ts): two processes that sweep the same would draw the same trials twice. */
  static folder(root: string, name: string, hash: string): string {
    const folder = join(root, "sweeps", `${name}-${hash.slice(0, 12)}`);
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw writing(error, folder);
    }
    return folder;
  }

  /** Opens the journal of the sweep with this hash under `root`; a torn last line is left out. */
  static open(root: string, name: string, hash: string): Journal {
    const file = `${Journal.folder(root, name, hash)}.jsonl`;
    const records: readonly unknown[] = recordsIn(readRegular(file) ?? "", "number");
    return new Journal(file, records.filter(isTrial));
  }

  get trials(): readonly TrialRecord[] {
    return this.records;
  }
  /** Its file's name without the ending. */
  get name(): string {
    return basename(this.file, ".jsonl");
  }

  add(record: TrialRecord): void {
    try {
      appendLine(this.file, JSON.stringify(record));
    } catch (error) {
      throw writing(error, this.file);
    }
    this.records.push(record);
  }
}

/** A value alone: the best trial's becomes part of a program, and a folder of runs may come from anybody. */
function isValueText(value: string): boolean {
  let open = 0;
  for (const [at] of value.replace(/"(?:[^"\\\n]|\\.)*"/g, "").matchAll(/[()[\]{}\r\n"]/g)) {
    if (/["\r\n]/.test(at)) return false;
    open += "([{".includes(at) ? 1 : -1;
    if (open < 0) return false;
  }
  return open === 0;
}
