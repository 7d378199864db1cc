/**
 * Writes the event files of a run. It appends to a file as long as that has the stored length. A different length means
 * it was cut off within a record, and TensorBoard reads nothing after that. A new file is then started, which discards
 * the points that it repeats.
 */
import type { Call } from "#dsl/language/types/value.js";
import type {
  EventCursor,
  TrackerMemory,
  TrackedEvent,
  TrackedRun,
  TrackerHost,
  TrackerImplementation,
} from "./kind.js";
import { eventRecordBytes, type EventRecord, type EventValue } from "./shared/event-file.js";
import { experimentEvent, sessionEndEvent, sessionStartEvent } from "./shared/hparams.js";
import { safeFolderName } from "./shared/names.js";

interface Own extends TrackerMemory {
  /** Number of files started so far. */
  readonly files?: number;
  readonly bytes?: number;
  readonly cursor?: EventCursor;
  readonly ended?: string;
}

export const tensorboard: TrackerImplementation = {
  title: (call) => `tensorboard in ${pathOf(call)}`,
  place: (call) => ({ folder: pathOf(call) }),
  takesModel: () => false,
  greet: () => Promise.resolve(),
  async tell(call, run, door) {
    const folder = [pathOf(call).replace(/[\\/]+$/, ""), safeFolderName(run.experiment.name), ...foldersOf(run)].join(
      "/",
    );
    await new Telling(folder, run, door).tell();
  },
};

const pathOf = (call: Call): string => String(call.arguments["path"] as string);

/** Trials are in the folder of their sweep. */
function foldersOf({ id, parentRun }: TrackedRun): readonly string[] {
  return parentRun ? [safeFolderName(parentRun.id), safeFolderName(id)] : [safeFolderName(id)];
}

class Telling {
  private memory: Own;
  private events: EventRecord[] = [];

  constructor(
    private readonly folder: string,
    private readonly run: TrackedRun,
    private readonly door: TrackerHost,
  ) {
    this.memory = door.memory;
  }

  async tell(): Promise<void> {
    await this.begin();
    for (let last = false; !last;) {
      const batch = await this.door.read(this.memory.cursor ?? null);
      for (const one of batch.events) this.note(one);
      last = batch.last;
      const done = last ? this.end() : undefined;
      await this.write({ cursor: batch.cursor, ...(done !== undefined && { ended: done }) });
    }
  }

  /** Selects the file to append to. If there is none, or it was cut off, a new one is started with all events. */
  private async begin(): Promise<void> {
    const { files = 0, bytes = 0 } = this.memory;
    if (files > 0 && (await this.door.size(this.file(files))) === bytes) return;
    this.memory = { files: files + 1, bytes: 0 };
    const { run } = this;
    this.events.push({ at: run.began, what: { is: "version" } });
    if (files > 0) this.take(-1, run.began);
    this.say(run.began, run.is === "sweep" ? aboutSweep(run) : aboutTraining(run));
  }
  /** Discards the points of later steps. */
  private take(after: number, time: number): void {
    this.events.push({ at: time, step: after + 1, what: { is: "start" } });
  }

  private note(event: TrackedEvent): void {
    if (event.is === "resumed") return this.take(event.step, event.at);
    const { group, step, at: time, values } = event;
    const scalars = Object.entries(values).map(([name, scalar]) => ({ tag: `${group}/${name}`, scalar }));
    this.say(time, scalars, step);
  }
  private say(time: number, values: readonly EventValue[], step = 0): void {
    if (values.length > 0) this.events.push({ at: time, step, what: { is: "values", values } });
  }

  /** An interrupted or killed run may continue, so no end is reported. */
  private end(): string | undefined {
    const { ended, is } = this.run;
    if (is === "sweep" || !ended || ended.as === "killed" || this.memory.ended !== undefined) return undefined;
    this.say(ended.at, [sessionEndEvent(ended.as, ended.at)]);
    return ended.as;
  }

  private async write(more: Own): Promise<void> {
    if (this.events.length === 0 && more.ended === undefined) {
      this.memory = { ...this.memory, ...more };
      this.door.keep(this.memory);
      return;
    }
    const bytes = await this.door.append(this.file(this.memory.files ?? 1), eventRecordBytes(this.events));
    this.events = [];
    this.memory = { ...this.memory, ...more, bytes };
    this.door.keep(this.memory);
  }

  private file(n: number): string {
    const seconds = String(Math.floor(this.run.began / 1000)).padStart(10, "0");
    return `${this.folder}/events.out.tfevents.${seconds}.tunebook.${String(n)}`;
  }
}

function aboutTraining(run: TrackedRun): readonly EventValue[] {
  const group = run.parentRun?.seeds === true ? run.parentRun.id : "";
  return [sessionStartEvent(run.settings, { group, began: run.began }), { tag: "about/text_summary", text: run.about }];
}
function aboutSweep(run: TrackedRun): readonly EventValue[] {
  const metrics = [...run.goals.map(({ metric }) => `validation/${metric}`), "train/loss", "validation/loss"];
  return [experimentEvent(run, [...new Set(metrics)]), { tag: "about/text_summary", text: run.about }];
}
