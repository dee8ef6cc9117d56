"""Makes the ONNX files in this folder, written by ONNX's own library, with the answers of ONNX Runtime 1.30.0.

    /tmp/venv/bin/pip install numpy safetensors onnx onnxruntime
    /tmp/venv/bin/python test/goldens/onnx/recipe.py

NAME.onnx is a model, NAME.safetensors its feeds (`in.` and an input's name) and its outputs (`out.` and an output's name).
"""
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file

HERE = Path(__file__).parent
rng = np.random.default_rng(1)
T = helper.make_tensor_value_info
F, I64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
node = helper.make_node


def floats(*shape, scale=1.0):
    return (rng.uniform(-1, 1, shape) * scale).astype(np.float32)


def const(name, value, dtype=None):
    return numpy_helper.from_array(np.asarray(value, dtype), name)


def ints(name, *values):
    return const(name, values, np.int64)


def write(name, nodes, inputs, outputs, constants, feeds, opset=17, ir=8, functions=(), imports=(), threads=0):
    graph = helper.make_graph(nodes, name, inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset), *imports], ir_version=ir, functions=list(functions))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [o.name for o in outputs]
    got = dict(zip(names, session.run(names, feeds)))
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString())
    tensors = {f"in.{k}": np.asarray(v, order="C") for k, v in feeds.items()} | {f"out.{k}": np.asarray(v, order="C") for k, v in got.items()}
    save_file(tensors, HERE / f"{name}.safetensors")


def any_of(*names):
    return [helper.make_empty_tensor_value_info(n) for n in names]


def vad():
    """As Silero's: branches on the rate, four deep; a reflected pad, a transform, an LSTM whose state is handed on."""
    inner = [
        node("Pad", ["x", "pads"], ["padded"], mode="reflect"),
        node("Unsqueeze", ["padded", "one"], ["row"]),
        node("Conv", ["row", "basis"], ["spectrum"], strides=[8]),
        node("Slice", ["spectrum", "zero", "five", "one"], ["real"]),
        node("Slice", ["spectrum", "five", "ten", "one"], ["imaginary"]),
        node("Pow", ["real", "two"], ["real2"]),
        node("Pow", ["imaginary", "two"], ["imaginary2"]),
        node("Add", ["real2", "imaginary2"], ["power"]),
        node("Sqrt", ["power"], ["magnitude"]),
        node("Conv", ["magnitude", "w1", "b1"], ["c1"], pads=[1, 1], strides=[2]),
        node("Relu", ["c1"], ["r1"]),
        node("Transpose", ["r1"], ["steps"], perm=[2, 0, 1]),
        node("Split", ["state"], ["h", "c"], axis=0),
        node("LSTM", ["steps", "w", "r", "b", "", "h", "c"], ["y", "hn", "cn"], hidden_size=6),
        node("Concat", ["hn", "cn"], ["next"], axis=0),
        node("Squeeze", ["y", "one"], ["flat"]),
        node("Transpose", ["flat"], ["channels"], perm=[1, 2, 0]),
        node("Relu", ["channels"], ["r2"]),
        node("Conv", ["r2", "w2", "b2"], ["logit"]),
        node("Sigmoid", ["logit"], ["p"]),
        node("ReduceMean", ["p"], ["probability"], axes=[2], keepdims=0),
    ]
    constants = [
        ints("pads", 0, 0, 0, 8), ints("zero", 0), ints("one", 1), ints("five", 5), ints("ten", 10), const("two", 2.0, np.float32),
        const("basis", floats(10, 1, 16)), const("w1", floats(8, 5, 3)), const("b1", floats(8)),
        const("w", floats(1, 24, 8)), const("r", floats(1, 24, 6)), const("b", floats(1, 48)),
        const("w2", floats(1, 6, 1)), const("b2", floats(1)),
    ]
    graph = helper.make_graph(inner, "leaf", [], any_of("probability", "next"))
    for depth in range(3):
        other = helper.make_graph([node("Identity", ["x"], [f"p{depth}"]), node("Identity", ["state"], [f"s{depth}"])], f"else{depth}", [], any_of(f"p{depth}", f"s{depth}"))
        taken = node("If", ["is16"], [f"pi{depth}", f"si{depth}"], then_branch=graph, else_branch=other)
        graph = helper.make_graph([node("Equal", ["sr", "rate"], ["is16"]), taken] if depth == 2 else [taken], f"then{depth}", [], any_of(f"pi{depth}", f"si{depth}"))
    nodes = [*graph.node, node("Identity", ["pi2"], ["output"]), node("Identity", ["si2"], ["stateN"])]
    write("vad", nodes, [T("x", F, ["batch", "samples"]), T("state", F, [2, "batch", 6]), T("sr", I64, [])],
          [T("output", F, None), T("stateN", F, None)], [*constants, const("rate", 16000, np.int64)],
          {"x": floats(1, 64), "state": floats(2, 1, 6), "sr": np.array(16000, np.int64)}, opset=16)


def cells():
    """Every attribute of the cells that ONNX Runtime runs."""
    x, lens = floats(7, 3, 5), np.array([7, 0, 4], np.int32)
    constants, nodes, outputs = [], [], []
    kinds = {
        "LSTM": dict(gates=4, activations=["HardSigmoid", "Softsign", "Elu", "Sigmoid", "Tanh", "Softplus"], activation_alpha=[0.25, 0.8], activation_beta=[0.4]),
        "GRU": dict(gates=3, activations=["Sigmoid", "ScaledTanh", "HardSigmoid", "Tanh"], activation_alpha=[0.9, 0.3], activation_beta=[0.7, 0.4]),
        "RNN": dict(gates=1, activations=["Tanh", "ThresholdedRelu"], activation_alpha=[0.1]),
    }
    for kind, more in kinds.items():
        gates = more.pop("gates")
        for variant in range(2):
            n = f"{kind}{variant}"
            constants += [const(f"{n}w", floats(2, gates * 4, 5)), const(f"{n}r", floats(2, gates * 4, 4)), const(f"{n}b", floats(2, gates * 8)), const(f"{n}h", floats(2, 3, 4))]
            names = ["x", f"{n}w", f"{n}r", f"{n}b", "lens", f"{n}h"]
            extra = dict(more) if variant else {}
            if kind == "LSTM":
                constants.append(const(f"{n}c", floats(2, 3, 4)))
                names.append(f"{n}c")
                if variant:
                    constants.append(const(f"{n}p", floats(2, 12)))
                    names.append(f"{n}p")
                extra["input_forget"] = 1 - variant
            if kind == "GRU":
                extra["linear_before_reset"] = variant
            if variant:
                extra["clip"] = 0.8
            made = [f"{n}_y", f"{n}_h"] + ([f"{n}_c"] if kind == "LSTM" else [])
            nodes.append(node(kind, names, made, direction="bidirectional", hidden_size=4, **extra))
            outputs += [T(m, F, None) for m in made]
    write("cells", nodes, [T("x", F, [7, 3, 5]), T("lens", TensorProto.INT32, [3])], outputs, constants, {"x": x, "lens": lens}, opset=14)


def loops():
    """A recurrence as a Loop and as a Scan, with what the graph around them has."""
    body = helper.make_graph([
        node("Gather", ["x", "i"], ["xt"], axis=0), node("MatMul", ["h", "w"], ["wh"]), node("Add", ["wh", "xt"], ["s"]), node("Tanh", ["s"], ["h2"]),
        node("Identity", ["going"], ["on"]), node("Identity", ["h2"], ["shown"]),
    ], "body", [T("i", I64, []), T("going", BOOL, []), T("h", F, [2, 3])], [T("on", BOOL, []), T("h2", F, [2, 3]), T("shown", F, [2, 3])])
    step = helper.make_graph([
        node("MatMul", ["sh", "w"], ["swh"]), node("Add", ["swh", "sx"], ["ss"]), node("Tanh", ["ss"], ["sh2"]), node("Neg", ["sh2"], ["sn"]),
    ], "step", [T("sh", F, [2, 3]), T("sx", F, [2, 3])], [T("sh2", F, [2, 3]), T("sn", F, [2, 3])])
    nodes = [
        node("Shape", ["x"], ["shape"]), node("Gather", ["shape", "zero"], ["trips"]),
        node("Loop", ["trips", "", "h0"], ["last", "all"], body=body),
        node("Scan", ["h0", "x"], ["slast", "sall"], body=step, num_scan_inputs=1, scan_input_directions=[1], scan_output_directions=[1]),
    ]
    write("loops", nodes, [T("x", F, ["t", 2, 3]), T("h0", F, [2, 3])], [T(n, F, None) for n in ("last", "all", "slast", "sall")],
          [const("w", floats(3, 3)), const("zero", 0, np.int64)], {"x": floats(6, 2, 3), "h0": floats(2, 3)})


def functions():
    """Functions of the model: one calls another, an attribute is handed through, an input is left out."""
    ops = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]
    leaky = node("LeakyRelu", ["a"], ["b"])
    leaky.attribute.append(onnx.AttributeProto(name="alpha", ref_attr_name="slope", type=onnx.AttributeProto.FLOAT))
    inner = helper.make_function("own", "Inner", ["a"], ["b"], [leaky], ops[:1], ["slope"])
    call = node("Inner", ["x"], ["y"], domain="own")
    call.attribute.append(onnx.AttributeProto(name="slope", ref_attr_name="outer", type=onnx.AttributeProto.FLOAT))
    outer = helper.make_function("own", "Outer", ["x", "m"], ["z"], [call, node("Clip", ["y", "m"], ["z"])], ops, ["outer"])
    nodes = [node("Outer", ["x", "least"], ["p"], domain="own", outer=0.3), node("Outer", ["x"], ["q"], domain="own", outer=0.5)]
    write("functions", nodes, [T("x", F, [3, 4])], [T("p", F, None), T("q", F, None)], [const("least", -0.1, np.float32)], {"x": floats(3, 4)},
          opset=18, functions=[inner, outer], imports=ops[1:])


def dtypes():
    """Initializers of every type that runs, raw and typed."""
    half = floats(4).astype(np.float16)
    constants = [
        const("half", half), helper.make_tensor("half_typed", TensorProto.FLOAT16, [4], half.astype(np.float32)),
        helper.make_tensor("bfloat", TensorProto.BFLOAT16, [4], [1.5, -2.25, 0.0078125, 3e38]), const("double", floats(4).astype(np.float64)),
        helper.make_tensor("double_typed", TensorProto.DOUBLE, [4], [0.5, 1e-3, -2, 1e30]), helper.make_tensor("float_typed", F, [4], [1, 2, -3, 0.25]),
        const("i8", [-128, 127, 0, 5], np.int8), helper.make_tensor("u8_typed", TensorProto.UINT8, [4], [255, 0, 7, 9]), const("i16", [-32768, 32767, 0, 5], np.int16),
        const("u16", [65535, 0, 1, 2], np.uint16), const("i32", [-(2**31), 2**31 - 1, 0, 5], np.int32), const("i64", [-5, 2**31 - 1, 7, 0], np.int64),
        helper.make_tensor("i64_typed", I64, [4], [-5, 2**31 - 1, -(2**31), 0]), const("flags", [True, False, True, True]),
    ]
    nodes = [node("Cast", [c.name], [f"{c.name}_out"], to=F) for c in constants]
    outputs = [T(f"{c.name}_out", F, None) for c in constants]
    write("dtypes", [node("Identity", ["x"], ["y"]), *nodes], [T("x", F, [1])], [T("y", F, None), *outputs], constants, {"x": floats(1)})


def legacy():
    """Opset 8: what later became inputs are attributes, Softmax flattens."""
    nodes = [
        node("Slice", ["x"], ["sliced"], axes=[2, 3], starts=[1, -3], ends=[2147483647, 9223372036854775807]),
        node("Pad", ["sliced"], ["padded"], pads=[0, 0, 1, 0, 0, 0, 0, 2], value=0.5),
        node("Upsample", ["padded"], ["bigger"], mode="nearest", scales=[1.0, 1.0, 2.0, 2.0]),
        node("BatchNormalization", ["bigger", "bs", "bb", "bm", "bv"], ["normed"], epsilon=1e-3),
        node("Softmax", ["normed"], ["soft"], axis=2),
        node("ReduceSum", ["soft"], ["sum"], axes=[1], keepdims=0),
        node("Unsqueeze", ["sum"], ["wide"], axes=[0, 4]), node("Squeeze", ["wide"], ["narrow"], axes=[4]),
        node("Clip", ["narrow"], ["clipped"], min=0.01, max=0.2), node("Split", ["clipped"], ["left", "right"], axis=3, split=[2, 8]),
        node("TopK", ["right"], ["best", "places"], k=2, axis=3), node("Dropout", ["best"], ["kept"], ratio=0.3),
    ]
    write("legacy", nodes, [T("x", F, [2, 3, 4, 5])], [T("soft", F, None), T("left", F, None), T("kept", F, None), T("places", I64, None)],
          [const(n, np.abs(floats(3)) + 0.1) for n in ("bs", "bb", "bm", "bv")],
          {"x": floats(2, 3, 4, 5)}, opset=8, ir=4)


def newest():
    """Opset 20: axes as inputs, Split by a number of outputs, the normalisations, Resize, Gelu."""
    nodes = [
        node("Split", ["x"], ["a", "b", "c"], axis=2, num_outputs=3), node("ReduceMax", ["a", "last"], ["most"], keepdims=0),
        node("LayerNormalization", ["x", "ls", "lb"], ["layer"], axis=-1), node("GroupNormalization", ["x", "gs", "gb"], ["group"], num_groups=2),
        node("InstanceNormalization", ["x", "is", "ib"], ["instance"]), node("Gelu", ["x"], ["gelu"], approximate="tanh"), node("Gelu", ["x"], ["gelu2"]),
        node("Resize", ["x", "", "", "sizes"], ["linear"], mode="linear"),
        node("Resize", ["x", "", "scales"], ["cubic"], mode="cubic", coordinate_transformation_mode="half_pixel", exclude_outside=1),
        node("Resize", ["x", "", "", "sizes"], ["corners"], mode="linear", coordinate_transformation_mode="align_corners"),
        node("Resize", ["x", "", "scales"], ["near"], mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
        node("HardSwish", ["x"], ["hard"]), node("Mish", ["x"], ["mish"]), node("LpNormalization", ["x"], ["unit"], axis=1, p=2),
        node("ReduceLogSumExp", ["x", "last"], ["log"]), node("LRN", ["x"], ["lrn"], size=3), node("MeanVarianceNormalization", ["x"], ["mvn"]),
    ]
    outs = ["b", "c", "most", "layer", "group", "instance", "gelu", "gelu2", "linear", "cubic", "corners", "near", "hard", "mish", "unit", "log", "lrn", "mvn"]
    constants = [
        ints("last", -1), ints("sizes", 2, 4, 9, 3), const("scales", [1, 1, 1.7, 0.6], np.float32), const("ls", floats(6)), const("lb", floats(6)),
        const("gs", floats(2)), const("gb", floats(2)), const("is", floats(4)), const("ib", floats(4)),
    ]
    write("newest", nodes, [T("x", F, [2, 4, 5, 6])], [T(n, F, None) for n in outs], constants, {"x": floats(2, 4, 5, 6)}, opset=20, ir=9)


def convolutions():
    """One to three axes, groups, dilations, asymmetric and automatic pads, transposed, pools."""
    x1, x2, x3 = floats(2, 4, 11), floats(1, 4, 7, 6), floats(1, 2, 5, 4, 6)
    nodes = [
        node("Conv", ["x1", "w1", "b1"], ["c1"], pads=[2, 0], dilations=[2], strides=[2]), node("Conv", ["x1", "wd"], ["c2"], group=4, auto_pad="SAME_LOWER", kernel_shape=[4]),
        node("Conv", ["x2", "w2", "b2"], ["c3"], pads=[1, 0, 2, 1], group=2), node("Conv", ["x2", "w2"], ["c4"], auto_pad="SAME_UPPER", strides=[2, 3], group=2),
        node("Conv", ["x3", "w3"], ["c5"], strides=[1, 2, 1]), node("ConvTranspose", ["x1", "t1", "b1"], ["t1y"], strides=[3], output_padding=[1], pads=[1, 2]),
        node("ConvTranspose", ["x2", "t2"], ["t2y"], strides=[2, 1], dilations=[1, 2], group=2, pads=[1, 0, 0, 1]),
        node("ConvTranspose", ["x1", "t1"], ["t3y"], strides=[2], output_shape=[20]), node("ConvTranspose", ["x1", "t1", "b1"], ["t4y"], strides=[3], output_shape=[36]),
        node("MaxPool", ["x1"], ["p1"], kernel_shape=[3], strides=[2], ceil_mode=1), node("MaxPool", ["x2"], ["p2"], kernel_shape=[3, 2], pads=[1, 0, 1, 1], dilations=[2, 1]),
        node("AveragePool", ["x2"], ["p3"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]), node("AveragePool", ["x2"], ["p4"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1),
        node("AveragePool", ["x3"], ["p5"], kernel_shape=[2, 2, 3], auto_pad="SAME_UPPER"), node("LpPool", ["x1"], ["p6"], kernel_shape=[2], p=3),
        node("GlobalAveragePool", ["x3"], ["p7"]), node("GlobalMaxPool", ["x2"], ["p8"]),
    ]
    constants = [const("w1", floats(6, 4, 3)), const("b1", floats(6)), const("wd", floats(4, 1, 4)), const("w2", floats(6, 2, 3, 2)), const("b2", floats(6)),
                 const("w3", floats(3, 2, 2, 3, 2)), const("t1", floats(4, 6, 4)), const("t2", floats(4, 3, 3, 2))]
    outs = [n for step in nodes for n in step.output]
    write("convolutions", nodes, [T("x1", F, x1.shape), T("x2", F, x2.shape), T("x3", F, x3.shape)], [T(n, F, None) for n in outs], constants, {"x1": x1, "x2": x2, "x3": x3})


def indexing():
    """What moves numbers."""
    nodes = [
        node("Einsum", ["x", "y"], ["e1"], equation="bij,bjk->bki"), node("Einsum", ["x"], ["e2"], equation="...ij->i..."), node("Einsum", ["y", "x"], ["e3"], equation="bij,bki"),
        node("GatherND", ["x", "at"], ["g1"]), node("ScatterND", ["x", "at", "rows"], ["s1"]), node("ScatterElements", ["x", "el", "up"], ["s2"], axis=2, reduction="add"),
        node("GatherElements", ["x", "el"], ["g2"], axis=-1), node("TopK", ["x", "two"], ["v", "i"], axis=1, largest=0), node("CumSum", ["x", "one"], ["c1"], reverse=1, exclusive=1),
        node("Trilu", ["x"], ["tri"], upper=0), node("OneHot", ["ids", "five", "offon"], ["hot"], axis=0), node("ReverseSequence", ["x", "lens"], ["rev"], batch_axis=0, time_axis=1),
        node("ArgMax", ["x"], ["arg"], axis=2, keepdims=0), node("Slice", ["x", "from", "to", "axes", "by"], ["sl"]), node("Tile", ["x", "times"], ["tl"]),
        node("Pad", ["x", "pads"], ["edge"], mode="edge"), node("DepthToSpace", ["plane"], ["space"], blocksize=2, mode="CRD"), node("SpaceToDepth", ["plane"], ["depth"], blocksize=2),
        node("NonZero", ["mask"], ["where"]), node("Compress", ["x", "kept"], ["pressed"], axis=1), node("Mod", ["ids", "three"], ["mod"]), node("Hardmax", ["x"], ["hardmax"], axis=1),
    ]
    ints64 = {"i", "arg", "where", "mod"}
    outs = [T(n, I64 if n in ints64 else F, None) for step in nodes for n in step.output]
    constants = [
        const("at", [[0, 2], [1, -1]], np.int64), const("rows", floats(2, 3)), const("el", [[[0, 2], [1, -1], [0, 0], [2, 1]]] * 2, np.int64), const("up", floats(2, 4, 2)), ints("two", 2),
        const("one", 1, np.int64), const("five", 5, np.int64), const("offon", [-1, 3], np.float32), ints("lens", 3, 4), ints("from", -1, 1), ints("to", -9223372036854775808, 3), ints("axes", 1, 2),
        ints("by", -2, 1), ints("times", 1, 2, 2), ints("pads", 0, 1, 2, 0, 0, 1), ints("three", 3), const("kept", [True, False, True, True]),
    ]
    feeds = {"x": floats(2, 4, 3), "y": floats(2, 3, 5), "ids": np.array([4, -1, -7, 2], np.int64), "plane": floats(1, 8, 2, 4), "mask": np.array([[0, 1, 0], [2, 0, -1]], np.float32)}
    write("indexing", nodes, [T("x", F, [2, 4, 3]), T("y", F, [2, 3, 5]), T("ids", I64, [4]), T("plane", F, [1, 8, 2, 4]), T("mask", F, [2, 3])], outs, constants, feeds, opset=16)


def quantised():
    """Integers: dynamic quantisation, products and convolutions of int8, and back."""
    u8, i8, i32 = TensorProto.UINT8, TensorProto.INT8, TensorProto.INT32
    nodes = [
        node("DynamicQuantizeLinear", ["x"], ["q", "scale", "zero"]), node("MatMulInteger", ["q", "w", "zero", "wz"], ["sum"]),
        node("DequantizeLinear", ["q", "scale", "zero"], ["back"]), node("QuantizeLinear", ["x", "qs", "qz"], ["rows"], axis=1), node("DequantizeLinear", ["rows", "qs", "qz"], ["rowsback"], axis=1),
        node("QLinearMatMul", ["q", "scale", "zero", "w", "ws", "wz0", "ys", "yz"], ["qm"]), node("DynamicQuantizeLinear", ["image"], ["qi", "iscale", "izero"]),
        node("ConvInteger", ["qi", "k", "izero"], ["conv"], pads=[1, 1, 1, 1]), node("QLinearConv", ["qi", "iscale", "izero", "k", "ks", "kz", "ys", "yz", "bias"], ["qc"], strides=[2, 1]),
    ]
    kinds = {"q": u8, "scale": F, "zero": u8, "sum": i32, "back": F, "rows": i8, "rowsback": F, "qm": u8, "conv": i32, "qc": u8}
    constants = [
        const("w", rng.integers(-128, 128, (5, 4)), np.int8), const("wz", rng.integers(-5, 5, 4), np.int8), const("wz0", 0, np.int8), const("qs", np.abs(floats(5)) * 0.02 + 0.01), const("qz", rng.integers(-9, 9, 5), np.int8),
        const("ws", 0.01, np.float32), const("ys", 0.05, np.float32), const("yz", 120, np.uint8), const("k", rng.integers(-128, 128, (3, 2, 3, 3)), np.int8), const("ks", np.abs(floats(3)) * 0.01 + 0.001),
        const("kz", [0, 0, 0], np.int8), const("bias", rng.integers(-999, 999, 3), np.int32),
    ]
    write("quantised", nodes, [T("x", F, [3, 5]), T("image", F, [1, 2, 5, 4])], [T(n, k, None) for n, k in kinds.items()], constants, {"x": floats(3, 5, scale=3), "image": floats(1, 2, 5, 4)})


def integers_of(w, axes, dtype):
    """w on 256 levels: the integers, scales and zero points of what is left beside `axes`."""
    low, high = np.minimum(w.min(axis=axes), 0), np.maximum(w.max(axis=axes), 0)
    info = np.iinfo(dtype)
    scale = (np.maximum(high, -low) / 127 if dtype == np.int8 else (high - low) / 255).astype(np.float32)
    zero = np.zeros_like(scale) if dtype == np.int8 else np.round(-low / scale)
    spread = [np.expand_dims(a, axes) for a in (scale, zero)]
    return np.clip(np.round(w / spread[0]) + spread[1], info.min, info.max).astype(dtype), np.asarray(scale), np.asarray(zero, dtype)


def microsoft():
    """ONNX Runtime's own: cells and products of floats with integers. In one thread: more of them quantise the rows of a cell apart."""
    nodes, constants, outs = [], [], []
    steps, batch, inputs, hidden = 7, 2, 5, 6

    def init(name, value):
        constants.append(const(name, value))
        return name

    def scales(name, w, axes, dtype, shape):
        q, scale, zero = integers_of(w, axes, dtype)
        return [init(name, q), init(f"{name}s", scale.reshape(shape)), init(f"{name}z", zero.reshape(shape))]

    for name, d, dtype, per_column, states, peepholes, x in [
        ("a", 1, np.int8, False, False, False, "one"), ("b", 2, np.int8, True, True, False, "two"), ("c", 1, np.uint8, False, True, True, "two"), ("d", 2, np.uint8, False, False, False, "one"),
    ]:
        rows = batch if x == "two" else 1
        axes, shape = (1, [d, 4 * hidden]) if per_column else ((1, 2), [d])
        w, r = scales(f"{name}W", floats(d, inputs, 4 * hidden), axes, dtype, shape), scales(f"{name}R", floats(d, hidden, 4 * hidden), axes, dtype, shape)
        first = [init(f"{name}{s}", floats(d, rows, hidden)) if states else "" for s in "hc"]
        p = init(f"{name}P", floats(d, 3 * hidden)) if peepholes else ""
        out = [f"{name}{o}" for o in ("Y", "Yh", "Yc")]
        nodes.append(node("DynamicQuantizeLSTM", [x, w[0], r[0], init(f"{name}B", floats(d, 8 * hidden, scale=0.3)), "", *first, p, *w[1:], *r[1:]], out, name, domain="com.microsoft",
                          hidden_size=hidden, direction="bidirectional" if d == 2 else "forward"))
        outs += out
    for name, dtype, per_column, bias, zero in [("e", np.int8, False, True, False), ("f", np.uint8, True, True, True), ("g", np.uint8, False, False, True)]:
        w = scales(f"{name}W", floats(9, 5), 0 if per_column else (0, 1), dtype, [5] if per_column else [1])
        rest = [w[2] if zero else "", *([init(f"{name}B", floats(5))] if bias else [])]
        nodes += [node("DynamicQuantizeMatMul", ["rows", *w[:2], *rest], [f"{name}Y"], name, domain="com.microsoft"),
                  node("DynamicQuantizeLinear", ["rows"], [f"{name}q", f"{name}qs", f"{name}qz"]),
                  node("MatMulIntegerToFloat", [f"{name}q", w[0], f"{name}qs", w[1], f"{name}qz", *rest], [f"{name}Z"], f"{name} of integers", domain="com.microsoft")]
        outs += [f"{name}Y", f"{name}Z"]
    feeds = {"one": floats(steps, 1, inputs), "two": floats(steps, batch, inputs), "rows": floats(4, 9, scale=2)}
    write("microsoft", nodes, [T(n, F, v.shape) for n, v in feeds.items()], [T(n, F, None) for n in outs], constants, feeds, imports=[helper.make_opsetid("com.microsoft", 1)], threads=1)


for make in (vad, cells, loops, functions, dtypes, legacy, newest, convolutions, indexing, quantised, microsoft):
    make()
