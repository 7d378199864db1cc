/** What a cluster can do for a notebook, derived from the findings on its nodes. */
import assert from "node:assert/strict";
import { clusterSearchOptions } from "#kernel/remote/coordinator/ray/job-versions.js";
import { NO_ENGINE_FINDING, type NodeFinding } from "#kernel/remote/coordinator/ray/examine.js";

describe("cluster capability check", () => {
  const node = (host: string, more: Partial<NodeFinding> & { readonly cpus?: number }): NodeFinding => {
    const { cpus = 4, ...found } = more;
    return {
      node: { id: host, host, address: "10.0.0.1", head: host === "head", cpus, gpus: 0, memory: 2 ** 33 },
      ...{ tunebook: "0.2.0", runtime: "v24.1.0", bases: [], reaches: true, engines: [], lacks: [] },
      ...found,
    };
  };
  const lacking = { lacks: [{ what: "no Node", mend: "install it" }] };
  const ways = (...found: readonly NodeFinding[]) =>
    clusterSearchOptions(found, { cpus: 2, host: "192.168.0.2" }).map(({ way, can, room }) => [way, can ? room : null]);

  it("allows every mode if all nodes are complete and reach the notebook", () => {
    assert.deepEqual(ways(node("head", {}), node("a", {})), [
      ["search on the cluster", 4],
      ["search here", 4],
      ["one training", 4],
    ]);
  });
  it("counts usable nodes, and only reachable ones for modes that need the notebook", () => {
    assert.deepEqual(ways(node("head", {}), node("a", lacking), node("b", { reaches: false })), [
      ["search on the cluster", 4],
      ["search here", 2],
      ["one training", 2],
    ]);
  });
  it("requires everything but an engine on the head node", () => {
    const [first] = ways(node("head", { lacks: [NO_ENGINE_FINDING] }), node("a", {}));
    assert.deepEqual(first, ["search on the cluster", 2]);
    assert.deepEqual(ways(node("head", lacking), node("a", {})), [
      ["search on the cluster", null],
      ["search here", 2],
      ["one training", 2],
    ]);
  });
  it("explains why a mode is unavailable", () => {
    const [search, here] = clusterSearchOptions([node("head", { cpus: 1, reaches: false })], {
      cpus: 2,
      host: "192.168.0.2",
    });
    assert.deepEqual([search?.can, search?.why], [false, "no node that can work has 2 CPUs"]);
    assert.equal(here?.can, false);
    const [, blocked] = clusterSearchOptions([node("head", { reaches: false })], { cpus: 2, host: "192.168.0.2" });
    assert.match(blocked?.why ?? "", /head \(10\.0\.0\.1\) cannot reach this machine at 192\.168\.0\.2/);
  });
});
