import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { PartitionImplementation } from "./kind.js";
import { shuffle } from "../statistics/chance.js";
import { byValue, chanceOf, numbered } from "./shared/client-rows.js";
import { word } from "./shards.js";

export const shards: PartitionImplementation = {
  part(call, { rows, values, seed }) {
    const { clients, each } = argumentsOf(word, call);
    const count = clients * each;
    if (rows < count) throw new CodedError("empty-client", { partition: "shards", rows, clients, least: each });
    const within = chanceOf(seed, 1);
    const labels = [...byValue(values ?? Array.from({ length: rows }, () => "")).values()];
    const sorted = Uint32Array.from(labels.flatMap((own) => Array.from(shuffle(Uint32Array.from(own), within))));
    const order = shuffle(
      Uint32Array.from({ length: count }, (_, shard) => shard),
      chanceOf(seed, 2),
    );
    const rowsOf = (shard: number): readonly number[] =>
      Array.from(sorted.subarray(Math.floor((shard * rows) / count), Math.floor(((shard + 1) * rows) / count)));
    return numbered(
      Array.from({ length: clients }, (_, k) =>
        Uint32Array.from(Array.from(order.subarray(k * each, (k + 1) * each)).flatMap(rowsOf)),
      ),
    );
  },
};
