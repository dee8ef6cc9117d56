"""Makes foreign.safetensors: files as torch.save and numpy.savez write them, and what is in them.

    python3 -m venv /tmp/venv
    /tmp/venv/bin/pip install torch==2.13.0 numpy safetensors
    /tmp/venv/bin/python test/formats/foreign/recipe.py

Made with Python 3.11, torch 2.13.0+cpu, numpy 2.4.6, safetensors 0.8.0. The metadata key `cases` is a JSON list of
{"name", "kind": "torch" or "npz", "says": a part of the refusal or null}; the file is the tensor `NAME`, U8, and each
tensor in it that a reader must give is `NAME/TENSOR`. Every torch file that is to be read is read here by torch.load
too, with weights_only but for protocols other than 2, which that does not know, and has the same numbers there.
"""
import argparse
import collections
import io
import json
import os
import pickle
import warnings
import zipfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

warnings.filterwarnings("ignore")
torch.manual_seed(1)
cases, held = [], {}


def add(name, kind, data, tensors=None, says=None):
    cases.append({"name": name, "kind": kind, "says": says})
    held[name] = torch.frombuffer(bytearray(data), dtype=torch.uint8).clone()
    for key, t in (tensors or {}).items():
        held[f"{name}/{key}"] = t.detach().clone(memory_format=torch.contiguous_format)


def saved(value, **options):
    f = io.BytesIO()
    torch.save(value, f, **options)
    return f.getvalue()


def tensors_of(value, prefix=""):
    found = {}
    for key, v in value.items():
        found |= tensors_of(v, f"{prefix}{key}.") if isinstance(v, dict) else {prefix + str(key): v}
    return found


def good(name, value, tensors=None, data=None, **options):
    data = data or saved(value, **options)
    again = torch.load(io.BytesIO(data), weights_only=options.get("pickle_protocol", 2) == 2)
    expected = tensors_of(value) if tensors is None else tensors
    if tensors is None:
        for key, t in tensors_of(again).items():
            assert t.dtype == expected[key].dtype and torch.equal(t.cpu(), expected[key]), (name, key)
    add(name, "torch", data, expected)


def bad(name, value, says, **options):
    add(name, "torch", value if isinstance(value, bytes) else saved(value, **options), says=says)


LEGACY = {"_use_new_zipfile_serialization": False}
state = nn.Sequential(nn.LSTM(2, 3), nn.Linear(3, 4)).state_dict()  # an OrderedDict with _metadata

for protocol in (1, 2, 3, 4, 5):
    good(f"protocol-{protocol}", state, pickle_protocol=protocol)
    good(f"legacy-protocol-{protocol}", state, pickle_protocol=protocol, **LEGACY)

types = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
         torch.uint8, torch.bool]
all_types = {str(t).removeprefix("torch."): torch.tensor([[0, 1, 1], [1, 0, 1]]).to(t) for t in types}
all_types |= {str(t).removeprefix("torch."): torch.tensor([1, 200]).to(t) for t in (torch.uint16, torch.uint32, torch.uint64)}
all_types["bfloat16"] = torch.tensor([1.5, -3e38, float("inf"), float("nan")]).to(torch.bfloat16).nan_to_num(7)
good("types", all_types)
signed = {k: v for k, v in all_types.items() if k not in ("uint16", "uint32", "uint64")}
good("types-legacy", signed, **LEGACY)  # torch.load itself does not read the others from there

whole = torch.arange(60, dtype=torch.float32)
views = {
    "transposed": whole[:12].view(3, 4).T, "narrow": whole[12:32].view(4, 5)[1:3, 2:4], "stepped": whole[::7],
    "expanded": whole[5:8].view(3, 1).expand(3, 4), "scalar": whole[9], "empty": whole[:0], "no_rows": torch.zeros(0, 4),
    "permuted": whole[:24].view(2, 3, 4).permute(2, 0, 1), "ones": whole[:3].view(1, 3, 1), "all": whole,
    "parameter": nn.Parameter(whole[4:8].view(2, 2).T, requires_grad=False),
}
good("views", views)
good("views-legacy", views, **LEGACY)

tagged = nn.Parameter(torch.ones(2))
tagged.note = "an attribute"
noted = torch.ones(3)
noted.note = "another"
good("attributes", {"parameter": tagged, "tensor": noted})
good("nested", {"encoder": {"0": {"weight": torch.ones(2, 2)}, 1: torch.ones(1)}, "head": {"bias": torch.zeros(2)}})
good("module-prefix", {f"module.{k}": v for k, v in state.items()})

net = nn.Linear(2, 2)
optimizer = torch.optim.Adam(net.parameters())
net(torch.ones(1, 2)).sum().backward()
optimizer.step()
schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [3, 5])
checkpoint = {
    "epoch": 3, "loss": torch.tensor(0.5), "state_dict": net.state_dict(), "optimizer": optimizer.state_dict(),
    "scheduler": schedule.state_dict(), "best": float("inf"), "tags": ["a", {"b": (1, -2, 300, 70000, 2**40, -(2**70), None)}],
    "device": torch.device("cpu"), "names": {"x", "y"}, "raw": b"\x00\xff", "counts": collections.Counter("aab"),
    "size": torch.Size([1, 2]), "rng": torch.get_rng_state()[:8], "type": torch.float32,
}
good("checkpoint", checkpoint, net.state_dict())
good("checkpoint-legacy", checkpoint, net.state_dict(), **LEGACY)
good("checkpoint-protocol-4", checkpoint, net.state_dict(), pickle_protocol=4)
good("checkpoint-model", {"model": net.state_dict(), "optimizer": optimizer.state_dict(), "ema": net.state_dict()}, net.state_dict())
good("checkpoint-other-name", {"generator": net.state_dict(), "epoch": 3, "optimizer": optimizer.state_dict()}, net.state_dict())
good("checkpoint-parts", {"encoder": net.state_dict(), "head": net.state_dict()})
good("checkpoint-alone", {"encoder": net.state_dict()})
good("checkpoint-quantized", {"model_state_dict": net.state_dict(), "q": torch.quantize_per_tensor(torch.ones(2), 1.0, 0, torch.qint8)},
     net.state_dict())
good("described", {"model": state, "unrolled": json.dumps({"layers": [{"type": "lstm", "weights": "0"}]})}, state)

torch.serialization.set_crc32_options(False)
good("without-crc", state)
torch.serialization.set_crc32_options(True)

plain = zipfile.ZipFile(io.BytesIO(saved(all_types)))


def rezipped(change=lambda name, data: data, method=zipfile.ZIP_DEFLATED, folder="renamed"):
    f = io.BytesIO()
    with zipfile.ZipFile(f, "w", method) as z:
        z.writestr(f"{folder}/", "")
        for name in plain.namelist():
            z.writestr(f"{folder}/{name.split('/', 1)[1]}", change(name, plain.read(name)))
    return f.getvalue()


add("rezipped", "torch", rezipped(), all_types)

sizes = [torch.empty(0, dtype=t).element_size() for t in types]
plain = zipfile.ZipFile(io.BytesIO(saved(signed)))  # torch.load itself does not swap the others


def to_big(name, data):
    if name.endswith("/byteorder"):
        return b"big"
    if "/data/" not in name:
        return data
    size = sizes[int(name.rsplit("/", 1)[1])]
    return b"".join(data[i:i + size][::-1] for i in range(0, len(data), size))


good("big-endian", signed, data=rezipped(to_big, zipfile.ZIP_STORED))


class Run:
    def __init__(self, f, *args):
        self.f, self.args = f, args

    def __reduce__(self):
        return self.f, self.args


for kind, options in (("", {}), ("-legacy", LEGACY)):
    bad(f"system{kind}", {"w": torch.ones(1), "x": Run(os.system, "touch owned")}, "posix.system", **options)
    bad(f"module{kind}", nn.LSTM(2, 3), "torch.nn.modules.rnn.LSTM", **options)
    bad(f"quantized{kind}", {"w": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)}, "w: ", **options)
    bad(f"sparse{kind}", {"w": torch.eye(2).to_sparse()}, "w: expected a tensor, got a sparse", **options)
    bad(f"csr{kind}", {"w": torch.eye(2).to_sparse_csr()}, "w: expected a tensor, got a sparse", **options)
    bad(f"complex{kind}", {"w": torch.ones(2, dtype=torch.complex64)}, "w: expected floats, integers or booleans, got complex64", **options)
    bad(f"meta{kind}", {"w": torch.ones(2, device="meta")}, "meta", **options)
    bad(f"float8{kind}", {"w": torch.ones(2).to(torch.float8_e4m3fn)}, "w: expected floats, integers or booleans, got float8_e4m3fn", **options)
    bad(f"negative{kind}", {"w": torch.ones(2, dtype=torch.complex64).conj().imag}, "w: expected a tensor, got a lazy", **options)
    bad(f"number{kind}", {"w": torch.ones(2), "epoch": 3}, "epoch: expected a tensor, got a number", **options)
    bad(f"list{kind}", [torch.ones(2)], "expected a dict of tensors, got a list", **options)
    bad(f"tensor{kind}", torch.ones(2), "expected a dict of tensors, got a tensor", **options)
    bad(f"two-states{kind}", {"state_dict": state, "model_state_dict": state}, "expected one state_dict", **options)
    bad(f"namespace{kind}", {"state_dict": state, "args": argparse.Namespace(a=1)}, "argparse.Namespace", **options)
    bad(f"numpy{kind}", {"state_dict": state, "loss": np.float64(1)}, "numpy.", **options)
bad("protocol-4-system", {"x": Run(eval, "1")}, "builtins.eval", pickle_protocol=4)
script = io.BytesIO()
torch.jit.save(torch.jit.script(nn.Linear(2, 2)), script)
bad("torchscript", script.getvalue(), "TorchScript")
bad("pickle", pickle.dumps({"a": 1}), "torch.save")
bad("pickle-system", pickle.dumps(Run(os.system, "touch owned")), "posix.system")
bad("zip-of-text", (lambda f: (zipfile.ZipFile(f, "w").writestr("a.txt", "a"), f.getvalue())[1])(io.BytesIO()), "expected one data.pkl in the archive")


def arrays(save=np.savez, **named):
    f = io.BytesIO()
    save(f, **named)
    return f.getvalue()


def good_arrays(name, expected=None, save=np.savez, **named):
    expected = {k: torch.from_numpy(np.array(v, dtype=np.asarray(v).dtype.newbyteorder("="), order="C")) for k, v in
                (expected or named).items()}
    add(name, "npz", arrays(save, **named), expected)


numbers = {t: np.array([[0, 1, 1], [1, 0, 1]]).astype(t) for t in "f8 f4 f2 i8 i4 i2 i1 u8 u4 u2 u1 bool".split()}
good_arrays("arrays", **numbers)
good_arrays("arrays-compressed", save=np.savez_compressed, **numbers)
good_arrays("arrays-big-endian", **{k: v.astype(v.dtype.newbyteorder(">")) for k, v in numbers.items()})
good_arrays("arrays-fortran", a=np.asfortranarray(np.arange(6.0).reshape(2, 3)), b=np.arange(24).reshape(2, 3, 4).transpose(2, 0, 1),
            c=np.asfortranarray(np.arange(24, dtype=">i2").reshape(2, 3, 4)), d=np.arange(3), e=np.float32(3), f=np.zeros((0, 2)))
good_arrays("arrays-described", {"w": np.ones(2)}, w=np.ones(2), unrolled=np.array('{"layers":[{"type":"last"}]} \u00e9\U0001f600'))
for name, array, says in [
    ("objects", np.array([1, "a", None], dtype=object), "npy: w: expected floats, integers or booleans, got |O (pickled objects"),
    ("records", np.zeros(2, dtype=[("a", "f4")]), "npy: w: expected numbers, got records"),
    ("complex", np.ones(2, dtype="c8"), "npy: w: expected floats, integers or booleans, got <c8"),
    ("text", np.array(["ab"]), "npy: w: expected floats, integers or booleans, got <U2"),
    ("bytes", np.array([b"ab"]), "npy: w: expected floats, integers or booleans, got |S2"),
    ("dates", np.array(["2020"], dtype="M8[Y]"), "npy: w: expected floats, integers or booleans, got <M8"),
]:
    add(f"arrays-{name}", "npz", arrays(w=array), says=says)

save_file(held, Path(__file__).parent / "foreign.safetensors", {"cases": json.dumps(cases)})
print(len(cases), "cases")
