"""llama_model_quantize of llama.cpp's own library beside files that Tunebook wrote: LIBRARIES FOLDER MODEL… (llama-quantize.ts)."""
import ctypes
import glob
import os
import sys

import gguf
import numpy

FORMATS = {"f16": 1, "bf16": 32, "q8_0": 7, "q4_0": 2, "q4_1": 3, "q5_0": 8, "q5_1": 9, "q4_k": 15, "q6_k": 18}
BOOLS = ["requantize", "output", "copy", "pure", "split", "dry"]
POINTERS = ["matrix", "overrides", "types", "layers"]


class Settings(ctypes.Structure):
    _fields_ = (
        [(name, ctypes.c_int32) for name in ["threads", "kind", "output_type", "embedding_type"]]
        + [(name, ctypes.c_bool) for name in BOOLS]
        + [(name, ctypes.c_void_p) for name in POINTERS]
        + [("most", ctypes.c_size_t)]
    )


def library(folder):
    ggml, llama = [glob.glob(os.path.join(folder, f"lib{name}.v*"))[0] for name in ("ggml", "llama")]
    for file in [os.path.join(folder, "libggml-base.so"), ggml, llama]:
        loaded = ctypes.CDLL(file, mode=ctypes.RTLD_GLOBAL)
        if file == ggml:
            loaded.ggml_backend_load_all_from_path(folder.encode())
    loaded.llama_model_quantize_default_params.restype = Settings
    loaded.llama_model_quantize.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(Settings)]
    return loaded


def told(reader):
    return {name: field.contents() for name, field in reader.fields.items() if not name.startswith("GGUF.") and name != "general.quantization_version"}


def main(folder, work, models):
    llama, unlike = library(folder), 0
    quiet = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)(lambda *_: None)
    llama.llama_log_set(quiet, None)
    for model in models:
        for name, kind in FORMATS.items():
            settings = llama.llama_model_quantize_default_params()
            settings.threads, settings.kind = 1, kind
            theirs = os.path.join(work, "theirs.gguf")
            assert llama.llama_model_quantize(os.path.join(work, f"{model}-f32.gguf").encode(), theirs.encode(), ctypes.byref(settings)) == 0
            a, b = gguf.GGUFReader(theirs), gguf.GGUFReader(os.path.join(work, f"{model}-{name}.gguf"))
            ours = {t.name: t for t in b.tensors}
            odd = [t.name for t in a.tensors if t.tensor_type != ours[t.name].tensor_type or not numpy.array_equal(t.data, ours[t.name].data)]
            odd += [key for key in told(a).keys() | told(b).keys() if told(a).get(key) != told(b).get(key)]
            unlike += len(odd)
            print(f"{model} {name}: {len(a.tensors)} tensors, {len(odd)} unlike {odd[:5] or ''}")
    print(f"unlike in all: {unlike}")
    return unlike


sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]) > 0)
