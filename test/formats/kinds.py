# Writes kinds.zip: small files as other tools write them.
# torch 2.13, onnx 1.23, keras 3.15, h5py 3.14, numpy: python3 test/formats/kinds.py
import os, pickle, tempfile, zipfile
import numpy as np, torch

os.environ["KERAS_BACKEND"] = "torch"
import keras

here = os.path.dirname(__file__)
net = torch.nn.Linear(2, 1)
files = {}


def kept(name, write):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name)
        write(path)
        files[name] = open(path, "rb").read()


kept("state.pt", lambda p: torch.save(net.state_dict(), p))
kept("legacy.pt", lambda p: torch.save(net.state_dict(), p, _use_new_zipfile_serialization=False))
kept("scripted.pt", lambda p: torch.jit.script(net).save(p))
kept("plain.pkl", lambda p: pickle.dump({"w": [1.0]}, open(p, "wb")))
kept("torchscript.onnx", lambda p: torch.onnx.export(net, torch.zeros(1, 2), p, dynamo=False))
kept("arrays.npz", lambda p: np.savez(p, w=np.zeros(2)))
kept("array.npy", lambda p: np.save(p, np.zeros(2)))
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
kept("model.keras", lambda p: model.save(p))
kept("model.h5", lambda p: model.save(p))
kept("model.weights.h5", lambda p: model.save_weights(p))
with zipfile.ZipFile(os.path.join(here, "kinds.zip"), "w", zipfile.ZIP_DEFLATED) as out:
    for name, content in files.items():
        out.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
print({name: len(content) for name, content in files.items()})
