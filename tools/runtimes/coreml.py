"""
Core ML's packages where Apple's runtime isn't: coremltools reads the package and computes each operation by its own rules
(value inference), one after the other, with what goes in put there as constants.
"""
import os
from importlib.metadata import version

import coremltools
import numpy as np
from coremltools.converters.mil.frontend.milproto.load import load
from coremltools.converters.mil.mil.ops.defs.iOS15 import reduction
from coremltools.proto import MIL_pb2
from serving import serve

TEXT = 2
NUMBERS = {"f4": 11, "f2": 10, "i4": 23, "b1": 1}
KINDS = {np.dtype(np.float32): (11, "floats"), np.dtype(np.int32): (23, "ints")}


def plain_flags():
    """coremltools gives numpy a flag of numpy's own, which later numpys take for no flag."""
    for name in ("reduce_mean", "reduce_sum", "reduce_max", "reduce_min"):
        kind = getattr(reduction, name)

        def get_operator(self, get=kind.get_operator):
            return lambda x, axis, keepdims: get(self)(x, axis=axis, keepdims=bool(keepdims))

        kind.get_operator = get_operator


def text(of, value):
    of.type.tensorType.dataType = 2
    of.immediateValue.tensor.strings.values.append(value)


def unrounded(operation):
    """Weights that are stored in half floats, as a constant and a cast: a rule for them together coremltools has none of."""
    if operation.type != "constexpr_cast":
        return [operation]
    output = operation.outputs[0]
    stored = MIL_pb2.Operation(type="const")
    stored.outputs.add(name=output.name + "_stored").type.CopyFrom(operation.attributes["source_val"].type)
    stored.attributes["val"].CopyFrom(operation.attributes["source_val"])
    text(stored.attributes["name"], output.name + "_stored")
    kind = MIL_pb2.Operation(type="const")
    kind.outputs.add(name=output.name + "_type").type.tensorType.dataType = 2
    text(kind.attributes["val"], "fp32")
    text(kind.attributes["name"], output.name + "_type")
    cast = MIL_pb2.Operation(type="cast", outputs=[output])
    cast.inputs["x"].arguments.add(name=output.name + "_stored")
    cast.inputs["dtype"].arguments.add(name=output.name + "_type")
    text(cast.attributes["name"], output.name)
    return [stored, kind, cast]


def constant(name, values):
    """The operation that gives a constant of that name."""
    kind, field = KINDS[values.dtype]
    operation = MIL_pb2.Operation(type="const")
    output = operation.outputs.add(name=name)
    for tensor in (output.type.tensorType, operation.attributes["val"].type.tensorType):
        tensor.dataType = kind
        tensor.rank = values.ndim
        for size in values.shape:
            tensor.dimensions.add().constant.size = size
    tensor = operation.attributes["val"].immediateValue.tensor
    getattr(tensor, field).values.extend(values.ravel().tolist())
    text(operation.attributes["name"], name)
    return operation


def misfits(block, program):
    """Outputs whose types the file says otherwise than coremltools finds them: what Apple's compiler would refuse."""
    declared = {output.name: output.type.tensorType for operation in block.operations for output in operation.outputs}
    for operation in program.functions["main"].operations:
        for var in operation.outputs:
            own = declared.get(var.name)
            if own is None or own.dataType == TEXT or var.val is None:
                continue
            value = np.asarray(var.val)
            sizes = [d.constant.size if d.HasField("constant") else None for d in own.dimensions]
            same = len(sizes) == value.ndim and all(d in (None, n) for d, n in zip(sizes, value.shape))
            if not same or own.dataType != NUMBERS[value.dtype.kind + str(value.dtype.itemsize)]:
                yield f"{var.name} ({operation.op_type}): {sizes} is said, {value.dtype} {value.shape} found"


def start(opening):
    plain_flags()
    place = opening["place"]
    folder = os.path.join(place, "Data", "com.apple.CoreML")
    spec = coremltools.utils.load_spec(place)

    # As it stands, with free sizes where it has them.
    load(spec, spec.specificationVersion, os.path.join(folder, "weights"))

    def run(graph, feeds, wanted):
        ports = opening["graphs"][graph]
        own = type(spec)()
        own.CopyFrom(spec)
        main = own.mlProgram.functions["main"]
        block = main.block_specializations[main.opset]
        given = [constant(ports["inputs"][name]["name"], values) for name, values in feeds.items()]
        operations = given + [part for operation in block.operations for part in unrounded(operation)]
        del block.operations[:]
        block.operations.extend(operations)
        del main.inputs[:]
        del own.description.input[:]
        program = load(own, own.specificationVersion, os.path.join(folder, "weights"))
        values = {var.name: var for var in program.functions["main"].outputs}
        wrong = list(misfits(block, program))
        if wrong:
            raise ValueError("the file says another type of " + "; ".join(wrong[:3]))
        answers = {}
        for name in wanted:
            var = values[ports["outputs"][name]["name"]]
            if var.val is None:
                raise ValueError(f"coremltools can't compute {var.name}: {unknown(program)}")
            answers[name] = var.val
        return answers

    return "coremltools " + version("coremltools"), run


def unknown(program):
    """The first operation that has no value."""
    for operation in program.functions["main"].operations:
        if any(var.val is None for var in operation.outputs):
            return operation.op_type
    return "nothing"


serve(start)
