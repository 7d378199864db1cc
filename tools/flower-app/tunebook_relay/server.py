"""Carries messages between the process that leads a federated training and its SuperNodes, and reads none of them.

`leader` says where the leading process is: on the SuperLink's machine a file of its own with its address on the loopback and a
token; elsewhere `node:` and the number of the SuperNode that it is. Each turn tells it which nodes there are and what they answered, and is answered with what to send: `u32` length of a head of
JSON, the head, then the bytes of its messages one after the other.
"""

import json
import struct
import time
import urllib.request

import numpy as np
from flwr.app import Array, ArrayRecord, Context, Message, RecordDict
from flwr.serverapp import Grid, ServerApp

from tunebook_relay.turns import due

app = ServerApp()
RECORD = "tunebook"
ARRAY = "bytes"
TOO_LONG = 1000
UNLIKE = 1001


def packed(head, bodies):
    text = json.dumps(head).encode()
    return struct.pack("<I", len(text)) + text + b"".join(bodies)


def unpacked(data):
    (length,) = struct.unpack_from("<I", data)
    return json.loads(data[4 : 4 + length]), memoryview(data)[4 + length :]


def door(grid, leader):
    """What takes a turn to whoever leads, and brings back what it says."""
    if leader.startswith("node:"):
        return lambda data: by_node(grid, int(leader.removeprefix("node:")), data)
    with open(leader, encoding="utf-8") as file:
        told = json.load(file)

    def here(data):
        headers = {"authorization": "Bearer " + told["token"]}
        with urllib.request.urlopen(urllib.request.Request(told["url"], data=data, headers=headers), timeout=60) as answer:
            return answer.read()

    return here


def by_node(grid, node, data):
    """An error ends the app: whoever leads is gone."""
    (asked,) = grid.push_messages([Message(content(data), dst_node_id=node, message_type="query", ttl=600)])
    while True:
        for reply in grid.pull_messages([asked]):
            return reply.content[RECORD][ARRAY].numpy().tobytes()
        time.sleep(0.05)


def content(payload):
    values = np.frombuffer(payload, dtype=np.uint8)
    return RecordDict({RECORD: ArrayRecord({ARRAY: Array(values)})})


def sent(grid, messages, bodies):
    """Pushes them; which of the leader's messages each of Flower's is."""
    at, waiting, made = 0, [], {}
    for one in messages:
        payload = bodies[at : at + one["bytes"]]
        at += one["bytes"]
        # Of a round all are sent the same: made once.
        key = one["same"]
        if key not in made:
            made[key] = content(payload)
        waiting.append(
            Message(made[key], dst_node_id=int(one["node"]), message_type=one["kind"], ttl=one["seconds"])
        )
    ids = list(grid.push_messages(waiting))
    return {flower: one for flower, one in zip(ids, messages)}


def said(reply, most):
    """The bytes of an answer, or a code of what is wrong with it: Flower's, or one of ours."""
    if reply.has_error():
        return b"", reply.error.code
    try:
        body = reply.content[RECORD][ARRAY].numpy().tobytes()
    except Exception:  # whatever a stranger sent
        return b"", UNLIKE
    return (body, None) if len(body) <= most else (b"", TOO_LONG)


@app.main()
def main(grid: Grid, context: Context) -> None:
    turn = door(grid, context.run_config["leader"])
    waiting = {}
    came = []
    while True:
        for reply in grid.pull_messages(list(waiting)) if waiting else []:
            told = waiting.pop(reply.metadata.reply_to_message_id, None)
            if told is None:
                continue
            body, error = said(reply, told["most"])
            came.append(({"id": told["id"], "bytes": len(body), "error": error}, body))
        answers = due(came)
        nodes = [str(node) for node in grid.get_node_ids()]
        heads, bodies = [head for head, _ in answers], [body for _, body in answers]
        head, rest = unpacked(turn(packed({"nodes": nodes, "answers": heads}, bodies)))
        if head["end"]:
            return
        if head["messages"]:
            waiting.update(sent(grid, head["messages"], rest))
        elif not came:
            time.sleep(0.1)
