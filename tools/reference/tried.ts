/**
 * The results of the checker and the plan for families, tasks and techniques. For each well-known checkpoint, task and
 * technique, the program of a page is compiled. Pages state whether it is allowed and what it would train.
 */
import type { Estimates } from "#dsl/compiler/plan/plan.js";
import { mustFindWord } from "#dsl/language/types/loaded.js";
import type { WordKind, Registry, Word } from "#dsl/language/types/registry.js";
import { allCheckpoints, type Checkpoint } from "./checkpoints.js";
import { columnsOf, programOf, type Asked } from "./programs.js";
import { tried, type Tried, type World } from "./world.js";

export interface Outcome {
  /** Codes of the errors that refuse it; empty if it is allowed. */
  readonly errors: readonly string[];
  readonly estimates: Estimates | null;
}

/** Whether only a strategy creates the technique, so that no program writes it. */
export const isMade = ({ capabilities }: Word<"technique">): boolean => capabilities?.grownBy !== undefined;

export class Trials {
  private readonly world: World;
  private readonly known = new Map<string, Outcome>();
  private constructor(
    readonly registry: Registry,
    readonly checkpoints: readonly Checkpoint[],
  ) {
    this.world = { registry, base: (name) => this.named(name)?.facts, columns: columnsOf() };
  }
  static async over(registry: Registry): Promise<Trials> {
    return new Trials(registry, await allCheckpoints(registry));
  }

  /** Finds a checkpoint by its name, by the part after the owner, or by a part of the name (`minilm`). */
  named(name: string): Checkpoint | undefined {
    const named = (wanted: (known: string) => boolean) => this.checkpoints.find((c) => wanted(c.name.toLowerCase()));
    const asked = name.toLowerCase();
    return named((known) => known === asked) ?? named((known) => known.endsWith(`/${asked}`) || known.includes(asked));
  }
  of(family: Word<"model">): readonly Checkpoint[] {
    return this.checkpoints.filter((c) => c.family.name === family.name);
  }
  /** Returns the words that are built and that a program may write. */
  built<K extends WordKind>(kind: K): readonly Word<K>[] {
    const made = new Set<string>(
      this.registry
        .ofKind("technique")
        .filter(isMade)
        .map(({ name }) => name),
    );
    return this.registry.ofKind(kind).filter((word) => !word.planned && !(kind === "technique" && made.has(word.name)));
  }
  compiled(text: string): Tried {
    return tried(text, this.world);
  }
  outcome(asked: Asked): Outcome {
    const program = programOf(asked);
    let outcome = this.known.get(program);
    if (outcome === undefined) {
      const { errors, plan } = this.compiled(program);
      this.known.set(program, (outcome = { errors, estimates: plan?.estimates ?? null }));
    }
    return outcome;
  }
  /** Returns the tasks that the checker accepts for a checkpoint. */
  tasksOf(checkpoint: Checkpoint): readonly Word<"task">[] {
    return this.built("task").filter((task) => this.outcome({ task, base: checkpoint.name }).errors.length === 0);
  }
  /**
   * Returns the task that represents a family: that of its record's example, else the first that the checkpoint
   * accepts.
   */
  taskFor(checkpoint: Checkpoint): Word<"task"> | undefined {
    const tasks = this.tasksOf(checkpoint);
    const shown = /task: (\w+)/.exec(checkpoint.family.example)?.[1];
    return tasks.find((task) => task.name === shown) ?? tasks[0];
  }
  /** Returns the first checkpoint that the checker accepts for a task. */
  baseFor(task: string): string {
    const word = mustFindWord(this.registry, "task", task);
    const fits = this.checkpoints.find((c) => this.outcome({ task: word, base: c.name }).errors.length === 0);
    if (!fits) throw new Error(`no known checkpoint can do ${task}`);
    return fits.name;
  }
}
