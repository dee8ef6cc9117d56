# Writes torch.json: a state_dict as torch.save and numpy.savez write it, and what the net gives.
# torch 2.13, numpy: python3 test/site/recipe.py
import base64, io, json, os
import numpy as np, torch

torch.manual_seed(1)
cell, head = torch.nn.LSTM(3, 4, batch_first=True), torch.nn.Linear(4, 2)
net = torch.nn.ModuleDict({"cell": cell, "head": head})
x = torch.randn(1, 5, 3)
rows = head(cell(x)[0])[0]
pt, npz = io.BytesIO(), io.BytesIO()
torch.save(net.state_dict(), pt)
np.savez(npz, **{name: t.numpy() for name, t in net.state_dict().items()})
with open(os.path.join(os.path.dirname(__file__), "torch.json"), "w") as out:
    json.dump({
        "pt": base64.b64encode(pt.getvalue()).decode(),
        "npz": base64.b64encode(npz.getvalue()).decode(),
        "x": x.flatten().tolist(),
        "output": rows.flatten().tolist(),
        "last": torch.softmax(rows[-1], 0).tolist(),
    }, out)
