/**
 * Imports of unknown modules, which may replace parts of the libraries on import. A module whose names occur in a
 * listed call is shown there; every other one is listed itself.
 */
import { targetsBoundBy } from "./python-bindings.js";
import type { PythonNode, PythonProgram } from "./python-tree.js";

const standardModules =
  "__future__ abc argparse array ast asyncio atexit base64 binascii bisect builtins bz2 calendar cmath codecs collections concurrent configparser contextlib contextvars copy csv ctypes dataclasses datetime decimal difflib dis email enum errno faulthandler filecmp fnmatch fractions functools gc getpass glob graphlib gzip hashlib heapq hmac html http importlib inspect io ipaddress itertools json keyword linecache locale logging lzma math mimetypes multiprocessing numbers operator os pathlib pdb pickle pkgutil platform plistlib pprint profile queue random re reprlib resource sched secrets select selectors shelve shlex shutil signal site socket sqlite3 ssl stat statistics string struct subprocess sys sysconfig tarfile tempfile textwrap threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc types typing unicodedata unittest urllib uuid venv warnings weakref webbrowser xml zipfile zipimport zlib zoneinfo";
/** Well-known libraries; calls of those that train are read or listed separately. */
const libraries =
  "IPython PIL absl accelerate aiohttp albumentations apex ast_grep audiomentations auto_gptq autoawq bert_score bitsandbytes bs4 click clearml comet_ml cv2 datasets deepspeed diffusers docker dotenv einops evaluate fairscale faiss fastapi fire flash_attn flax fsspec ftfy gradio google huggingface_hub hydra ipywidgets jax jinja2 joblib jsonlines kagglehub kernels langchain librosa liger_kernel lightning llama_cpp lm_eval loguru matplotlib mergekit mlflow modal modelscope multiprocess neptune nltk numba numpy nvidia omegaconf onnx onnxruntime openai optimum optuna orjson outetts packaging pandas peft plotly polars psutil pyarrow pydantic pynvml pytorch_lightning ray regex requests rich rouge_score sacrebleu safetensors sagemaker scipy seaborn sentence_transformers sentencepiece seqeval setuptools simplejson six sklearn snac soundfile spacy sparktts streamlit swanlab tabulate tensorboard tensorboardX tensorflow tenacity tiktoken timm tokenizers toml torch torchao torchaudio torchdata torchinfo torchmetrics torchtext torchtune torchvision tqdm trackio transformers triton trl typer typing_extensions unsloth unsloth_zoo vllm wandb whisper xcodec2 xformers xgboost yaml zmq";
const known = new Set(`${standardModules} ${libraries}`.split(" "));

/** `listed`: names used in listed calls. */
export function unreadImportsIn(program: PythonProgram, listed: ReadonlySet<string>): readonly PythonNode[] {
  const textOf = ({ from, to }: PythonNode): string => program.text.slice(from, to);
  return program.importing.filter((node) => {
    const text = textOf(node);
    const from = /^from\s+([\w.]+)\s+import\b/.exec(text)?.[1];
    const modules = from === undefined ? text.replace(/^import\s+/, "").split(",") : [from];
    const isKnown = (module: string): boolean => known.has(/^\s*(\w+)/.exec(module)?.[1] ?? "");
    if (modules.every(isKnown)) return false;
    const names = targetsBoundBy(node).map(({ target }) => textOf(target));
    return !names.some((name) => listed.has(name));
  });
}
