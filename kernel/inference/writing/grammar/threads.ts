/**
 * Threads that hold grammars, of all models of this process together. Making a grammar ready takes a turn (./turns.ts); a thread
 * that no text uses ends after a while, or as soon as another needs its place.
 */
import { availableParallelism } from "node:os";
import { Turns, type TurnsOptions } from "./turns.js";

/** Leaves one core to models and requests. */
const TURNS = { workers: Math.max(1, availableParallelism() - 1), slice: 100, pause: 20_000 } as const;

export class Threads {
  readonly turns: Turns;
  private begun = 0;
  /** How to end each thread that no text uses, the one longest unused in front, and the timer that ends it. */
  private readonly idle = new Map<() => void, NodeJS.Timeout>();

  /** `most`: threads at a time; `rest`: ms after which an unused one ends. */
  constructor(
    private readonly most: number,
    private readonly rest: number,
    turns: Omit<TurnsOptions, "room"> = TURNS,
  ) {
    this.turns = new Turns({ ...turns, room: () => this.makeRoom() });
  }

  get count(): number {
    return this.begun;
  }
  get full(): boolean {
    return this.begun >= this.most;
  }

  enter(): void {
    this.begun++;
  }
  left(): void {
    this.begun--;
    this.turns.look();
  }

  /** No text uses it now; `end` is called when it is to end. */
  rests(end: () => void): void {
    this.works(end);
    const timer = setTimeout(() => this.end(end), this.rest).unref();
    this.idle.set(end, timer);
    this.turns.look();
  }
  works(end: () => void): void {
    clearTimeout(this.idle.get(end));
    this.idle.delete(end);
  }

  private makeRoom(): boolean {
    const [longest] = this.idle.keys();
    if (this.full && longest) this.end(longest);
    return !this.full;
  }
  private end(end: () => void): void {
    this.works(end);
    end();
  }
}

/** Each takes tens of megabytes. */
export const threads = new Threads(16, 60_000);
