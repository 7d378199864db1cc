import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { PartitionImplementation } from "./kind.js";
import { shuffle } from "../statistics/chance.js";
import { rowsByValue, partitionRandomSource, numberedClients } from "./shared/client-rows.js";
import { word } from "./shards.js";

export const shardsPartition: PartitionImplementation = {
  part(call, { rows, values, seed }) {
    const { clients, each } = argumentsWithDefaults(word, call);
    const count = clients * each;
    if (rows < count) throw new CodedError("empty-client", { partition: "shards", rows, clients, least: each });
    const within = partitionRandomSource(seed, 1);
    const labels = [...rowsByValue(values ?? Array.from({ length: rows }, () => "")).values()];
    const sorted = Uint32Array.from(
      labels.flatMap((labelRows) => Array.from(shuffle(Uint32Array.from(labelRows), within))),
    );
    const order = shuffle(
      Uint32Array.from({ length: count }, (_, shard) => shard),
      partitionRandomSource(seed, 2),
    );
    const rowsOf = (shard: number): readonly number[] =>
      Array.from(sorted.subarray(Math.floor((shard * rows) / count), Math.floor(((shard + 1) * rows) / count)));
    return numberedClients(
      Array.from({ length: clients }, (_, k) =>
        Uint32Array.from(Array.from(order.subarray(k * each, (k + 1) * each)).flatMap(rowsOf)),
      ),
    );
  },
};
