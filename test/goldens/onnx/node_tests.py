"""Writes ONNX's own operator tests as files, for test/onnx/report.ts.

    /tmp/venv/bin/pip install numpy safetensors onnx
    /tmp/venv/bin/python test/goldens/onnx/node_tests.py CASES

CASES/NAME/ holds model.onnx, in.safetensors, expect.safetensors and meta.json. Left out are tests of text, of sequences
and of numbers of which JavaScript has no arrays: floats of 4, 8 and 16 bits, integers of 2 and 4.
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases
from safetensors.numpy import save_file

KINDS = {np.dtype(kind) for kind in "f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 ?".split()}
DATA = Path(onnx.__file__).parent / "backend" / "test" / "data"


def operators(graph):
    inner = [onnx.helper.get_attribute_value(a) for n in graph.node for a in n.attribute if a.type == onnx.AttributeProto.GRAPH]
    return {n.op_type for n in graph.node}.union(*map(operators, inner))


def array(value):
    return np.array(numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else value, order="C")


def write(name, model, inputs, outputs, tolerance=2e-5):
    if any(isinstance(value, (list, dict)) or array(value).dtype not in KINDS for value in [*inputs, *outputs]):
        return
    case = Path(sys.argv[1]) / name
    case.mkdir(parents=True, exist_ok=True)
    known = {i.name for i in model.graph.initializer}
    names = [i.name for i in model.graph.input if len(inputs) == len(model.graph.input) or i.name not in known]
    (case / "model.onnx").write_bytes(model.SerializeToString())
    save_file({k: array(v) for k, v in zip(names, inputs, strict=True)}, case / "in.safetensors")
    save_file({o.name: array(v) for o, v in zip(model.graph.output, outputs, strict=True)}, case / "expect.safetensors")
    meta = {"model": "model.onnx", "must": "either", "share": True, "why": name, "tolerance": tolerance, "ops": sorted(operators(model.graph))}
    (case / "meta.json").write_text(json.dumps(meta))


def tensors(folder, kind):
    count = len(list(folder.glob(f"{kind}_*.pb")))
    return [onnx.TensorProto.FromString((folder / f"{kind}_{i}.pb").read_bytes()) for i in range(count)]


for test in collect_testcases(None):
    # The numbers of these are written down with four digits, or were computed in float32.
    rough = next((t for word, t in {"averagepool_2d_ceil_last": 1e-4, "bicubic": 1e-4, "roialign": 2e-4, "dft": 1e-3}.items() if word in test.name), 2e-5)
    write(test.name.removeprefix("test_"), test.model, *map(list, test.data_sets[0]), rough)
for group in ("pytorch-converted", "pytorch-operator", "simple"):
    for folder in sorted((DATA / group).iterdir()):
        data = folder / "test_data_set_0"
        try:
            write(f"{group}-{folder.name.removeprefix('test_')}", onnx.load(folder / "model.onnx"), tensors(data, "input"), tensors(data, "output"))
        except (ValueError, TypeError):  # of sequences
            continue
