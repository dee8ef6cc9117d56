"""Makes audio.json: small files of RTNeural, AIDA-X, NAM, GuitarML and RNNoise with what their nets compute.

    /tmp/venv/bin/python test/import/audio.py

Made with torch 2.13.0+cpu, numpy 2.4.6. Each case: `format`, `file` (JSON, or text), `x` [T, in], `output` [T, out].
Expected values are float64: PyTorch's own modules (LSTM, GRU, RNN, Conv1d, Conv2d, Linear, BatchNorm) where it has
them, else the equations. NAM's WaveNet and ConvNet run on 300 zeros first, more than any case here remembers.
The same layouts, at random, against NeuralAmpModelerCore 0.5.3 itself (compiled to WebAssembly by @opendaw/nam-wasm
1.2.0, with its approximate tanh in place of ours): 1,150 files, none more than 1e-7 away.
"""
import json
from pathlib import Path
import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
random = np.random.default_rng(15)
T = 24
cases = []


def draw(*shape, scale=0.6):
    return np.round(random.uniform(-scale, scale, shape), 2)


def t(a):
    return torch.tensor(np.asarray(a, dtype=np.float64))


def add(name, format, file, x, output):
    output = np.asarray(output)
    assert 0.01 < np.abs(output).mean() < 20, (name, np.abs(output).mean())
    assert np.std(output, axis=0).min() > 1e-3, (name, np.std(output, axis=0))
    cases.append(dict(name=name, format=format, file=file, x=x.tolist(), output=np.round(output, 9).tolist()))


ACTIVATIONS = {"": lambda x: x, "tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid, "elu": F.elu, "softmax": lambda x: x.softmax(-1)}


def cell(kind, x, w_ih, w_hh, b_ih, b_hh, h0=None, c0=None):
    """A PyTorch cell over [T, in]; weights in PyTorch's layout."""
    H = w_hh.shape[1]
    net = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}[kind](w_ih.shape[1], H)
    with torch.no_grad():
        for p, v in zip([net.weight_ih_l0, net.weight_hh_l0, net.bias_ih_l0, net.bias_hh_l0], [w_ih, w_hh, b_ih, b_hh]):
            p.copy_(t(v))
        state = None
        if h0 is not None:
            state = (t(h0)[None], t(c0)[None])
        return net(x, state)[0]


# RTNeural: Keras layouts, causal convolutions.
def swap(w, H):  # columns z r n to rows r z n
    z, r, n = w[..., :H], w[..., H:2 * H], w[..., 2 * H:]
    return np.concatenate([r, z, n], -1)


def rt_layer(x, size, l):
    """[T, size] through one layer of the file."""
    kind, w = l["type"], l["weights"]
    if kind in ("dense", "time-distributed-dense"):
        y = x @ t(w[0]) + (t(w[1]) if len(w) > 1 else 0)
    elif kind == "conv1d":
        k, d, g = l["kernel_size"][0], l["dilation"][0], l.get("groups", 1)
        y = F.conv1d(F.pad(x.T[None], ((k - 1) * d, 0)), t(w[0]).permute(2, 1, 0), t(w[1]), dilation=d, groups=g)[0].T
    elif kind == "conv2d":
        kt, kf, d, s = l["kernel_size_time"], l["kernel_size_feature"], l["dilation"], l["strides"]
        fi, c = l["num_features_in"], l["num_filters_in"]
        grid = x.reshape(len(x), fi, c).permute(2, 0, 1)[None]  # [1, C, T, F]
        total = 0 if l["padding"] == "valid" else max((-(-fi // s) - 1) * s + kf - fi, 0)
        grid = F.pad(grid, (total // 2, total - total // 2, (kt - 1) * d, 0))
        y = F.conv2d(grid, t(w[0]).permute(3, 2, 0, 1), t(w[1]), stride=(1, s), dilation=(d, 1))[0].permute(1, 2, 0).reshape(len(x), -1)
    elif kind == "lstm":
        return cell("lstm", x, np.array(w[0]).T, np.array(w[1]).T, np.array(w[2]), 0 * np.array(w[2]))
    elif kind == "gru":
        H = np.array(w[1]).shape[0]
        b = swap(np.array(w[2]), H)
        return cell("gru", x, swap(np.array(w[0]), H).T, swap(np.array(w[1]), H).T, b[0], b[1])
    elif kind == "prelu":
        return torch.where(x > 0, x, x * t(w[0][0]))
    elif kind in ("batchnorm", "batchnorm2d"):
        g = x if kind == "batchnorm" else x.reshape(len(x), l["num_features_in"], l["num_filters_in"])
        gamma, beta = (t(w[0]), t(w[1])) if len(w) == 4 else (None, None)
        flat = g.reshape(-1, g.shape[-1])
        return F.batch_norm(flat, t(w[-2]), t(w[-1]), gamma, beta, eps=l["epsilon"]).reshape(x.shape)
    else:
        y = x
    return ACTIVATIONS[l["activation"]](y)


def layer(type, size, weights, activation="", **more):
    shape = [None, None, size] if isinstance(size, int) else [None, None, *size]
    return dict(type=type, activation=activation, shape=shape, **more, weights=[w.tolist() for w in weights])


def rtneural(name, in_shape, layers, format="rtneural", **more):
    x = draw(T, int(np.prod(in_shape)), scale=1)
    gain = lambda key: 10 ** (more.get(key, 0) / 20)
    first = t(x).clone()
    first[:, 0] *= gain("in_gain")
    y = first
    for l in layers:
        y = rt_layer(y, y.shape[1], l)
    if more.get("in_skip"):
        y = y + first[:, :1]
    add(name, format, {"in_shape": [None, None, *in_shape], "layers": layers, **more}, x, (y * gain("out_gain")).detach())


def norm(n):
    return [draw(n) + 1, draw(n), draw(n), np.abs(draw(n)) + 0.5]


rtneural("every layer", [2], [
    layer("time-distributed-dense", 4, [draw(2, 4), draw(4)], "tanh"),
    layer("conv1d", 6, [draw(3, 2, 6), draw(6)], "relu", kernel_size=[3], dilation=[2], groups=2),
    layer("batchnorm", 6, norm(6), epsilon=0.01),
    layer("prelu", 6, [draw(1, 6)]),
    layer("gru", 5, [draw(6, 15), draw(5, 15), draw(2, 15)], "tanh"),
    layer("prelu", 5, [draw(1, 1)]),
    layer("lstm", 4, [draw(5, 16), draw(4, 16), draw(16)], "tanh"),
    layer("batchnorm", 4, [draw(4), np.abs(draw(4)) + 0.5], epsilon=1e-3),
    layer("dense", 3, [draw(4, 3), draw(3)], "elu"),
    layer("dense", 3, [draw(3, 3), draw(3)], "softmax"),
    layer("dense", 3, [draw(3, 3, scale=3)]),
    *[layer("activation", 3, [], a) for a in ("sigmoid", "relu", "elu", "tanh", "softmax")],
    layer("dense", 2, [draw(3, 2, scale=5), draw(2)]),
])
rtneural("two axes", [5, 2], [
    layer("conv2d", [2, 3], [draw(3, 2, 2, 3), draw(3)], "tanh", kernel_size_time=3, kernel_size_feature=2, dilation=2, strides=2, num_filters_in=2, num_features_in=5, num_filters_out=3, padding="valid"),
    layer("batchnorm2d", [2, 3], norm(3), epsilon=0.1, num_filters_in=3, num_features_in=2),
    layer("conv2d", [2, 2], [draw(2, 4, 3, 2), draw(2)], "", kernel_size_time=2, kernel_size_feature=4, dilation=1, strides=1, num_filters_in=3, num_features_in=2, num_filters_out=2, padding="same"),
    layer("dense", 1, [draw(4, 1), draw(1)]),
])
rtneural("a knob, gains and the sample added", [2], [
    layer("lstm", 4, [draw(2, 16), draw(4, 16), draw(16)]), layer("dense", 1, [draw(4, 1), draw(1)]),
], in_skip=1, in_gain=-3.5, out_gain=6, samplerate="48000", metadata={"name": "made here"})


# GuitarML: PyTorch's own state_dict.
for unit, inputs, layers, skip in (("LSTM", 1, 2, 1), ("GRU", 3, 1, 1), ("RNN", 2, 1, 0)):
    net = getattr(torch.nn, unit)(inputs, 4, layers)
    lin = torch.nn.Linear(4, 1)
    with torch.no_grad():
        for p in [*net.parameters(), *lin.parameters()]:
            p.copy_(t(draw(*p.shape)))
        x = draw(T, inputs, scale=1)
        y = lin(net(t(x))[0]) + skip * t(x)[:, :1]
    state = {f"{m}.{k}": v.tolist() for m, n in (("rec", net), ("lin", lin)) for k, v in n.state_dict().items()}
    data = {"model": "SimpleRNN", "input_size": inputs, "skip": skip, "output_size": 1, "unit_type": unit, "num_layers": layers, "hidden_size": 4, "bias_fl": True}
    add(f"SimpleRNN, {unit}", "guitarml", {"model_data": data, "state_dict": state}, x, y)


# NAM: weights are drawn as they are used, in the order in which the plug-in takes them.
class Weights:
    def __init__(self):
        self.all = []

    def take(self, *shape, scale=0.9):
        w = draw(*shape, scale=scale)
        self.all += w.flatten().tolist()
        return t(w)

    def conv(self, i, o, k=1, d=1, g=1, bias=True):
        w = self.take(o, i // g, k)
        b = self.take(o) if bias else None
        return lambda x: F.conv1d(F.pad(x[None], ((k - 1) * d, 0)), w, b, dilation=d, groups=g)[0]


def leaky_hardtanh(x, lo, hi, a, b):
    return torch.where(x < lo, (x - lo) * a + lo, torch.where(x > hi, (x - hi) * b + hi, x))


def nam_act(a):
    a = a if isinstance(a, dict) else {"type": a}
    slopes = a.get("negative_slopes")
    return {
        "Tanh": torch.tanh, "ReLU": torch.relu, "Sigmoid": torch.sigmoid, "SiLU": F.silu, "Hardswish": F.hardswish, "Hardtanh": F.hardtanh, "Softsign": F.softsign,
        "LeakyReLU": lambda x: F.leaky_relu(x, a.get("negative_slope", 0.01)),
        "PReLU": lambda x: torch.where(x > 0, x, x * t(slopes)[:, None]),
        "LeakyHardtanh": lambda x: leaky_hardtanh(x, a.get("min_val", -1), a.get("max_val", 1), a.get("min_slope", 0.01), a.get("max_slope", 0.01)),
    }[a["type"]]


FILMS = ["conv_pre_film", "conv_post_film", "input_mixin_pre_film", "input_mixin_post_film", "activation_pre_film", "activation_post_film", "layer1x1_post_film", "head1x1_post_film"]


def wavenet(w, config, x, condition):
    """[in, T] to [out, T]."""
    head, y, nc = None, x, condition.shape[0]
    for a in config["layers"]:
        C, B, n = a["channels"], a.get("bottleneck", a["channels"]), len(a["dilations"])
        each = lambda v: v if isinstance(v, list) else [v] * n
        y = w.conv(a["input_size"], C, bias=False)(y)
        kernels = each(a.get("kernel_sizes", a.get("kernel_size")))
        modes = each(a.get("gating_mode", "gated" if a.get("gated") else "none"))
        seconds = each(a.get("secondary_activation", "Sigmoid"))
        for k, d, act, mode, second in zip(kernels, a["dilations"], each(a["activation"]), modes, seconds):
            Z = B if mode == "none" else 2 * B
            conv, mixin = w.conv(C, Z, k, d, a.get("groups_input", 1)), w.conv(nc, Z, 1, 1, a.get("groups_input_mixin", 1), bias=False)
            one = w.conv(B, C, g=a.get("layer1x1", {}).get("groups", 1))
            h1 = a.get("head1x1", {"active": False})
            two = w.conv(B, h1["out_channels"], g=h1["groups"]) if h1["active"] else None
            sizes = dict(zip(FILMS, [C, Z, nc, Z, Z, B, C, h1.get("out_channels")]))
            films = {}
            for key in FILMS:
                f = a.get(key, False)
                if f and f.get("active", True):
                    films[key] = (w.conv(nc, sizes[key] * (2 if f.get("shift", True) else 1), g=f.get("groups", 1)), sizes[key], f.get("shift", True))

            def film(key, v):
                if key not in films:
                    return v
                c, size, shift = films[key]
                s = c(condition)
                return v * s[:size] + (s[size:] if shift else 0)
            z = film("conv_post_film", conv(film("conv_pre_film", y))) + film("input_mixin_post_film", mixin(film("input_mixin_pre_film", condition)))
            z = film("activation_pre_film", z)
            if mode == "none":
                z = nam_act(act)(z)
            else:
                s = nam_act(second)(z[B:])
                z = nam_act(act)(z[:B]) * s + (0 if mode == "gated" else (1 - s) * z[:B])
            z = film("activation_post_film", z)
            h = film("head1x1_post_film", two(z)) if two else z
            head = h if head is None else head + h
            y = y + film("layer1x1_post_film", one(z))
        hc = a.get("head") or {"out_channels": a["head_size"], "kernel_size": 1, "bias": a["head_bias"]}
        head = w.conv(head.shape[0], hc["out_channels"], hc["kernel_size"], bias=hc["bias"])(head)
    post = config.get("head")
    convs = []
    if post:
        widths = [head.shape[0], *[post["channels"]] * (len(post["kernel_sizes"]) - 1), post["out_channels"]]
        convs = [w.conv(i, o, k) for i, o, k in zip(widths, widths[1:], post["kernel_sizes"])]
    head = head * w.take(1, scale=8)
    for c in convs:
        head = c(nam_act(post["activation"])(head))
    return head


def nam(name, architecture, config, run, version="0.5.4", inputs=1, zeros=300):
    x = draw(T, inputs, scale=1)
    w = Weights()
    with torch.no_grad():
        y = run(w, F.pad(t(x).T, (zeros, 0))).T[zeros:]
    add(name, "nam", {"version": version, "metadata": None, "architecture": architecture, "config": config, "weights": w.all, "sample_rate": 48000}, x, y)


def lstm(w, x):
    y = x.T
    for l in range(2):
        i = 2 if l == 0 else 3
        joined, b = w.take(12, i + 3), w.take(12)
        h, c = w.take(3, scale=2), w.take(3, scale=2)
        y = cell("lstm", y, joined[:, :i].numpy(), joined[:, i:].numpy(), b.numpy(), 0 * b.numpy(), h.numpy(), c.numpy())
    head, bias = w.take(3), w.take(1)
    return (y @ head + bias)[None]


def convnet(normal):
    def run(w, x):
        for b, d in enumerate([1, 3, 2]):
            x = w.conv(1 if b == 0 else 3, 3, 2, d, bias=not normal)(x)
            if normal:
                mean, variance, weight, bias, eps = w.take(3), w.take(3), w.take(3, scale=3), w.take(3), w.take(1)
                w.all[-10:-7], w.all[-1] = [1.5, 2.0, 0.7], 0.01
                x = F.batch_norm(x.T, mean, t([1.5, 2.0, 0.7]), weight, bias, eps=0.01).T
            x = torch.tanh(x) if normal else F.leaky_relu(x, 0.2)
        return w.conv(3, 1)(x)
    return run


nam("LSTM", "LSTM", {"input_size": 2, "hidden_size": 3, "num_layers": 2}, lstm, inputs=2, zeros=0)
nam("ConvNet", "ConvNet", {"channels": 3, "dilations": [1, 3, 2], "batchnorm": False, "activation": {"type": "LeakyReLU", "negative_slope": 0.2}}, convnet(False), "0.6.0")
nam("ConvNet, normalised", "ConvNet", {"channels": 3, "dilations": [1, 3, 2], "batchnorm": True, "activation": "Tanh"}, convnet(True), "0.5.0")

A1 = {"layers": [
    {"input_size": 1, "condition_size": 1, "head_size": 2, "channels": 3, "kernel_size": 3, "dilations": [1, 4], "activation": "Tanh", "gated": True, "head_bias": False},
    {"input_size": 3, "condition_size": 1, "head_size": 1, "channels": 2, "kernel_size": 2, "dilations": [5], "activation": "ReLU", "gated": False, "head_bias": True},
], "head": None, "head_scale": 0.02}
nam("WaveNet", "WaveNet", A1, lambda w, x: wavenet(w, A1, x, x))

film = lambda shift, groups=1: {"active": True, "shift": shift, "groups": groups}
prelu = {"type": "PReLU", "negative_slopes": [0.1, 0.3, -0.2, 0.4]}
A2 = {"layers": [
    {"input_size": 1, "condition_size": 1, "channels": 4, "bottleneck": 2, "kernel_sizes": [3, 2, 1], "dilations": [1, 2, 3], "head": {"out_channels": 4, "kernel_size": 3, "bias": True},
     "activation": ["Softsign", "Hardswish", {"type": "LeakyHardtanh", "min_val": -0.3, "max_val": 0.2, "min_slope": 0.4, "max_slope": 0.3}],
     "gating_mode": ["gated", "blended", "none"], "secondary_activation": ["SiLU", "Hardtanh", None], "groups_input": 2, "groups_input_mixin": 1,
     "layer1x1": {"active": True, "groups": 2}, "head1x1": {"active": True, "out_channels": 4, "groups": 2},
     "conv_pre_film": film(True), "conv_post_film": film(False), "input_mixin_pre_film": film(True), "input_mixin_post_film": film(True), "head1x1_post_film": film(True), "slimmable": None},
    {"input_size": 4, "condition_size": 1, "channels": 4, "kernel_size": 2, "dilations": [2, 3], "head": {"out_channels": 2, "kernel_size": 2, "bias": False},
     "activation": [prelu, "Sigmoid"], "gating_mode": "blended", "secondary_activation": "Sigmoid",
     "activation_pre_film": film(False), "activation_post_film": film(True), "layer1x1_post_film": {"shift": True}, "conv_pre_film": False},
], "head": {"channels": 3, "out_channels": 1, "kernel_sizes": [2, 3], "activation": "Softsign"}, "head_scale": 0.5}
nam("WaveNet A2", "WaveNet", A2, lambda w, x: wavenet(w, A2, x, x), "0.7.0")

inner, w = {"layers": [{**A1["layers"][0], "head_size": 2}], "head": None, "head_scale": 1}, Weights()
wavenet(w, inner, torch.zeros(1, T), torch.zeros(1, T))
kept = list(w.all)


class Kept(Weights):
    def take(self, *shape, **_):
        n = int(np.prod(shape))
        part, self.all = self.all[:n], self.all[n:]
        return t(part).reshape(shape)


def conditioned(w, x):
    k = Kept()
    k.all = list(kept)
    return wavenet(w, outer, x, wavenet(k, inner, x, x))


outer = {"layers": [{"input_size": 1, "condition_size": 2, "head_size": 1, "channels": 2, "kernel_size": 2, "dilations": [1, 2], "activation": "Tanh", "gated": False, "head_bias": True, "groups_input_mixin": 2}],
         "head": None, "head_scale": 1, "condition_dsp": {"version": "0.5.4", "architecture": "WaveNet", "config": inner, "weights": kept, "sample_rate": 48000}}
nam("WaveNet with a condition", "WaveNet", outer, conditioned, "0.7.0")


# RNNoise: whole numbers in 1/256; gates z r h, reset before the product.
words = ["rnnoise-nu model file version 1\n"]
ACTS = [torch.tanh, torch.sigmoid, torch.relu]


def ints(*shape):
    w = random.integers(-128, 128, shape)
    words.append(" ".join(map(str, w.flatten())) + "\n")
    return t(w) / 256


def dense(i, o, act):
    words.append(f"{i} {o} {act}\n")
    w, b = ints(i, o), ints(o)
    return lambda x: ACTS[act](x @ w + b)


def gru(i, H, act):
    words.append(f"{i} {H} {act}\n")
    w, u, b = ints(i, 3 * H), ints(H, 3 * H), ints(3 * H)

    def run(x):
        h, out = torch.zeros(H), []
        for row in x:
            p = row @ w + b
            z, r = torch.sigmoid(p[:H] + h @ u[:, :H]), torch.sigmoid(p[H:2 * H] + h @ u[:, H:2 * H])
            n = ACTS[act](p[2 * H:] + (r * h) @ u[:, 2 * H:])
            h = z * h + (1 - z) * n
            out.append(h)
        return torch.stack(out)
    return run


nets = [dense(5, 3, 0), gru(3, 4, 0), gru(12, 3, 2), gru(12, 4, 1), dense(4, 2, 1), dense(4, 1, 1)]
x = draw(T, 5, scale=2)
first = nets[0](t(x))
vad = nets[1](first)
noise = nets[2](torch.cat([first, vad, t(x)], 1))
gains = nets[4](nets[3](torch.cat([vad, noise, t(x)], 1)))
add("RNNoise", "rnnoise", "".join(words), x, torch.cat([gains, nets[5](vad)], 1))

Path(__file__).with_name("audio.json").write_text("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
