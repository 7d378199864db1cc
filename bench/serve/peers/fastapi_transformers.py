#!/usr/bin/env python3
"""A model folder behind FastAPI, with transformers on PyTorch, as people serve one: the peer of `tunebook bench serve`.

--task classify: POST /predict {"inputs": text or texts} answers each text's labels and scores, the likeliest first.
--task write: POST /v1/completions {"prompt", "max_tokens", "stream"} writes greedily; streamed by TextIteratorStreamer.

--pool N: so many requests compute at once, in threads; the others wait. --batch N: a request waits up to --wait ms for others
and they go through the model together (of texts that are written: together from their first token to their last).
f32, inference mode, PyTorch's own attention (SDPA).
"""
import argparse
import asyncio
import json
import os
import threading
import time
from contextlib import asynccontextmanager

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
import torch
import uvicorn
from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    TextIteratorStreamer,
)


class Predict(BaseModel):
    inputs: str | list[str]


class Completion(BaseModel):
    model: str = ""
    prompt: str
    max_tokens: int = 16
    temperature: float = 0
    stream: bool = False


class Gatherer:
    """Calls `work` with the requests that came within `wait` seconds, at most `most` of them; the next once `over` returns."""

    def __init__(self, work, most, wait, over=lambda answers: None):
        self.work, self.most, self.wait, self.over = work, most, wait, over
        self.queue = asyncio.Queue()
        self.limiter = CapacityLimiter(1)

    async def ask(self, request):
        answer = asyncio.get_running_loop().create_future()
        await self.queue.put((request, answer))
        return await answer

    async def run(self):
        while True:
            batch = [await self.queue.get()]
            until = time.monotonic() + self.wait
            while len(batch) < self.most:
                try:
                    batch.append(await asyncio.wait_for(self.queue.get(), max(0, until - time.monotonic())))
                except asyncio.TimeoutError:
                    break
            try:
                answers = await to_thread.run_sync(self.work, [request for request, _ in batch], limiter=self.limiter)
                for (_, answer), said in zip(batch, answers):
                    answer.set_result(said)
                await to_thread.run_sync(self.over, answers, limiter=self.limiter)
            except Exception as error:
                for _, answer in batch:
                    if not answer.done():
                        answer.set_exception(error)


def classifier(app, a):
    tokenizer = AutoTokenizer.from_pretrained(a.folder)
    model = AutoModelForSequenceClassification.from_pretrained(a.folder, dtype=torch.float32).eval()
    labels = model.config.id2label

    @torch.inference_mode()
    def classify(texts):
        encoded = tokenizer(texts, padding=True, truncation=True, max_length=a.max_length, return_tensors="pt")
        rows = torch.softmax(model(**encoded).logits, dim=-1).tolist()
        said = [[{"label": labels[i], "score": score} for i, score in enumerate(row)] for row in rows]
        return [sorted(row, key=lambda one: -one["score"]) for row in said]

    classify(["Warm."])
    if a.batch:
        gatherer = Gatherer(classify, a.batch, a.wait / 1e3)
        app.state.gatherers.append(gatherer)

        @app.post("/predict")
        async def predict(request: Predict):
            if isinstance(request.inputs, str):
                return await gatherer.ask(request.inputs)
            return await asyncio.gather(*(gatherer.ask(text) for text in request.inputs))

        return

    @app.post("/predict")
    def predict(request: Predict):
        if isinstance(request.inputs, str):
            return classify([request.inputs])[0]
        return classify(request.inputs)


class Rows:
    """What `generate` writes of a batch, told to a streamer for each row."""

    def __init__(self, streamers, most, ends):
        self.streamers, self.most, self.ends = streamers, most, ends
        self.counts, self.open, self.begun = [0] * len(streamers), [True] * len(streamers), False

    def put(self, value):
        if not self.begun:  # the prompts
            self.begun = True
            return
        for row, token in enumerate(value.tolist()):
            if not self.open[row]:
                continue
            self.counts[row] += 1
            self.streamers[row].put(value[row : row + 1])
            if token in self.ends or self.counts[row] >= self.most[row]:
                self.open[row] = False
                self.streamers[row].end()

    def end(self):
        for row, still in enumerate(self.open):
            if still:
                self.streamers[row].end()


def writer(app, a):
    tokenizer = AutoTokenizer.from_pretrained(a.folder, padding_side="left")
    model = AutoModelForCausalLM.from_pretrained(a.folder, dtype=torch.float32).eval()
    eos = model.generation_config.eos_token_id
    ends = set(eos if isinstance(eos, list) else [] if eos is None else [eos])
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    streamer = lambda: TextIteratorStreamer(tokenizer, skip_special_tokens=True)
    slots = threading.Semaphore(a.pool)

    @torch.inference_mode()
    def write(requests, rows):
        encoded = tokenizer([one.prompt for one in requests], padding=len(requests) > 1, return_tensors="pt")
        model.generate(
            **encoded, do_sample=False, max_new_tokens=max(one.max_tokens for one in requests), streamer=rows,
            pad_token_id=tokenizer.pad_token_id,
        )
        return encoded["attention_mask"].sum(dim=1).tolist()

    def begin(requests):
        """Begins to write; of each request its streamer, and what it comes to."""
        streamers = [streamer() for _ in requests]
        rows = Rows(streamers, [one.max_tokens for one in requests], ends)
        told = [{} for _ in requests]

        def work():
            try:
                with slots:
                    prompts = write(requests, rows)
                for one, prompt, count in zip(told, prompts, rows.counts):
                    one["usage"] = {"prompt_tokens": prompt, "completion_tokens": count, "total_tokens": prompt + count}
            finally:
                rows.end()

        thread = threading.Thread(target=work)
        thread.start()
        for one in told:
            one["thread"] = thread
        return list(zip(streamers, told))

    for _ in begin([Completion(prompt="Warm.", max_tokens=4)])[0][0]:
        pass
    gatherer = None
    if a.batch:
        gatherer = Gatherer(begin, a.batch, a.wait / 1e3, over=lambda begun: begun[0][1]["thread"].join())
        app.state.gatherers.append(gatherer)

    def event(text, end=None, usage=None):
        choices = [{"index": 0, "text": text, "logprobs": None, "finish_reason": end}] if usage is None else []
        return {"object": "text_completion", "model": "model", "choices": choices, "usage": usage}

    def events(texts, told, most):
        for text in texts:
            if text:
                yield f"data: {json.dumps(event(text))}\n\n"
        told["thread"].join()
        usage = told["usage"]
        yield f"data: {json.dumps(event('', 'length' if usage['completion_tokens'] >= most else 'stop'))}\n\n"
        yield f"data: {json.dumps(event('', usage=usage))}\n\ndata: [DONE]\n\n"

    @app.post("/v1/completions")
    async def completions(request: Completion):
        texts, told = await gatherer.ask(request) if gatherer else begin([request])[0]
        if request.stream:
            return StreamingResponse(events(texts, told, request.max_tokens), media_type="text/event-stream")
        whole = await to_thread.run_sync(lambda: "".join(texts))
        await to_thread.run_sync(told["thread"].join)
        length = told["usage"]["completion_tokens"] >= request.max_tokens
        return {**event(whole, "length" if length else "stop"), "usage": told["usage"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--task", choices=["classify", "write"], required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pool", type=int, default=1)
    parser.add_argument("--batch", type=int, default=0)
    parser.add_argument("--wait", type=float, default=2)
    parser.add_argument("--max-length", type=int, default=128)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)

    @asynccontextmanager
    async def lifespan(app):
        # Endpoints that compute run in these threads. Streams only wait there, and any number of them may.
        to_thread.current_default_thread_limiter().total_tokens = a.pool if a.task == "classify" else 128
        tasks = [asyncio.create_task(gatherer.run()) for gatherer in app.state.gatherers]
        yield
        for task in tasks:
            task.cancel()

    app = FastAPI(lifespan=lifespan)
    app.state.gatherers = []
    (classifier if a.task == "classify" else writer)(app, a)

    @app.get("/health")
    async def health():
        return {"program": f"FastAPI, transformers on torch {torch.__version__}"}

    uvicorn.run(app, host="127.0.0.1", port=a.port, log_level="warning", access_log=False, timeout_keep_alive=60)


main()
