"""Makes every golden in this folder from scratch. The tests only read the results; rerun it to add cases.

    python3 -m venv /tmp/venv
    /tmp/venv/bin/pip install torch==2.13.0 numpy safetensors onnx onnxruntime
    /tmp/venv/bin/python test/goldens/recipe.py

Made with Python 3.11, torch 2.13.0+cpu, numpy 2.4.6, safetensors 0.8.0, onnx 1.23.1, onnxruntime 1.30.0.

Files
  rnn, lstm, gru.safetensors  expected values from PyTorch in float64
  onnx.safetensors            expected values from `Loop` below, a float64 loop written from the ONNX equations
Each holds `<case>.output`, `<case>.h_n` and, for an LSTM, `<case>.c_n` (F64), and under the metadata key `cases` a
JSON list that says what each case is (see `case`). Everything is batch first: output is [B, T, directions*P], h_n is
[layers*directions, B, P], c_n is [layers*directions, B, H], where P is `proj` or else H; unbatched cases (batch 0) have
no B. Past its length a row of `output` is zero. `rows`, where not null, lists the timesteps that `output` keeps.
Direction "reverse" (ONNX only) is one direction, with plain names (`weight_ih_l0`).

Weights and inputs are not stored. They are drawn by `draw`, one stream a case: the parameters in the order of the list
`parameters`, range scale / sqrt(hidden); then x [(B,) T, input], then h0 [layers*directions, (B,) P], then for an LSTM
c0 [layers*directions, (B,) H], range 1, the states only where `initial` is true. Every draw is rounded to float32
before anything is computed.

Checks, all of which must hold before a file is written; in brackets the largest difference seen (absolute below 1,
relative above)
  - PyTorch in float32 against float64: below 5e-6, every case of rnn, lstm, gru
    [3.8e-6; without scale 30: rnn 3.2e-6, lstm 4e-7, gru 6.2e-7]
  - PyTorch in float64 with every weight wobbled by up to one part in 2^23: below 5e-6, so no case is chaotic [4.0e-6]
  - `Loop` in float64 against PyTorch in float64: below 1e-12, every case with one layer and no projection [1.2e-14]
  - `Loop` in float32 against float64: below 5e-6, every ONNX case [2.6e-6]; wobbled likewise [2.5e-6]
  - ONNX Runtime, which is float32, against `Loop` in float64: below 5e-6, every ONNX case, for it runs them all:
    peepholes, clip, input_forget, HardSigmoid with either slope, both GRU forms, all directions, lengths, initial
    states [3.1e-6]
  - no output is dull: its mean magnitude is between 0.03 and 20, so that a wrong result can be told from a right one
"""
import json
import warnings
from itertools import product
from pathlib import Path
from zlib import crc32

import numpy as np
import onnxruntime
import torch
from onnx import TensorProto, helper
from safetensors.numpy import save
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

SIZES = [1, 3, 5, 7, 13, 16, 17, 33, 64, 127]
STEPS = [1, 2, 3, 7, 16, 31, 32, 33, 65, 100, 1000]
GATES = {"rnn": 1, "lstm": 4, "gru": 3}
HARD = {1 / 6: "hard017", 0.2: "hard020"}
DEMAND = 5e-6
# Some nets amplify a rounding error until no float32 can follow them, most of all with scale 30, and some (relu, deep
# nets without bias) die out. Such a case has its seed moved on by this much, to the first net that passes every check
# with some room to spare.
RESEED = {
    "rnn relu-h1": 1, "rnn relu-deep-h1": 1, "rnn relu-deep-h5": 3, "rnn all-layers1-ragged-initial-relu": 1,
    "rnn all-layers3-bidirectional-nobias-ragged-relu": 1, "rnn all-layers3-bidirectional-ragged-relu": 2,
    "rnn saturated-h1": 1, "rnn saturated-h5": 1, "rnn saturated-h16": 9, "rnn saturated-h33": 4,
    "rnn saturated-long": 2, "rnn saturated-long-nobias-initial": 1388, "lstm proj1-layers2-h5": 1,
    "lstm all-layers1-nobias-ragged-proj": 2, "lstm all-layers3-nobias-ragged": 1,
    "lstm all-layers3-bidirectional-nobias-ragged-proj": 2, "lstm saturated-h16": 2, "lstm saturated-h33": 5,
    "lstm saturated-long": 10, "lstm saturated-long-nobias-initial": 395, "lstm saturated-bidirectional": 4,
    "lstm saturated-layers3-bidirectional": 4, "lstm saturated-proj": 182, "gru saturated-h16": 2,
    "gru saturated-h33": 6, "gru saturated-long": 19, "gru saturated-long-nobias-initial": 280,
    "gru saturated-layers3": 1, "gru saturated-bidirectional": 18, "gru saturated-layers3-bidirectional": 2,
    "gru saturated-ragged": 1, "lstm lstm-peepholes-h127": 1, "lstm lstm-peepholes-clip-forget-hard020-saturated": 1,
    "gru gru-before-saturated": 38, "gru gru-before-saturated-long": 59, "rnn rnn-relu-reverse-batch-ragged": 2,
    "rnn rnn-tanh-clip2-forward": 1, "rnn rnn-relu-clip2-forward": 1,
}


# Draws

def draw(seed, start, count, scale):
    """Draws start .. start + count of mulberry32, made uniform in [-scale, scale) and rounded to float32."""
    u32 = np.uint32
    n = np.arange(start + 1, start + count + 1, dtype=np.uint64)
    a = ((seed + n * 0x6D2B79F5) & 0xFFFFFFFF).astype(u32)
    t = (a ^ (a >> u32(15))) * (a | u32(1))
    t = t ^ (t + (t ^ (t >> u32(7))) * (t | u32(61)))
    u = t ^ (t >> u32(14))
    return ((u / 2.0**32 * 2 - 1) * scale).astype(np.float32)


def draw_case(case):
    """Parameters by name, x, h0 and c0 (None without initial states), all float32."""
    at = 0

    def take(shape, scale):
        nonlocal at
        count = int(np.prod(shape))
        at += count
        return draw(case["seed"], at - count, count, scale).reshape(shape)

    scale = case["scale"] / np.sqrt(case["hidden"])
    parameters = {name: take(shape, scale) for name, shape in case["parameters"]}
    batch = (case["batch"],) * (case["batch"] > 0)
    states = (case["layers"] * (1 + case["bidirectional"]), *batch)
    x = take((*batch, case["steps"], case["input"]), 1.0)
    h0 = take((*states, case["proj"] or case["hidden"]), 1.0) if case["initial"] else None
    c0 = take((*states, case["hidden"]), 1.0) if case["initial"] and case["cell"] == "lstm" else None
    return parameters, x, h0, c0


# Descriptions

def case(cell, name, input, hidden, steps, *, layers=1, bidirectional=False, bias=True, nonlinearity="tanh", proj=0,
         batch=0, lengths=None, initial=False, scale=1, **onnx):
    described = {
        "name": name, "cell": cell, "input": input, "hidden": hidden, "layers": layers, "bidirectional": bidirectional,
        "bias": bias, **({"nonlinearity": nonlinearity} if cell == "rnn" else {}), "proj": proj, "steps": steps,
        "batch": batch, "lengths": lengths, "initial": initial, "scale": scale,
        "seed": (crc32(f"{cell} {name}".encode()) + RESEED.get(f"{cell} {name}", 0)) % 2**32, "rows": None, **onnx}
    width = (proj or hidden) * (1 + bidirectional) * max(1, batch)
    if steps * width > 1024 and steps > 16:
        ends = {0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 33, 64, steps // 2, steps - 3, steps - 2, steps - 1}
        described["rows"] = sorted(row for row in ends if row < steps)
    described["parameters"] = parameters_of(described)
    return described


def parameters_of(case):
    """Names and shapes in PyTorch's state_dict order; then peepholes (i, f, o), which PyTorch does not have."""
    if "direction" not in case:
        return [[name, list(p.shape)] for name, p in module_of(case, torch.float32).state_dict().items()]
    gates, hidden = GATES[case["cell"]] * case["hidden"], case["hidden"]
    names = ["l0", "l0_reverse"] if case["bidirectional"] else ["l0"]
    shapes = [("weight_ih", [gates, case["input"]]), ("weight_hh", [gates, hidden])]
    shapes += [("bias_ih", [gates]), ("bias_hh", [gates])] if case["bias"] else []
    parameters = [[f"{kind}_{name}", shape] for name in names for kind, shape in shapes]
    return parameters + [[f"weight_peephole_{name}", [3 * hidden]] for name in names if case["peepholes"]]


def size_cases(cell, **options):
    """Every hidden size at least twice, every input size at least twice, every number of steps at least twice."""
    for k in range(24):
        hidden, input, steps = SIZES[k % 10], SIZES[(7 * k + 3 + k // 10) % 10], STEPS[(4 * k + 1) % 11]
        yield case(cell, f"size-h{hidden}-i{input}-t{steps}", input, hidden, steps, scale=1 + k % 2 / 2, **options)


RAGGED = {1: [4], 2: [1, 9], 3: [5, 9, 1], 5: [3, 9, 1, 9, 6], 16: [9, 1, 2, 2, 9, 8, 7, 7, 7, 3, 4, 1, 6, 5, 9, 2]}


def torch_cases(cell):
    yield from size_cases(cell)
    for k, (hidden, steps) in enumerate([(1, 7), (5, 33), (13, 3), (16, 16), (33, 65)]):
        named = lambda name, input, **options: case(cell, f"{name}-h{hidden}", input, hidden, steps, scale=2, **options)
        yield named("nobias", SIZES[7 - k], bias=False)
        yield named("layers2", SIZES[k + 2], layers=2)
        yield named("layers3", SIZES[k + 4], layers=3)
        yield named("bidirectional", SIZES[6 - k], bidirectional=True)
        yield named("initial", SIZES[k], initial=True)
        yield named("layers2-bidirectional", SIZES[k + 1], layers=2, bidirectional=True, initial=True)
        if cell == "rnn":
            yield named("relu", SIZES[8 - k], nonlinearity="relu")
            yield named("relu-deep", SIZES[k], nonlinearity="relu", layers=3, bidirectional=True)
        if cell == "lstm" and hidden > 1:
            for proj in {(hidden + 1) // 2, hidden - 2 | 1, 1}:
                yield named(f"proj{proj}", SIZES[k + 3], proj=proj)
            proj = hidden // 3 | 1
            yield named(f"proj{proj}-layers2", SIZES[k + 1], proj=proj, layers=2)
            yield named(f"proj{proj}-bidirectional", SIZES[k + 2], proj=proj, bidirectional=True)
            yield named(f"proj{proj}-layers3-bidirectional", SIZES[k], proj=proj, layers=3, bidirectional=True,
                        initial=True)

    for batch, lengths in RAGGED.items():
        yield case(cell, f"batch{batch}", 5, 17, 9, batch=batch)
        yield case(cell, f"batch{batch}-initial", 7, 13, 9, batch=batch, initial=True)
        yield case(cell, f"batch{batch}-ragged", 13, 17, 9, batch=batch, lengths=lengths)
        yield case(cell, f"batch{batch}-ragged-deep", 3, 7, 9, batch=batch, lengths=lengths, layers=2,
                   bidirectional=True, initial=True)
    yield case(cell, "batch3-equal-lengths", 5, 16, 7, batch=3, lengths=[7, 7, 7])
    yield case(cell, "batch2-equal-short-lengths", 5, 5, 9, batch=2, lengths=[4, 4], bidirectional=True)
    yield case(cell, "batch5-all-length-1", 5, 5, 3, batch=5, lengths=[1] * 5, bidirectional=True, initial=True)
    yield case(cell, "batch3-ragged-long", 7, 13, 100, batch=3, lengths=[37, 100, 1], bidirectional=True)
    yield case(cell, "batch16-long", 16, 17, 65, batch=16)
    yield case(cell, "batch2-one-step", 3, 127, 1, batch=2, initial=True)

    last = {"rnn": [{"nonlinearity": "tanh"}, {"nonlinearity": "relu"}], "lstm": [{}, {"proj": True}], "gru": [{}]}
    yes_no = [False, True]
    choices = product([1, 3], yes_no, yes_no, yes_no, yes_no, last[cell])
    for k, (layers, bidirectional, bias, ragged, initial, option) in enumerate(choices):
        input, hidden, steps = [1, 3, 5, 7, 9][k % 5], [3, 7, 5][k % 3], [5, 9, 7, 6][k % 4]
        if option.get("proj"):
            option = {"proj": [1, 3, 5, 2][k // 2 % 4] if hidden > 5 else [1, 2][k // 2 % 2]}
        batch = 3 if ragged else [0, 1, 2, 5][k // 8 % 4]
        words = [f"layers{layers}", bidirectional and "bidirectional", not bias and "nobias", ragged and "ragged",
                 initial and "initial", option.get("proj") and "proj", option.get("nonlinearity") == "relu" and "relu"]
        lengths = [[steps, 1, steps - 2], [2, steps, steps], [steps - 1, 1, 3]][k % 3] if ragged else None
        yield case(cell, "all-" + "-".join(filter(None, words)), input, hidden, steps, layers=layers, bias=bias,
                   bidirectional=bidirectional, batch=batch, lengths=lengths, initial=initial,
                   scale=2 if "relu" in words else 3, **option)

    hot = {"scale": 30}  # every gate saturates; relu would explode instead
    yield case(cell, "saturated-h1", 3, 1, 65, **hot)
    yield case(cell, "saturated-h5", 3, 5, 33, **hot)
    yield case(cell, "saturated-h16", 7, 16, 16, **hot)
    yield case(cell, "saturated-h33", 13, 33, 7, **hot)
    yield case(cell, "saturated-h127", 5, 127, 2, **hot)
    yield case(cell, "saturated-long", 5, 3, 1000, **hot)
    yield case(cell, "saturated-long-nobias-initial", 7, 3, 1000, bias=False, initial=True, **hot)
    yield case(cell, "saturated-layers3", 3, 5, 16, layers=3, **hot)
    yield case(cell, "saturated-bidirectional", 5, 7, 33, bidirectional=True, initial=True, **hot)
    yield case(cell, "saturated-layers3-bidirectional", 3, 5, 9, layers=3, bidirectional=True, **hot)
    yield case(cell, "saturated-ragged", 3, 5, 9, batch=3, lengths=[5, 9, 1], bidirectional=True, **hot)
    if cell == "lstm":
        yield case(cell, "saturated-proj", 5, 13, 16, proj=3, layers=2, bidirectional=True, **hot)


def onnx_case(cell, name, *sizes, direction="forward", resetAfter=False, peepholes=False, clip=None, inputForget=False,
              alpha=None, **options):
    """Gates are a hard sigmoid clip(alpha * x + beta, 0, 1) where alpha is given."""
    return case(cell, f"{cell}-{name}", *sizes, bidirectional=direction == "bidirectional", **options,
                direction=direction, **({"resetAfter": resetAfter} if cell == "gru" else {}), peepholes=peepholes,
                clip=clip, inputForget=inputForget, gate="sigmoid" if alpha is None else "hard_sigmoid",
                alpha=alpha, beta=None if alpha is None else 0.5)


def onnx_cases():
    yes_no, directions, slopes = [False, True], ["forward", "reverse", "bidirectional"], list(HARD)
    ragged = {"batch": 3, "lengths": [5, 9, 1]}

    for k, hidden in enumerate(SIZES):
        yield onnx_case("lstm", f"peepholes-h{hidden}", SIZES[7 * k % 10], hidden, STEPS[3 * k % 10], peepholes=True,
                        initial=k % 2 > 0)
    for k, (peepholes, clip, inputForget, hard) in enumerate(product(yes_no, [None, 0.75], yes_no, yes_no)):
        on = [name for name, on in [("peepholes", peepholes), ("clip", clip), ("forget", inputForget)] if on]
        for alpha in slopes if hard else [None]:
            option = {"peepholes": peepholes, "clip": clip, "inputForget": inputForget, "alpha": alpha, "scale": 4}
            name = "-".join(on + ([HARD[alpha]] if hard else [])) or "plain"
            yield onnx_case("lstm", name, 5, 7, 16, **option)
            direction = directions[k % 3]
            yield onnx_case("lstm", f"{name}-{direction}-ragged", 3, [5, 13, 17][k % 3], 9, direction=direction,
                            initial=k % 2 > 0, bias=k % 5 > 0, **ragged, **option)
    yield onnx_case("lstm", "peepholes-saturated", 5, 7, 33, peepholes=True, scale=30)
    yield onnx_case("lstm", "peepholes-clip-forget-hard020-saturated", 5, 7, 33, peepholes=True, clip=3, alpha=0.2,
                    inputForget=True, scale=30)
    yield onnx_case("lstm", "peepholes-batch16", 7, 16, 9, peepholes=True, batch=16, lengths=RAGGED[16],
                    direction="bidirectional", initial=True)

    cases = size_cases("gru", direction="forward", resetAfter=False, peepholes=False, clip=None, inputForget=False,
                       gate="sigmoid", alpha=None, beta=None)
    for before in cases:
        yield {**before, "name": f"gru-before-{before['name']}"}
    for batch, lengths in RAGGED.items():
        yield onnx_case("gru", f"before-batch{batch}", 5, 17, 9, batch=batch)
        yield onnx_case("gru", f"before-batch{batch}-ragged", 13, 7, 9, batch=batch, lengths=lengths,
                        direction="bidirectional", initial=True)
    for k, (direction, bias, isRagged, initial) in enumerate(product(directions, yes_no, yes_no, yes_no)):
        words = [direction, not bias and "nobias", isRagged and "ragged", initial and "initial"]
        option = ragged if isRagged else {"batch": [0, 2, 1][k % 3]}
        yield onnx_case("gru", "before-all-" + "-".join(filter(None, words)), [3, 5, 1][k % 3], [5, 3, 7, 13][k % 4], 9,
                        direction=direction, bias=bias, initial=initial, scale=2, **option)
    for k, (resetAfter, clip, alpha) in enumerate(product(yes_no, [None, 0.75], [None, *slopes])):
        on = ["after" if resetAfter else "before", clip and "clip", alpha and HARD[alpha]]
        name = "-".join(filter(None, on))
        option = {"resetAfter": resetAfter, "clip": clip, "alpha": alpha, "scale": 4}
        direction = directions[(k + 1) % 3]
        yield onnx_case("gru", f"{name}-scale4", 5, 7, 16, **option)
        yield onnx_case("gru", f"{name}-{direction}-ragged-scale4", 3, [5, 13, 17][k % 3], 9, direction=direction,
                        initial=k % 2 > 0, bias=k % 5 > 0, **ragged, **option)
    yield onnx_case("gru", "before-saturated", 5, 7, 33, scale=30)
    yield onnx_case("gru", "before-saturated-long", 5, 3, 1000, scale=30)

    for cell, option in [("rnn", {}), ("rnn", {"nonlinearity": "relu"}), ("lstm", {}), ("gru", {"resetAfter": True}),
                         ("gru", {})]:
        form = option.get("nonlinearity") or {True: "after", False: "before"}[option.get("resetAfter", False)]
        word = "reverse" if cell == "lstm" or not option and cell == "rnn" else f"{form}-reverse"
        yield onnx_case(cell, word, 5, 7, 33, direction="reverse", **option)
        yield onnx_case(cell, f"{word}-initial", 7, 16, 33, direction="reverse", initial=True, **option)
        yield onnx_case(cell, f"{word}-batch", 3, 13, 9, direction="reverse", batch=5, **option)
        yield onnx_case(cell, f"{word}-batch-ragged", 3, 5, 9, direction="reverse", initial=True, batch=5,
                        lengths=RAGGED[5], **option)
    for nonlinearity, clip, direction in product(["tanh", "relu"], [0.5, 2], directions):
        option = {"clip": clip, "direction": direction, "nonlinearity": nonlinearity, "scale": 3}
        name = f"{nonlinearity}-clip{clip}-{direction}".replace(".", "")
        yield onnx_case("rnn", name, 5, 7, 33, **option)
        yield onnx_case("rnn", f"{name}-ragged", 3, 5, 9, initial=direction != "forward", bias=clip == 2, **ragged,
                        **option)


# Three ways to run a case: PyTorch, a loop, ONNX Runtime. Each returns output, h_n and (LSTM) c_n as numpy arrays.

def module_of(case, dtype):
    options = {"nonlinearity": case["nonlinearity"]} if case["cell"] == "rnn" else {}
    options |= {"proj_size": case["proj"]} if case["cell"] == "lstm" else {}
    module = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[case["cell"]]
    return module(case["input"], case["hidden"], case["layers"], bias=case["bias"], batch_first=True,
                  bidirectional=case["bidirectional"], dtype=dtype, **options)


@torch.inference_mode()
def run_torch(case, draws, dtype):
    parameters, x, h0, c0 = draws
    tensor = lambda array: torch.from_numpy(array).to(dtype)
    module = module_of(case, dtype)
    module.load_state_dict({name: tensor(value) for name, value in parameters.items()})
    state = None if h0 is None else tensor(h0) if c0 is None else (tensor(h0), tensor(c0))
    if case["lengths"]:
        packed = pack_padded_sequence(tensor(x), case["lengths"], batch_first=True, enforce_sorted=False)
        packed, state = module(packed, state)
        output, _ = pad_packed_sequence(packed, batch_first=True, total_length=case["steps"])
    else:
        output, state = module(tensor(x), state)
    return [tensor.numpy() for tensor in (output, *(state if case["cell"] == "lstm" else (state,)))]


class Loop:
    """One layer, one timestep after the other, as the equations are written."""

    def __init__(self, case, draws, dtype):
        self.case, self.dtype = case, dtype
        self.parameters = {name: value.astype(dtype) for name, value in draws[0].items()}
        self.x, self.h0, self.c0 = (None if a is None else a.astype(dtype) for a in draws[1:])

    def run(self):
        case, hidden = self.case, self.case["hidden"]
        batch, ways = max(1, case["batch"]), 1 + case["bidirectional"]
        x = self.x.reshape(batch, case["steps"], case["input"])
        zero = np.zeros((ways, batch, hidden), self.dtype)
        h0, c0 = (zero if a is None else a.reshape(zero.shape) for a in (self.h0, self.c0))
        output = np.zeros((batch, case["steps"], ways, hidden), self.dtype)
        h_n, c_n = zero.copy(), zero.copy()
        for row, way in product(range(batch), range(ways)):
            backward = way == 1 or case.get("direction") == "reverse"
            times = range(case["lengths"][row] if case["lengths"] else case["steps"])
            h, c = h0[way, row], c0[way, row]
            for t in reversed(times) if backward else times:
                h, c = self.step(x[row, t], h, c, "_reverse" if way else "")
                output[row, t, way] = h
            h_n[way, row], c_n[way, row] = h, c
        output = output.reshape(batch, case["steps"], ways * hidden)
        results = [output, h_n] + [c_n] * (case["cell"] == "lstm")
        return results if case["batch"] else [output[0], *(state[:, 0] for state in results[1:])]

    def step(self, x, h, c, suffix):
        of = lambda kind: self.parameters.get(f"{kind}_l0{suffix}", self.dtype(0))
        tanh, gate, clip = np.tanh, self.gate, self.clip
        w = of("weight_ih") @ x + of("bias_ih")
        if self.case["cell"] == "rnn":
            a = clip(w + of("weight_hh") @ h + of("bias_hh"))
            return (tanh(a) if self.case["nonlinearity"] == "tanh" else np.maximum(a, 0)), c
        if self.case["cell"] == "lstm":
            i, f, g, o = np.split(w + of("weight_hh") @ h + of("bias_hh"), 4)
            p_i, p_f, p_o = np.split(of("weight_peephole"), 3) if self.case.get("peepholes") else [self.dtype(0)] * 3
            i = gate(i + p_i * c)
            f = 1 - i if self.case.get("inputForget") else gate(f + p_f * c)
            c = f * c + i * tanh(clip(g))
            return gate(o + p_o * c) * tanh(c), c
        (w_r, w_z, w_n), (u_r, u_z, u_n) = np.split(w, 3), np.split(of("weight_hh"), 3)
        b_r, b_z, b_n = np.split(of("bias_hh"), 3) if self.case["bias"] else [self.dtype(0)] * 3
        r, z = gate(w_r + u_r @ h + b_r), gate(w_z + u_z @ h + b_z)
        n = r * (u_n @ h + b_n) if self.case.get("resetAfter", True) else u_n @ (r * h) + b_n
        n = tanh(clip(w_n + n))
        return (1 - z) * n + z * h, c

    def clip(self, a):
        limit = self.case.get("clip")
        return a if limit is None else np.clip(a, -self.dtype(limit), self.dtype(limit))

    def gate(self, a):
        a = self.clip(a)
        if self.case.get("gate", "sigmoid") == "sigmoid":
            return 0.5 + 0.5 * np.tanh(0.5 * a)
        return np.clip(self.dtype(self.case["alpha"]) * a + self.dtype(self.case["beta"]), 0, 1)


def run_onnxruntime(case, draws):
    parameters, x, h0, c0 = draws
    cell, hidden, batch, ways = case["cell"], case["hidden"], max(1, case["batch"]), 1 + case["bidirectional"]
    order = {"rnn": [0], "lstm": [0, 3, 1, 2], "gru": [1, 0, 2]}[cell]

    def of(kind, order):
        blocks = [parameters[f"{kind}_l0{suffix}"] for suffix in ["", "_reverse"][:ways]]
        blocks = [block.reshape(len(order), hidden, -1)[order] for block in blocks]
        return np.stack(blocks).reshape(ways, len(order) * hidden, -1)

    feeds = {"X": x.reshape(batch, case["steps"], -1).swapaxes(0, 1), "W": of("weight_ih", order),
             "R": of("weight_hh", order)}
    if case["bias"]:
        feeds["B"] = np.concatenate([of("bias_ih", order), of("bias_hh", order)], 1)[..., 0]
    if case["lengths"]:
        feeds["sequence_lens"] = np.array(case["lengths"], np.int32)
    for name, state in [("initial_h", h0), ("initial_c", c0)]:
        if state is not None:
            feeds[name] = state.reshape(ways, batch, hidden)
    if case["peepholes"]:
        feeds["P"] = of("weight_peephole", [0, 2, 1])[..., 0]

    gate = "Sigmoid" if case["gate"] == "sigmoid" else "HardSigmoid"
    attributes = {"hidden_size": hidden, "direction": case["direction"]}
    tanh = case.get("nonlinearity", "tanh").capitalize()
    attributes["activations"] = ways * {"rnn": [tanh], "lstm": [gate, tanh, tanh], "gru": [gate, tanh]}[cell]
    if case["alpha"] is not None:
        attributes |= {"activation_alpha": ways * [case["alpha"]], "activation_beta": ways * [case["beta"]]}
    if case["clip"] is not None:
        attributes["clip"] = float(case["clip"])
    attributes |= {"input_forget": int(case["inputForget"])} if cell == "lstm" else {}
    attributes |= {"linear_before_reset": int(case["resetAfter"])} if cell == "gru" else {}

    inputs = ["X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P"][:8 if cell == "lstm" else 6]
    outputs = ["Y", "Y_h", "Y_c"][:3 if cell == "lstm" else 2]
    node = helper.make_node(cell.upper(), [name if name in feeds else "" for name in inputs], outputs, **attributes)
    types = {name: TensorProto.INT32 if array.dtype == np.int32 else TensorProto.FLOAT for name, array in feeds.items()}
    graph = helper.make_graph(
        [node], "case", [helper.make_tensor_value_info(name, types[name], feeds[name].shape) for name in feeds],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    output, *states = session.run(None, {name: np.ascontiguousarray(array) for name, array in feeds.items()})
    output = output.transpose(2, 0, 1, 3).reshape(batch, case["steps"], ways * hidden)
    return [output, *states] if case["batch"] else [output[0], *(state[:, 0] for state in states)]


# Checks and files

def difference(results, expected):
    return max(np.max(np.abs(a - b) / np.maximum(1, np.abs(b))) for a, b in zip(results, expected, strict=True))


def liveliness(case, output):
    """The mean magnitude of the output, padding left out. Near zero any bug would pass, far above one none could."""
    steps = max(1, case["batch"]) * case["steps"]
    return np.mean(np.abs(output)) * steps / sum(case["lengths"] or [steps])


def wobbled(draws):
    random = np.random.default_rng(1)
    nudge = lambda value: value * (1 + random.uniform(-1, 1, value.shape) * 2.0**-23)
    return ({name: nudge(value) for name, value in draws[0].items()}, *draws[1:])


def torch_golden(case):
    draws = draw_case(case)
    expected = run_torch(case, draws, torch.float64)
    checks = {"float32 PyTorch": (run_torch(case, draws, torch.float32), DEMAND),
              "wobbled weights": (run_torch(case, wobbled(draws), torch.float64), DEMAND)}
    if case["layers"] == 1 and not case["proj"]:
        checks["float64 loop"] = (Loop(case, draws, np.float64).run(), 1e-12)
    return expected, checks


def onnx_golden(case):
    draws = draw_case(case)
    expected = Loop(case, draws, np.float64).run()
    return expected, {"float32 loop": (Loop(case, draws, np.float32).run(), DEMAND),
                      "wobbled weights": (Loop(case, wobbled(draws), np.float64).run(), DEMAND),
                      "ONNX Runtime": (run_onnxruntime(case, draws), DEMAND)}


def write(file, cases, golden):
    tensors, largest = {}, {}
    for case in cases:
        expected, checks = golden(case)
        assert 0.03 < liveliness(case, expected[0]) < 20, f"{case['name']}: dull"
        for check, (results, demand) in checks.items():
            found = difference(results, expected)
            assert found < demand, f"{case['name']}: {check} differs by {found:.1e}"
            largest[check] = max(largest.get(check, (0,)), (found, case["name"]))
        kept = slice(None) if case["rows"] is None else case["rows"]
        expected[0] = expected[0][..., kept, :]
        for part, value in zip(["output", "h_n", "c_n"], expected):
            assert np.isfinite(value).all() and f"{case['name']}.{part}" not in tensors
            tensors[f"{case['name']}.{part}"] = np.ascontiguousarray(value)
    data = save(tensors, {"cases": json.dumps(cases, separators=(",", ":"))})
    file.write_bytes(data)
    print(f"{file.name}: {len(cases)} cases, {len(data)} bytes")
    for check, (found, name) in largest.items():
        print(f"  {check}: at most {found:.1e} ({name})")


if __name__ == "__main__":
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", "LSTM with projections is not supported with oneDNN")
    folder = Path(__file__).parent
    for cell in GATES:
        write(folder / f"{cell}.safetensors", list(torch_cases(cell)), torch_golden)
    write(folder / "onnx.safetensors", list(onnx_cases()), onnx_golden)
