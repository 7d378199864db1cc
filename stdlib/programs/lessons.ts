/**
 * What a model learns of another one: the other's body stands frozen in the same graph, or what it said of rows is fed; both are
 * watched while they write themselves, and each lesson adds its loss.
 */
import { must } from "#dsl/diagnostics/must.js";
import type { Graph } from "#dsl/graph/builder.js";
import type { Tensor } from "#dsl/graph/tensor.js";
import type { Layers } from "../kinds/layers.js";
import type { Lesson, Said, Within, WithinBlock } from "../kinds/lesson.js";
import type { ModelInputs } from "../kinds/model.js";
import type { Supervised, TaskOutputs } from "../kinds/task.js";
import { mix } from "#dsl/graph/numbers/random.js";
import { buildModel } from "./model.js";
import type { AssembleOptions, TeacherOptions } from "./options.js";
import { recalledNames } from "./recalled.js";

/** Before the names of the teacher's states, and of what is learnt beside the student. */
export const TEACHER = "teacher/";
const MAPS = "distill/";
/** States that are no part of the model. */
export const BESIDE: readonly string[] = [TEACHER, MAPS];
/** By this word rows bring what was said of them, and their shares. */
export const LESSON = "lesson";

/** The number of a block in a path of a parameter or of a layer. */
const BLOCK = /(?:^|\.)(?:layers?|h)\.(\d+)(?:\.|$)/;
const blockIn = (path: string): number | undefined => {
  const found = BLOCK.exec(path)?.[1];
  return found === undefined ? undefined : Number(found);
};

/** Hears what goes on within a body that is built over its layers. */
export class Watched {
  private first: Tensor | undefined;
  private readonly hidden = new Map<number, Tensor>();
  private readonly attended = new Map<number, Omit<WithinBlock, "hidden">>();

  readonly around = (layers: Layers): Layers => ({
    ...layers,
    // A getter, which a spread would ask now.
    get outside() {
      return layers.outside;
    },
    norm: (path, x, o) => this.leaves(path, layers.norm(path, x, o)),
    block: (path, x, body) => {
      if (blockIn(path) !== undefined) this.first ??= x;
      return this.leaves(path, layers.block(path, x, body));
    },
    attention: (path, q, k, v, o) => {
      const at = blockIn(path);
      const { heads, keyValueHeads: keyHeads = heads, causal = false } = o;
      const scale = o.scale ?? 1 / Math.sqrt((q.shape.at(-1) as number) / heads);
      const of = { queries: q, keys: k, values: v, heads, keyHeads, causal, scale };
      if (at !== undefined) this.attended.set(at, of);
      return layers.attention(path, q, k, v, o);
    },
  });

  /** The last that a block's layers give, as wide as what it reads, is what leaves it. */
  private leaves(path: string, y: Tensor): Tensor {
    const at = blockIn(path);
    const whole = this.first && y.rank === this.first.rank && y.shape.at(-1) === this.first.shape.at(-1);
    if (at !== undefined && whole) this.hidden.set(at, y);
    return y;
  }

  get within(): Within {
    const embeddings = must(this.first, "what the first block reads");
    const blocks = [...this.hidden]
      .sort(([a], [b]) => a - b)
      .map(([at, hidden]) => ({ hidden, ...must(this.attended.get(at), "attention of a block") }));
    return { embeddings, blocks, width: embeddings.shape.at(-1) as number };
  }
}

interface Student {
  readonly model: Pick<TaskOutputs, "logits">;
  readonly inputs: ModelInputs;
  readonly supervised: Supervised;
  readonly watched: Watched;
}

/** All that is learnt, each by its weight. `loss`: of the rows' labels. */
export function learntLoss(o: AssembleOptions, graph: Graph, loss: Tensor, student: Student): Tensor {
  const { lessons, teacher } = must(o.lessons, "lessons");
  let share: Tensor | undefined;
  const other = teacher && teacherIn(o, teacher, graph, student.inputs);
  const lesson: Lesson = {
    graph,
    mask: student.inputs.attention_mask.cast("f32"),
    // Rows that are learnt by their labels alone are fed none.
    get share() {
      return (share ??= graph.input(recalledNames(LESSON).share, { dtype: "f32", shape: ["batch"] }));
    },
    said: () => saidOf(o, graph, student, other),
    within: () => ({ student: student.watched.within, teacher: detached(must(other, "a teacher").watched.within) }),
    map: (name, x, { in: from, out }) => {
      const initial = { random: { normal: o.family.initializerRange(o.config) }, seed: mix(o.seed) >>> 0 };
      const type = { dtype: "f32", shape: [out, from] } as const;
      return x.linear(graph.state(MAPS + name, { type, trains: true, initial }));
    },
  };
  const parts = lessons.map(({ call, implementation }) =>
    (implementation.loss?.(call, lesson) ?? loss).multiply(implementation.weight(call)),
  );
  return parts.reduce((sum, one) => sum.add(one));
}

interface Teacher {
  readonly model: Pick<TaskOutputs, "logits">;
  readonly watched: Watched;
}

/** The teacher as it answers: nothing of it trains, and its states are zero until they are loaded. */
function teacherIn(o: AssembleOptions, teacher: TeacherOptions, graph: Graph, inputs: ModelInputs): Teacher {
  const watched = new Watched();
  const { call, implementation } = teacher.technique;
  const options = {
    ...o,
    ...teacher,
    lessons: undefined,
    technique: { call, implementation: { ...implementation, trains: () => false } },
    under: TEACHER,
    dropout: 0,
    freeze: [],
    tensors: new Set<string>(),
    prefixInCheckpoint: false,
  };
  return { model: buildModel(options, graph, inputs, undefined, watched.around), watched };
}

function saidOf(o: AssembleOptions, graph: Graph, { model, supervised }: Student, other: Teacher | null): Said {
  const { targets } = supervised;
  const student = model.logits(targets);
  const names = recalledNames(LESSON);
  const teacher = other
    ? other.model.logits(targets).detach()
    : graph.input(names.recalled, { dtype: "f32", shape: ["batch", o.labels] });
  const { oneLabel } = o.task.implementation;
  return { student, teacher, places: targets !== undefined, decides: targets || oneLabel ? "one" : "several" };
}

function detached({ embeddings, blocks, width }: Within): Within {
  const apart = blocks.map((block) => ({
    ...block,
    hidden: block.hidden.detach(),
    queries: block.queries.detach(),
    keys: block.keys.detach(),
    values: block.values.detach(),
  }));
  return { embeddings: embeddings.detach(), blocks: apart, width };
}
