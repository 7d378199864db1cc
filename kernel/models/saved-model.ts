/** What a model was trained to be, as a folder to keep or to give away: the whole model or its adapter, and the model card. */
import { storageOf } from "#stdlib/storages/shared/storage.js";
import { RunFolder } from "../runs/run-folder.js";
import { ADAPTER, writeAdapter } from "../runs/folders/adapter-folder.js";
import type { Base } from "../bases/base.js";
import type { Engine } from "../engines/engine.js";
import { describeIn, savedAs } from "../runs/history/run-description.js";
import { LEARNT } from "../runs/learnt-rows.js";
import { staysInPlace, writeMerged, type Body } from "../runs/folders/merged.js";
import { demandFree, filesOf, writeModelFolder } from "../runs/folders/model-folder.js";
import type { Weights } from "../runs/weights.js";
import type { OpenModel } from "./open-model.js";
import type { SaveOptions } from "./save-options.js";
import { demandOwn, tellLearnt } from "./save-replace.js";
import { staged } from "../runs/staged-folder.js";

export interface Saved {
  readonly folder: string;
  readonly holds: "model" | "adapter";
}

/** A folder that was saved before is written anew. Coded errors `folder-taken`, `folder-of-another`, `no-space`. */
export async function writeSaved(
  folder: string,
  o: {
    readonly engine: Engine;
    readonly open: OpenModel;
    readonly weights: Weights;
    readonly body: Body;
    readonly base: Base;
  },
  options: SaveOptions = {},
): Promise<Saved> {
  const { open, weights, body, base } = o;
  const { plan, labels, data, events, checkpoint } = weights;
  const card = { plan, run: RunFolder.open(weights.folder), data, events, checkpoint };
  const { adapter, whole, session } = open;
  demandOwn(folder, weights, options);
  // A base that lies in memory in fewer bits has lost what a whole model needs.
  if (
    adapter &&
    !(storageOf(plan.recipe.model.storage).weights === "f32" && staysInPlace(body, base, open.trainable))
  ) {
    demandFree(folder, [...Object.values(ADAPTER), LEARNT]);
    await staged(
      folder,
      async (work) => {
        await writeAdapter(work, session, adapter);
        await tellLearnt(work, weights);
        await describeIn(work, { ...card, saved: savedAs(adapter) });
      },
      [LEARNT],
    );
    return { folder, holds: "adapter" };
  }
  demandFree(folder, filesOf(base));
  await staged(
    folder,
    async (work) => {
      if (whole) await writeModelFolder(work, session, whole);
      else await writeMerged(work, { engine: o.engine, session, body, plan, base, labels });
      await tellLearnt(work, weights);
      await describeIn(work, { ...card, saved: "whole" });
    },
    [LEARNT],
  );
  return { folder, holds: "model" };
}
