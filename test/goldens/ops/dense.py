"""Goldens of the ops with weights or windows, by PyTorch 2.13 in float64; inputs are rounded to float32 first.

  python test/goldens/ops/dense.py    writes dense.safetensors beside it: CASE.x, CASE.w, ..., CASE.y, and the attributes as metadata

Channels come last here, as the graph has them.
"""
import json
import os

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(7)
tensors, cases = {}, []


def draw(*shape):
    return torch.randn(*shape).float().double()


def last(t):
    return t.movedim(1, -1).contiguous()


def add(op, inputs, outputs, attributes):
    name = f"{op}-{len(cases)}"
    for i, t in enumerate(inputs):
        if t is not None:
            tensors[f"{name}.x{i}"] = t.float().contiguous().clone()
    for i, t in enumerate(outputs):
        tensors[f"{name}.y{i}"] = t.float().contiguous().clone()
    cases.append({"name": name, "op": op, "inputs": [t is not None for t in inputs], "outputs": len(outputs), "attributes": attributes})


def convolution(n, c, o, size, k, s, d, p, g, transposed=False, more=None):
    axes = len(size)
    x, b = draw(n, c, *size), draw(o)
    attributes = {"strides": s, "dilations": d, "pads_before": p, "pads_after": p, "groups": g}
    if transposed:
        w = draw(c, o // g, *k)
        y = getattr(F, f"conv_transpose{axes}d")(x, w, b, stride=s, padding=p, dilation=d, groups=g, output_padding=more)
        attributes["output_padding"] = more
    else:
        w = draw(o, c // g, *k)
        y = getattr(F, f"conv{axes}d")(x, w, b, stride=s, padding=p, dilation=d, groups=g)
    add("conv_transpose" if transposed else "conv", [last(x), last(w), b], [last(y)], attributes)


convolution(2, 3, 5, [20], [4], [2], [1], [0], 1)
convolution(2, 3, 17, [20], [4], [2], [1], [3], 1)
convolution(1, 4, 6, [20], [3], [1], [2], [2], 2)
convolution(1, 6, 6, [20], [3], [1], [2], [2], 6)
convolution(1, 6, 12, [20], [3], [1], [2], [2], 6)
convolution(1, 1, 33, [600], [256], [128], [1], [0], 1)
convolution(1, 33, 31, [4], [3], [1], [1], [1], 1)
convolution(1, 7, 9, [2], [3], [1], [1], [2], 1)
convolution(1, 3, 4, [9], [1], [2], [1], [0], 1)
convolution(2, 3, 5, [9, 8], [3, 2], [2, 1], [1, 2], [1, 2], 1)
convolution(1, 4, 8, [7, 33], [1, 5], [1, 2], [1, 1], [0, 2], 1)
convolution(1, 4, 8, [7, 33], [1, 5], [1, 2], [1, 1], [0, 2], 2)
convolution(2, 8, 8, [7, 5], [1, 1], [1, 1], [1, 1], [0, 0], 1)
convolution(1, 8, 8, [7, 11], [3, 3], [1, 1], [2, 1], [2, 1], 8)
convolution(1, 2, 4, [5, 6, 7], [2, 3, 2], [1, 2, 1], [1, 1, 2], [1, 0, 1], 1)
convolution(2, 3, 5, [20], [4], [2], [1], [1], 1, True, [1])
convolution(1, 4, 6, [9], [3], [3], [2], [0], 2, True, [0])
convolution(1, 4, 6, [5, 6], [3, 2], [2, 1], [1, 2], [1, 0], 2, True, [1, 0])
convolution(1, 4, 4, [5, 6], [1, 5], [1, 2], [1, 1], [0, 2], 4, True, [0, 1])

for size, k, s, p, ceil in [([9], [3], [2], [1], False), ([8], [3], [2], [1], True), ([7, 6], [3, 2], [2, 2], [1, 1], False), ([5, 6, 4], [2, 3, 2], [1, 2, 2], [1, 1, 0], True)]:
    x = draw(2, 5, *size)
    axes = len(size)
    window = {"kernel": k, "strides": s, "pads_before": p, "pads_after": p, "ceil": ceil}
    add("pool", [last(x)], [last(getattr(F, f"max_pool{axes}d")(x, k, s, p, ceil_mode=ceil))], {"function": "max", **window})
    for counted in (False, True):
        y = getattr(F, f"avg_pool{axes}d")(x, k, s, p, ceil_mode=ceil, count_include_pad=counted)
        add("pool", [last(x)], [last(y)], {"function": "average", "count_include_pad": counted, **window})

for shape, axes in [([3, 4, 5], 1), ([2, 3, 17], 2), ([6, 1], 1), ([64], 1)]:
    x = draw(*shape) * 3 + 100
    n = shape[-axes:]
    scale, bias = draw(*n), draw(*n)
    add("norm", [x, scale, bias], [F.layer_norm(x, n, scale, bias, 1e-5)], {"axes_from": -axes})
    add("norm", [x], [F.layer_norm(x, n, None, None, 1e-3)], {"axes_from": -axes, "epsilon": 1e-3})
    add("norm", [x, scale], [F.rms_norm(x, n, scale, 1e-5)], {"axes_from": -axes, "function": "rms"})

for shape, axis in [([5], 0), ([3, 17], -1), ([4, 5, 6], 1), ([4, 5, 6], 0)]:
    x = draw(*shape) * 10
    add("softmax", [x], [F.softmax(x, axis)], {"axis": axis})
    add("softmax", [x], [F.log_softmax(x, axis)], {"axis": axis, "log": True})

for rows, inputs, outputs in [(1, 1, 1), (3, 5, 17), (4, 33, 16), (7, 16, 31)]:
    x, w, b = draw(rows, inputs), draw(outputs, inputs), draw(outputs)
    add("linear", [x, w, b], [F.linear(x, w, b)], {})
    add("linear", [x, w], [F.silu(F.linear(x, w))], {"activation": {"function": "silu"}})

for kind, gates in [("rnn", 1), ("gru", 3), ("lstm", 4)]:
    for both in (False, True):
        for t, n, i, h in [(1, 1, 3, 5), (6, 3, 4, 17)]:
            module = getattr(torch.nn, kind.upper())(i, h, bidirectional=both).double()
            for p in module.parameters():
                p.data = p.data.float().double()
            d = 2 if both else 1
            x, h0, c0 = draw(t, n, i), draw(d, n, h), draw(d, n, h)
            with torch.no_grad():
                y, state = module(x, (h0, c0) if kind == "lstm" else h0)
            weights = module.state_dict()
            each = lambda name: torch.stack([weights[f"{name}_l0{suffix}"] for suffix in ("", "_reverse")[:d]])
            inputs = [x, each("weight_ih"), each("weight_hh"), each("bias_ih"), each("bias_hh"), None, h0] + ([c0] if kind == "lstm" else [])
            outputs = [y, *state] if kind == "lstm" else [y, state]
            add(kind, inputs, outputs, {"direction": "bidirectional" if both else "forward"})

save_file(tensors, os.path.join(os.path.dirname(__file__), "dense.safetensors"), {"cases": json.dumps(cases)})
