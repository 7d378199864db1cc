#!/usr/bin/env python3
"""llama.cpp's own server (of the package xllamacpp) over a GGUF file: POST /v1/completions. Keys and values are kept in f32."""
import argparse
import signal
import threading

import xllamacpp


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--parallel", type=int, default=8)
    parser.add_argument("--context", type=int, default=512, help="tokens of each text")
    a = parser.parse_args()
    params = xllamacpp.CommonParams()
    params.model.path = a.file
    params.port = a.port
    params.n_parallel = a.parallel
    params.n_ctx = a.context * a.parallel
    params.cpuparams.n_threads = a.threads
    params.cpuparams_batch.n_threads = a.threads
    params.n_gpu_layers = 0
    params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    done = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: done.set())
    done.wait()


main()
