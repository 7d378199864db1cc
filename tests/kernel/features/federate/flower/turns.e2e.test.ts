/** How our server app on the SuperLink's machine groups messages into turns; the Python app reports it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ensurePythonEnv } from "#tools/python-env.mjs";

const folder = fileURLToPath(new URL("../../../../../../tools/flower-app/tunebook_relay/", import.meta.url));
const script = `
import json
from turns import MOST, due
came = [({"id": i}, bytes(size)) for i, size in enumerate([4, 4, 3, 20, 1, 0])]
turns = []
while came:
    turns.append([head["id"] for head, _ in due(came, 8)])
print(json.dumps([turns, due([], 8), MOST]))
`;

describe("batched client answers", function () {
  this.timeout(60_000);
  it("reach the coordinator in turns of limited size, in order and without loss", async () => {
    const { python } = await ensurePythonEnv("flower");
    const { status, stdout, stderr } = spawnSync(python, ["-B", "-c", script], { cwd: folder, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    // A message longer than a turn is sent alone.
    assert.deepEqual(JSON.parse(stdout), [[[0, 1], [2], [3], [4, 5]], [], 2 ** 30]);
  });
});
