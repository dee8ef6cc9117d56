"""Random PyTorch modules through `unrolled run`, compared with PyTorch in float64.

Not part of `npm test`: needs torch, numpy and safetensors, and a built dist/.
    python test/pytorch.py [cases] [seed]
"""
import json, random, subprocess, sys, tempfile
from pathlib import Path
import torch
from safetensors.torch import load_file, save_file
from torch import nn

CLI = Path(__file__).parent.parent / "dist" / "cli.js"
BOUND = 2e-5  # absolute below 1, relative above


def draw(rng):
    """A module, the type of its cell, and the options in words."""
    kind = rng.choice(["rnn", "lstm", "gru"])
    size = rng.choice([1, 2, 3, 5, 7, 8, 13, 16, 17, 33, 64, 65, 127])
    options = dict(bias=rng.random() < 0.8)
    if kind == "rnn":
        options["nonlinearity"] = rng.choice(["tanh", "relu"])
    if rng.random() < 0.2:
        make = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}[kind]
    else:
        make = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[kind]
        options.update(num_layers=rng.choice([1, 1, 2, 3]), bidirectional=rng.random() < 0.4, batch_first=True)
        if kind == "lstm" and size > 1 and rng.random() < 0.3:
            options["proj_size"] = rng.randint(1, size - 1)
    inputs = rng.choice([1, 3, 4, 9, 16, 31])
    return kind, make(inputs, size, **options), f"{make.__name__}({inputs}, {size}, {options})"


def answer(module, x, lengths, h0, c0):
    """What PyTorch computes in float64: output, h_n, c_n by name."""
    module, x = module.double(), x.double()
    state = None if h0 is None else (h0.double(), c0.double()) if c0 is not None else h0.double()
    if isinstance(module, (nn.RNNCell, nn.LSTMCell, nn.GRUCell)):
        # [1, (B,) size] in the file, [(B,) size] for a Cell
        state = state if state is None else tuple(s[0] for s in state) if isinstance(state, tuple) else state[0]
        outputs = []
        for t in range(x.shape[-2]):
            state = module(x[..., t, :], state)
            outputs.append(state[0] if isinstance(state, tuple) else state)
        final = tuple(s[None] for s in state) if isinstance(state, tuple) else state[None]
        output = torch.stack(outputs, -2)
    elif lengths is not None:
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        output, final = module(packed, state)
        output, _ = nn.utils.rnn.pad_packed_sequence(output, batch_first=True, total_length=x.shape[1])
    else:
        output, final = module(x, state)
    h, c = final if isinstance(final, tuple) else (final, None)
    return {"output": output, "h_n": h, **({} if c is None else {"c_n": c})}


def case(rng, folder):
    kind, module, words = draw(rng)
    batch, steps = rng.choice([0, 0, 1, 2, 5, 17]), rng.choice([1, 2, 7, 20, 70])
    is_cell = isinstance(module, (nn.RNNCell, nn.LSTMCell, nn.GRUCell))
    cells = 1 if is_cell else module.num_layers * (2 if module.bidirectional else 1)
    rows = [batch] if batch else []
    x = torch.randn(*rows, steps, module.input_size)
    lengths = torch.tensor([rng.randint(1, steps) for _ in rows * batch]) if batch and not is_cell and rng.random() < 0.6 else None
    width = getattr(module, "proj_size", 0) or module.hidden_size
    h0 = torch.randn(cells, *rows, width) if rng.random() < 0.5 else None
    c0 = torch.randn(cells, *rows, module.hidden_size) if h0 is not None and kind == "lstm" else None
    layer = {"type": kind, "weights": ""}
    if kind == "rnn":
        layer["nonlinearity"] = getattr(module, "nonlinearity", "tanh")
    described = layer.get("nonlinearity") == "relu" or rng.random() < 0.5
    metadata = {"unrolled": json.dumps({"format": "unrolled/1", "layers": [layer]})} if described else None
    save_file(module.state_dict(), folder / "model.safetensors", metadata)
    given = {"x": x, "h0": h0, "c0": c0, "lengths": lengths}
    save_file({name: t for name, t in given.items() if t is not None}, folder / "in.safetensors")
    subprocess.run(
        ["node", CLI, "run", "model.safetensors", "--input", "in.safetensors", "--output", "out.safetensors"], cwd=folder, check=True
    )
    got, expected = load_file(folder / "out.safetensors"), answer(module, x, lengths, h0, c0)
    words += f" x {list(x.shape)} lengths {lengths is not None} h0 {h0 is not None} described {described}"
    assert got.keys() == expected.keys(), (words, list(got))
    worst = 0.0
    for name, e in expected.items():
        assert got[name].shape == e.shape, (words, name, got[name].shape, e.shape)
        error = ((got[name].double() - e).abs() / e.abs().clamp(min=1)).max().item()
        assert error < BOUND, (words, name, error)
        worst = max(worst, error)
    return worst


if __name__ == "__main__":
    cases, seed = (int(a) for a in (sys.argv[1:] + ["100", "1"][len(sys.argv) - 1 :]))
    rng = random.Random(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    with torch.no_grad(), tempfile.TemporaryDirectory() as folder:
        worst = max(case(rng, Path(folder)) for _ in range(cases))
    print(f"{cases} cases, seed {seed}: largest difference {worst:.1e} (bound {BOUND})")
