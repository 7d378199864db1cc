import assert from "node:assert/strict";
import type { Call } from "#dsl/language/types/value.js";
import { latency } from "#stdlib/metrics/latency.js";
import { memory } from "#stdlib/metrics/memory.js";
import { size } from "#stdlib/metrics/size.js";

const call = (word: string, given: Call["arguments"] = {}): Call => ({ kind: "metric", word, arguments: given });

describe("cost metrics", () => {
  it("latency: interpolates percentiles of single predictions like numpy", () => {
    const times = Float64Array.of(9, 1, 4, 2, 30);
    const at = (percentile: number): number => latency.ofTimes!(call("latency", { percentile }), times);
    assert.deepEqual([50, 25, 90, 99].map(at), [4, 2, 21.6, 29.16]);
    assert.equal(latency.ofTimes!(call("latency", { percentile: 50 }), Float64Array.of(1, 3)), 2);
    assert.ok(Number.isNaN(latency.ofTimes!(call("latency", { percentile: 50 }), new Float64Array())));
  });
  it("size and memory: count megabytes, and are NaN if unknown", () => {
    const cost = { stored: 23_000_000, held: null };
    assert.equal(size.ofCost!(call("size"), cost), 23);
    assert.ok(Number.isNaN(memory.ofCost!(call("memory"), cost)));
    assert.equal(memory.ofCost!(call("memory"), { stored: null, held: 95_200_000 }), 95.2);
  });
});
