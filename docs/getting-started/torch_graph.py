"""Any traceable PyTorch module as a graph of `unrolled/2`: torch.fx names the operations, a function here each writes its nodes.

Convolutions become channels last, BatchNorm a multiplication and an addition, a stack of cells a node a layer.
Sizes that differ between two calls of the module are left open. `export` writes the file; what has no function here is a
NotImplementedError that names it.
"""
import json
import operator

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import fx, nn
from torch.fx.passes.shape_prop import ShapeProp


class PackedLSTM(nn.LSTM):
    """An LSTM over sequences of unlike lengths: output (zeros past each) and the last h, one direction after the other."""

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        y, (h, _) = super().forward(packed)
        return nn.utils.rnn.pad_packed_sequence(y, batch_first=True, total_length=x.shape[1])[0], h


class LayerNormLSTM(nn.Module):
    """torch/benchmarks/fastrnns/custom_lstms.py, LayerNormLSTMCell, over a sequence, c_0 and h_0 zero:

    gates = norm_ih(W_ih x) + norm_hh(W_hh h), in the order i f g o; c' = norm_c(f * c + i * g); h' = o * tanh(c')
    """

    def __init__(self, inputs, size):
        super().__init__()
        self.hidden_size = size
        self.weight_ih, self.weight_hh = (nn.Parameter(torch.randn(4 * size, n) / n**0.5) for n in (inputs, size))
        self.norm_ih, self.norm_hh, self.norm_c = (nn.LayerNorm(n) for n in (4 * size, 4 * size, size))

    def forward(self, x):
        h = c = x.new_zeros(x.shape[0], self.hidden_size)
        outputs = []
        for row in x.unbind(1):
            gates = self.norm_ih(row @ self.weight_ih.T) + self.norm_hh(h @ self.weight_hh.T)
            i, f, g, o = gates.chunk(4, 1)
            c = self.norm_c(f.sigmoid() * c + i.sigmoid() * g.tanh())
            h = o.sigmoid() * c.tanh()
            outputs.append(h)
        return torch.stack(outputs, 1)


class CoupledLSTM(nn.Module):
    """Greff et al., LSTM: A Search Space Odyssey, CIFG: an LSTM with f = 1 - i, or i = 1 - f; W of that gate, g, o."""

    def __init__(self, inputs, size, forget=False):
        super().__init__()
        self.hidden_size, self.forget = size, forget
        self.ih, self.hh = nn.Linear(inputs, 3 * size), nn.Linear(size, 3 * size)

    def forward(self, x):
        h = c = x.new_zeros(x.shape[0], self.hidden_size)
        outputs = []
        for row in x.unbind(1):
            gate, g, o = (self.ih(row) + self.hh(h)).chunk(3, 1)
            i = 1 - gate.sigmoid() if self.forget else gate.sigmoid()
            c = (1 - i) * c + i * g.tanh()
            h = o.sigmoid() * c.tanh()
            outputs.append(h)
        return torch.stack(outputs, 1)


CELLS = (nn.RNN, nn.GRU, nn.LSTM, LayerNormLSTM, CoupledLSTM)
FUNCTIONS = {
    nn.ReLU: "relu", nn.Tanh: "tanh", nn.Sigmoid: "sigmoid", nn.GELU: "gelu", nn.SiLU: "silu", nn.ELU: "elu", nn.Mish: "mish",
    nn.Softplus: "softplus", nn.SELU: "selu", nn.Hardswish: "hard_swish",
    **{f: f for f in ("relu", "tanh", "sigmoid", "gelu", "softplus", "silu", "exp", "sqrt", "abs", "log", "erf", "neg")},
}
BINARY = {"add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "div": "div", "maximum": "max"}


class Tracer(fx.Tracer):
    def is_leaf_module(self, module, name):
        return isinstance(module, CELLS) or super().is_leaf_module(module, name)


class Converter:
    def __init__(self, module, inputs, other):
        self.module, self.nodes, self.tensors, self.names, self.sizes = module, [], {}, {}, {}
        self.kept = []  # whose addresses name tensors
        graph = Tracer().trace(module)
        self.traced = fx.GraphModule(module, graph)
        for example, place in ((other, 1), (inputs, 0)):
            ShapeProp(self.traced).propagate(*example.values())
            for node in graph.nodes:
                if hasattr(meta := node.meta.get("tensor_meta"), "shape"):
                    self.sizes.setdefault(node, {})[place] = list(meta.shape)

    def tensor(self, t, name=None):
        """A tensor of the file; one that the module has twice is there once."""
        key = (t.data_ptr(), tuple(t.shape))
        self.kept.append(t)
        if name is None or key not in self.names:
            name = name or f"constant.{len(self.tensors)}"
            self.names[key] = name
            self.tensors[name] = (t.float() if t.is_floating_point() else t).detach().contiguous().clone()
        return self.names[key]

    def emit(self, op, inputs, attributes={}, outputs=1):
        while inputs and inputs[-1] == "":
            inputs = inputs[:-1]
        name = f"{self.label}.{len(self.nodes)}"
        made = [f"{name}:{i}" for i in range(outputs)]
        self.nodes.append({"op": op, "name": self.label, "inputs": list(inputs), "outputs": made, "attributes": attributes})
        return made[0] if outputs == 1 else made

    def permute(self, x, permutation):
        return self.emit("transpose", [x], {"permutation": list(permutation)})

    def binary(self, f, a, b):
        return self.emit("binary", [self.number(a), self.number(b)], {"function": f})

    def number(self, v):
        return v if isinstance(v, str) else self.tensor(torch.tensor(float(v)))

    def unary(self, x, f, **attributes):
        return self.emit("unary", [x], {"function": f, **attributes})

    def shaped(self, x, source, node):
        """x in the shape of a node: sizes in front that stay are 0, one that differs between the calls is -1."""
        (a, b), before = (self.sizes[node][i] for i in (0, 1)), self.sizes[source][0]
        kept = 0
        while kept < min(len(a), len(before)) and a[kept] == before[kept] and b[kept] == self.sizes[source][1][kept]:
            kept += 1
        rest = [m if m == n else -1 for m, n in zip(a[kept:], b[kept:])]
        return self.emit("reshape", [x], {"shape": [0] * kept + rest})

    def run(self):
        env = {}
        value = lambda v: fx.node.map_arg(v, lambda n: env[n])
        for node in self.traced.graph.nodes:
            self.label = node.name
            args = value(node.args)
            if node.op == "placeholder":
                env[node] = node.name
            elif node.op == "get_attr":
                env[node] = self.tensor(operator.attrgetter(node.target)(self.module), node.target)
            elif node.op == "output":
                return list(args[0]) if isinstance(args[0], (tuple, list)) else [args[0]]
            elif node.op == "call_module":
                self.label = node.target
                env[node] = self.call(self.module.get_submodule(node.target), node.target, node, *args)
            else:
                name = node.target if isinstance(node.target, str) else node.target.__name__
                env[node] = self.function(name, node, args, value(node.kwargs))

    def call(self, m, name, node, x, *more):
        known = lambda part: self.tensor(getattr(m, part), f"{name}.{part}") if getattr(m, part, None) is not None else ""
        rank = len(self.sizes[node.args[0]][0])
        column = lambda t: self.tensor(t.reshape([-1] + [1] * (rank - 2)))
        if isinstance(m, CELLS):
            return self.cell(m, name, x, *more)
        if type(m) in FUNCTIONS:
            return self.unary(x, FUNCTIONS[type(m)])
        if isinstance(m, nn.Linear):
            return self.emit("linear", [x, known("weight"), known("bias")])
        if isinstance(m, nn.Embedding):
            return self.emit("embedding", [x, known("weight")])
        if isinstance(m, nn.LayerNorm):
            return self.emit("norm", [x, known("weight"), known("bias")], {"axes_from": -len(m.normalized_shape), "epsilon": m.eps})
        if isinstance(m, (nn.Hardtanh, nn.ReLU6)):
            return self.unary(x, "clip", alpha=m.min_val, beta=m.max_val)
        if isinstance(m, nn.LeakyReLU):
            return self.unary(x, "leaky_relu", alpha=m.negative_slope)
        if isinstance(m, nn.PReLU):
            return self.binary("prelu", x, column(m.weight) if m.weight.numel() > 1 else known("weight"))
        if isinstance(m, nn.modules.batchnorm._BatchNorm):
            scale = m.weight / torch.sqrt(m.running_var + m.eps)
            return self.binary("add", self.binary("mul", x, column(scale)), column(m.bias - m.running_mean * scale))
        if isinstance(m, nn.GroupNorm):
            inputs, attributes = [known("weight"), known("bias")], {"groups": m.num_groups, "epsilon": m.eps}
            return self.channels(x, rank, lambda x: self.emit("group_norm", [x, *inputs], attributes))
        if isinstance(m, nn.modules.conv._ConvNd):
            weight = self.tensor(m.weight.movedim(1, -1), f"{name}.weight")
            lists = {"strides": m.stride, "dilations": m.dilation, "pads_before": m.padding, "pads_after": m.padding}
            attributes = {k: list(v) for k, v in lists.items() if set(v) != {0 if "pads" in k else 1}}
            if m.groups > 1:
                attributes["groups"] = m.groups
            if m.transposed:
                attributes["output_padding"] = list(m.output_padding)
            op = "conv_transpose" if m.transposed else "conv"
            return self.channels(x, rank, lambda x: self.emit(op, [x, weight, known("bias")], attributes))
        if isinstance(m, (nn.MaxPool1d, nn.MaxPool2d, nn.AvgPool1d, nn.AvgPool2d)):
            each = lambda v: list(v) if isinstance(v, tuple) else [v] * (rank - 2)
            pads = each(m.padding)
            f = "max" if "Max" in type(m).__name__ else "average"
            attributes = {"function": f, "kernel": each(m.kernel_size), "strides": each(m.stride), "pads_before": pads, "pads_after": pads}
            if f == "average":
                attributes["count_include_pad"] = m.count_include_pad
            return self.channels(x, rank, lambda x: self.emit("pool", [x], attributes))
        raise NotImplementedError(type(m))

    def channels(self, x, rank, f):
        """f of x with its channels last."""
        return self.permute(f(self.permute(x, [0, *range(2, rank), 1])), [0, rank - 1, *range(1, rank - 1)])

    def cell(self, m, name, x, *more):
        x = self.permute(x, [1, 0, 2])
        if isinstance(m, LayerNormLSTM):
            t = lambda label, t: self.tensor(t[None], f"{name}.{label}")
            norms = [t(f"{n}.{part}", getattr(getattr(m, n), part)) for n in ("norm_ih", "norm_hh", "norm_c") for part in ("weight", "bias")]
            weights = [t("weight_ih", m.weight_ih), t("weight_hh", m.weight_hh)]
            inputs = [x, *weights, "", "", "", "", "", "", "", *norms]
            return self.permute(self.emit("lstm", inputs, {"norm_epsilon": m.norm_c.eps}, 3)[0], [1, 0, 2])
        if isinstance(m, CoupledLSTM):
            n, sign = m.hidden_size, -1 if m.forget else 1  # 1 - sigmoid(v) = sigmoid(-v)
            spread = lambda t: torch.cat([sign * t[:n], 0 * t[:n], t[n:]])[None]
            inputs = [self.tensor(spread(getattr(part, p)), f"{name}.{label}.{p}") for p in ("weight", "bias") for label, part in (("ih", m.ih), ("hh", m.hh))]
            return self.permute(self.emit("lstm", [x, *inputs], {"input_forget": True}, 3)[0], [1, 0, 2])
        op = m.mode.split("_")[0].lower()
        lengths = more[0] if isinstance(m, PackedLSTM) else ""
        state = () if lengths or not more else more[0] if op == "lstm" else more
        finals = []
        for layer in range(m.num_layers):
            suffixes = [f"_l{layer}", f"_l{layer}_reverse"][: 2 if m.bidirectional else 1]
            part = lambda p: self.tensor(torch.stack([getattr(m, p + s) for s in suffixes]), f"{name}.{p}{suffixes[0]}")
            inputs = [x, part("weight_ih"), part("weight_hh"), *((part("bias_ih"), part("bias_hh")) if m.bias else ("", "")), lengths, *state]
            if m.proj_size:
                inputs += [""] * (9 - len(inputs)) + [part("weight_hr")]
            attributes = {"direction": "bidirectional" if m.bidirectional else "forward"}
            if m.mode == "RNN_RELU":
                attributes["activations"] = [{"function": "relu"}] * len(suffixes)
            x, *final = self.emit(op, inputs, attributes, 3 if op == "lstm" else 2)
            finals.append(final)
        final = [f[0] if m.num_layers == 1 else self.emit("concat", f, {"axis": 0}) for f in zip(*map(list, finals))]
        y = self.permute(x, [1, 0, 2])
        return y, final[0] if lengths or op != "lstm" else tuple(final)

    def function(self, name, node, args, kwargs):
        x = args[0]
        size = lambda: self.sizes[node.args[0]][0]
        axis = lambda i, fallback=-1: kwargs.get("dim", args[i] if len(args) > i else fallback)
        if name == "getattr" or x is None:  # sizes, which shaped() knows
            return None
        if name in FUNCTIONS:
            return self.unary(x, FUNCTIONS[name])
        if name in BINARY:
            return self.binary(BINARY[name], *args[:2])
        if name == "rsub":
            return self.binary("sub", args[1], args[0])
        if name in ("softmax", "log_softmax"):
            return self.emit("softmax", [x], {"axis": axis(1), "log": name == "log_softmax"})
        if name == "matmul":
            return self.emit("matmul", list(args))
        if name in ("cat", "concat"):
            return self.emit("concat", list(x), {"axis": axis(1, 0)})
        if name in ("mean", "sum", "amax"):
            axes = axis(1)
            f = {"amax": "max"}.get(name, name)
            return self.emit("reduce", [x], {"function": f, "axes": list(axes) if isinstance(axes, tuple) else [axes], "keep_dims": kwargs.get("keepdim", False)})
        if name == "clamp":
            return self.unary(x, "clip", alpha=args[1], beta=args[2])
        if name == "pow":
            return self.binary("pow", *args)
        if name == "transpose":
            order = list(range(len(size())))
            order[args[1]], order[args[2]] = order[args[2]], order[args[1]]
            return self.permute(x, order)
        if name == "permute":
            return self.permute(x, args[1:])
        if name in ("reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "view"):
            return self.shaped(x, node.args[0], node)
        if name == "chunk":
            parts, at = args[1], axis(2) % len(size())
            step = size()[at] // parts
            return tuple(self.slice(x, at, i * step, (i + 1) * step) for i in range(parts))
        if name == "pad":
            rank, sides = len(size()), list(args[1])
            before, after = [0] * rank, [0] * rank
            for i in range(0, len(sides), 2):
                before[rank - 1 - i // 2], after[rank - 1 - i // 2] = sides[i], sides[i + 1]
            mode = kwargs.get("mode", "constant").replace("replicate", "edge")
            return self.emit("pad", [x], {"before": before, "after": after, "mode": mode})
        if name == "getitem":
            return x[args[1]] if isinstance(x, (tuple, list)) else self.item(x, node, args[1] if isinstance(args[1], tuple) else (args[1],))
        raise NotImplementedError(name)

    def slice(self, x, axis, start, end):
        return self.emit("slice", [x], {"axes": [axis], "starts": [start], "ends": [end]})

    def item(self, x, node, index):
        """x[:, -1], x[..., 2:]: slices, then a reshape where an axis is gone."""
        rank = len(self.sizes[node.args[0]][0])
        if Ellipsis in index:
            at = index.index(Ellipsis)
            index = index[:at] + (slice(None),) * (rank - len(index) + 1) + index[at + 1 :]
        for i, v in enumerate(index):
            if isinstance(v, int):
                x = self.slice(x, i, v, 2**31 - 1 if v == -1 else v + 1)
            elif v != slice(None):
                x = self.slice(x, i, v.start or 0, 2**31 - 1 if v.stop is None else v.stop)
        return self.shaped(x, node.args[0], node) if any(isinstance(v, int) for v in index) else x


DTYPES = {torch.float64: "float32", torch.int64: "int64"}


def write(module, inputs, other, names, extra={}):
    """The file: the graph, and under golden.in.NAME and golden.out.NAME one run in float64. The weights are those of float32."""
    with torch.no_grad():
        for p in [*module.parameters(), *module.buffers()]:
            if p.is_floating_point():
                p.data = p.data.float().double()
        converter = Converter(module, inputs, other)
        made = converter.run()
        outputs = module(*inputs.values())
        seconds = module(*other.values())
    outputs, seconds = [list(v) if isinstance(v, tuple) else [v] for v in (outputs, seconds)]

    def port(name, a, b):
        dims = [m if m == n else "batch" if i == 0 else "time" if len(inputs) == 1 else f"{name} {i}" for i, (m, n) in enumerate(zip(a.shape, b.shape))]
        return {"name": name, "dtype": DTYPES[a.dtype], "dims": dims}

    nodes = converter.nodes + [{"op": "identity", "name": n, "inputs": [y], "outputs": [n], "attributes": {}} for n, y in zip(names, made)]
    golden = {f"golden.in.{n}": t for n, t in inputs.items()} | {f"golden.out.{n}": t for n, t in zip(names, outputs)}
    description = {
        "format": "unrolled/2",
        "inputs": [port(n, t, other[n]) for n, t in inputs.items()],
        "outputs": [port(n, a, b) for n, a, b in zip(names, outputs, seconds)],
        "nodes": nodes,
        "ignore": list(golden),
        **extra,
    }
    stored = {n: (t.float() if t.is_floating_point() else t).contiguous().clone() for n, t in golden.items()}
    return converter.tensors | stored, json.dumps(description)


def export(path, module, inputs, other, names=("output",)):
    """Writes `module` as it answers `inputs`, {name: tensor}; sizes that are others in `other` are left open."""
    double = lambda feeds: {n: t.double() if t.is_floating_point() else t for n, t in feeds.items()}
    tensors, description = write(module.double().eval(), double(inputs), double(other), names, {"ignore": []})
    save_file({n: t for n, t in tensors.items() if not n.startswith("golden.")}, path, {"unrolled": description})
