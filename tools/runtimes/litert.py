"""LiteRT in Python: a file by its signature."""
from importlib.metadata import version

from ai_edge_litert.interpreter import Interpreter
from serving import serve


def start(opening):
    runner = Interpreter(opening["place"]).get_signature_runner()

    def run(graph, feeds, wanted):
        ports = opening["graphs"][graph]
        answers = runner(**{ports["inputs"][name]["name"]: values for name, values in feeds.items()})
        return {name: answers[ports["outputs"][name]["name"]] for name in wanted}

    return "ai-edge-litert " + version("ai-edge-litert"), run


serve(start)
