"""Writes keras.safetensors: models that Keras 3.15 saved, with what they predict.

  python recipe.py      (keras 3.15, tensorflow-cpu 2.21, h5py, numpy)

The metadata's `cases` says for each its name and a part of the refusal, null where it is to be run. The tensor NAME is
the file, NAME/x an input, NAME/output the prediction of the same model in float64. Archives are deflated to be small."""
import io, json, os, struct, zipfile
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import h5py, keras, numpy as np
from keras import layers as L

cases, tensors = [], {}
rng = np.random.default_rng(7)
floats = lambda *s: rng.standard_normal(s).astype("float32")

def ids(*s):
    x = rng.integers(1, 9, s).astype("int32"); x[0, 3:] = 0; x[1, :2] = 0; x[2, 1] = 0; x[3] = 0
    return x

def save(model, kind):
    model.save(f"/tmp/model.{kind}")
    data = open(f"/tmp/model.{kind}", "rb").read()
    if kind == "h5": return data
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z, zipfile.ZipFile(io.BytesIO(data)) as was:
        for name in was.namelist(): z.writestr(name, was.read(name))
    return out.getvalue()

def add(name, kind, x, build, says=None):
    keras.backend.set_floatx("float32"); keras.utils.clear_session()
    model = build()
    model.set_weights([np.abs(w) + 0.5 if "variance" in v.path else w for v in model.weights for w in [rng.standard_normal(v.shape) * 0.5]])
    store(name, save(model, kind), says)
    if says: return
    keras.backend.set_floatx("float64")
    exact = build(); exact.set_weights(model.get_weights())
    tensors[f"{name}/x"] = x
    tensors[f"{name}/output"] = np.asarray(exact(x if x.dtype == np.int32 else x.astype("float64")), "float64")

def store(name, data, says=None):
    cases.append({"name": name, "says": says})
    tensors[name] = np.frombuffer(data, "uint8")

def sequence(shape, *layers): return lambda: keras.Sequential([L.Input(shape)] + [make() for make in layers])
def functional(shape, f):
    def build():
        i = L.Input(shape)
        return keras.Model(i, f(i))
    return build

for kind in ("keras", "h5"):
    add(f"cells.{kind}", kind, floats(2, 5, 3), sequence((None, 3), lambda: L.LSTM(3, return_sequences=True), lambda: L.GRU(3, return_sequences=True),
        lambda: L.GRU(2, reset_after=False, return_sequences=True, use_bias=False), lambda: L.SimpleRNN(2, activation="relu"), lambda: L.Dense(2, activation="softmax")))
    add(f"bidirectional.{kind}", kind, floats(2, 5, 3), sequence((5, 3), lambda: L.Bidirectional(L.LSTM(2, return_sequences=True)), lambda: L.Bidirectional(L.GRU(2), merge_mode="ave")))
    add(f"mask.{kind}", kind, ids(5, 6), sequence((6,), lambda: L.Embedding(9, 3, mask_zero=True), lambda: L.Dropout(0.2),
        lambda: L.Bidirectional(L.LSTM(2, return_sequences=True)), lambda: L.GRU(2)))
    add(f"residual.{kind}", kind, floats(2, 5, 3), functional((5, 3), lambda i: L.Dense(2)(L.Concatenate()([L.Add()([i, L.LSTM(3, return_sequences=True)(i)]), L.LayerNormalization()(i)]))))
    def frozen(i):
        inner = keras.Sequential([L.Input((5, 3)), L.Dense(3), L.BatchNormalization(), L.Dense(2)])
        inner.layers[0].trainable = False
        return L.Add()([inner(i), inner(L.Dense(3)(i))])
    add(f"nested.{kind}", kind, floats(2, 5, 3), functional((5, 3), frozen))
    def attend(i):
        e = L.Embedding(9, 3, mask_zero=True)(i)
        q = L.LSTM(3, return_sequences=True)(e)
        return L.LSTM(2)(L.Concatenate()([q, L.Attention(use_scale=True)([q, e])]))
    add(f"attention.{kind}", kind, np.maximum(ids(5, 6), [[1, 0, 0, 0, 0, 0]]).astype("int32"), functional((6,), attend))
add("convolutions.keras", "keras", floats(2, 12, 3), sequence((12, 3), lambda: L.Conv1D(4, 3, padding="causal", dilation_rate=2, activation="relu"), lambda: L.Conv1D(4, 3, strides=2, padding="same", groups=2),
    lambda: L.SeparableConv1D(3, 2), lambda: L.DepthwiseConv1D(2, depth_multiplier=2, padding="same"), lambda: L.Conv1DTranspose(3, 3, strides=2), lambda: L.AveragePooling1D(3, strides=2, padding="same"), lambda: L.GlobalMaxPooling1D()))
def decode(i):
    o, h, c = L.LSTM(3, return_state=True)(i)
    return L.TimeDistributed(L.Dense(2))(L.LSTM(3, return_sequences=True)(L.RepeatVector(4)(o), initial_state=[c, h]))
add("states.keras", "keras", floats(2, 5, 3), functional((5, 3), decode))
add("stack.keras", "keras", floats(2, 5, 3), sequence((5, 3), lambda: L.Masking(), lambda: L.RNN([L.LSTMCell(3), L.GRUCell(2)], return_sequences=True, go_backwards=True), lambda: L.RNN(L.GRUCell(2), zero_output_for_mask=True)))
add("shapes.keras", "keras", floats(2, 6, 4), sequence((6, 4), lambda: L.ZeroPadding1D((1, 2)), lambda: L.Cropping1D((2, 1)), lambda: L.UpSampling1D(2), lambda: L.Permute((2, 1)), lambda: L.Reshape((-1, 6)), lambda: L.PReLU(shared_axes=[1]), lambda: L.Flatten(), lambda: L.Dense(2, activation="gelu")))
add("generation.keras", "keras", floats(2, 5, 3) * 3, sequence((5, 3), lambda: L.GRU(2, recurrent_activation="hard_sigmoid")))
add("formula.h5", "h5", floats(2, 5, 3), functional((5, 3), lambda i: keras.ops.tanh(L.Dense(2)(i)) * 2.0 + 1.0))
add("lambda.h5", "h5", None, sequence((5, 3), lambda: L.LSTM(2), lambda: L.Lambda(lambda x: x * 2)), 'layer "lambda" (Lambda)')
add("two-outputs.keras", "keras", None, functional((5, 3), lambda i: [L.LSTM(2)(i), L.GRU(2)(i)]), "expected one output, got 2")
add("training.keras", "keras", None, functional((5, 3), lambda i: L.Dropout(0.5)(i, training=True)), 'layer "dropout" (Dropout): a call with training')
add("heads.keras", "keras", None, functional((5, 3), lambda i: L.MultiHeadAttention(2, 3)(i, i)), 'layer "multi_head_attention" (MultiHeadAttention)')
@keras.saving.register_keras_serializable("mine")
class Dense(L.Dense): pass
add("custom.keras", "keras", None, sequence((5, 3), lambda: Dense(2)), 'registered as "mine>Dense"')

def old(name, x, config, weights, output, version, **options):
    """A file as Keras 2 wrote it: names end in :0, strings are bytes."""
    with h5py.File("/tmp/old.h5", "w") as f:
        f.attrs["keras_version"] = version.encode(); f.attrs["backend"] = b"tensorflow"
        f.attrs["model_config"] = json.dumps(config).encode()
        g = f.create_group("model_weights")
        g.attrs["layer_names"] = np.array([n.encode() for n in weights])
        for layer, ws in weights.items():
            h = g.create_group(layer)
            h.attrs["weight_names"] = np.array([n.encode() for n in ws]) if ws else np.zeros(0)
            for n, w in ws.items(): h.create_dataset(n, data=w, **options)
    store(name, open("/tmp/old.h5", "rb").read())
    tensors[f"{name}/x"], tensors[f"{name}/output"] = x, output

sigmoid = lambda x: np.clip(0.2 * x + 0.5, 0, 1)  # hard_sigmoid before Keras 3
x, w, r, b = floats(2, 5, 3) * 2, floats(3, 8), floats(2, 8), floats(8)
h = c = np.zeros((2, 2))
for t in range(5):
    i, f, g, o = np.split(x[:, t].astype("float64") @ w + h @ r + b, 4, -1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g); h = sigmoid(o) * np.tanh(c)
lstm = {"class_name": "LSTM", "config": {"name": "lstm_1", "trainable": True, "batch_input_shape": [None, None, 3], "dtype": "float32", "return_sequences": False, "return_state": False,
    "go_backwards": False, "stateful": False, "unroll": False, "units": 2, "activation": "tanh", "recurrent_activation": "hard_sigmoid", "use_bias": True, "unit_forget_bias": True,
    "kernel_initializer": {"class_name": "Zeros", "config": {}}, "dropout": 0.0, "recurrent_dropout": 0.0, "implementation": 1}}
named = {"lstm_1": {"lstm_1/kernel:0": w, "lstm_1/recurrent_kernel:0": r, "lstm_1/bias:0": b}}
old("list.h5", x, {"class_name": "Sequential", "config": [lstm]}, named, h, "2.1.6")
model = {"name": "model_1", "layers": [{"name": "in", "class_name": "InputLayer", "config": {"batch_input_shape": [None, 5, 3], "dtype": "float32", "sparse": False, "name": "in"}, "inbound_nodes": []},
    {"name": "lstm_1", **lstm, "inbound_nodes": [[["in", 0, 0, {}]]]}], "input_layers": [["in", 0, 0]], "output_layers": [["lstm_1", 0, 0]]}
old("chunks.h5", x, {"class_name": "Model", "config": model}, named, h, "2.2.4-tf", chunks=True, compression="gzip", shuffle=True, fletcher32=True)
old("shuffled.h5", x, {"class_name": "Model", "config": model}, named, h, "2.2.4-tf", chunks=True, shuffle=True)

def ragged(f, length=6):
    """Ids, of which a mask leaves out the zeros; f makes the model of their rows."""
    return functional((length,), lambda i: f(L.Embedding(9, 3, mask_zero=True)(i)))

def merges(e):
    a, b = L.GRU(3, return_sequences=True)(e), L.Conv1D(3, 1)(e)
    later = L.Masking(0.0)(L.ReLU()(L.Dense(3)(b)))
    return L.Concatenate()([L.Multiply()([e, later]), L.Maximum()([a, b]), L.Minimum()([e, later, a]), L.Average()([a, L.GRU(3)(e)])])
add("merged-masks.keras", "keras", ids(5, 6), ragged(merges))
add("mask-along-time.keras", "keras", ids(5, 6), ragged(lambda e: L.LSTM(2)(L.Concatenate(axis=1)([e, L.Conv1D(3, 2)(e)]))))
def resumed(e):
    o, *states = L.RNN([L.LSTMCell(3), L.GRUCell(2)], return_state=True)(e)
    again = L.RNN([L.LSTMCell(3, name="c"), L.GRUCell(2, name="d")], return_sequences=True)(e, initial_state=states)
    return L.Concatenate()([o, L.GRU(2)(again)])
add("resumed-under-a-mask.keras", "keras", ids(5, 6), ragged(resumed))
def any_length(i):
    h = L.SeparableConv1D(4, 3, strides=2, padding="same")(L.MaxPooling1D(2, strides=3, padding="same")(i))
    h = L.TimeDistributed(L.LSTM(3))(L.TimeDistributed(L.Reshape((2, 2)))(h))
    return L.AdditiveAttention()([h, L.Conv1D(3, 2, strides=2, padding="same")(h)], use_causal_mask=True)
add("any-length.keras", "keras", floats(2, 11, 3), functional((None, 3), any_length))
add("norms.keras", "keras", floats(2, 5, 4), sequence((5, 4), lambda: L.LayerNormalization(axis=1), lambda: L.LayerNormalization(axis=[2, 1], center=False),
    lambda: L.RMSNormalization(), lambda: L.UnitNormalization(), lambda: L.GroupNormalization(2), lambda: L.Activation("sparse_plus")))
add("transposed.keras", "keras", floats(2, 5, 3), sequence((5, 3), lambda: L.Conv1DTranspose(3, 4, strides=3, output_padding=1), lambda: L.Conv1DTranspose(2, 3, padding="same", dilation_rate=2),
    lambda: L.Conv1DTranspose(2, 3, strides=2, padding="same", output_padding=0), lambda: L.Conv1DTranspose(2, 2, strides=3, padding="same")))
add("cosines.keras", "keras", floats(2, 5, 3), functional((5, 3), lambda i: L.Dot(axes=2, normalize=True)([i, L.Dense(3)(i)])))
add("unrolled-zeros.keras", "keras", None, ragged(lambda e: L.GRU(2, unroll=True, go_backwards=True, zero_output_for_mask=True)(e)), "zero_output_for_mask of an unrolled layer")

header, data = {"__metadata__": {"cases": json.dumps(cases)}}, b""
for name, a in tensors.items():
    a = np.ascontiguousarray(a)
    dtype = {"uint8": "U8", "int32": "I32", "float32": "F32", "float64": "F64"}[str(a.dtype)]
    header[name] = {"dtype": dtype, "shape": list(a.shape), "data_offsets": [len(data), len(data) + a.nbytes]}; data += a.tobytes()
text = json.dumps(header).encode(); text += b" " * (-len(text) % 8)
open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "keras.safetensors"), "wb").write(struct.pack("<Q", len(text)) + text + data)
print(len(cases), "cases,", len(data), "bytes")
