"""Goldens of functions whose definition could be misread: PyTorch 2.13 and NumPy in float64.

    python test/goldens/ops/recipe.py > test/goldens/ops/functions.json
"""
import json
import numpy as np
import torch
import torch.nn.functional as F

x = np.concatenate([np.linspace(-9, 9, 73), [-30.0, -1.5e-3, 1e-6, -0.0, 30.0, 0.499, 100.0, -100.0]]).astype(np.float32)
t = torch.tensor(x, dtype=torch.float64)
unary = {
    "gelu": F.gelu(t), "gelu_tanh": F.gelu(t, approximate="tanh"), "celu 1.7": F.celu(t, 1.7), "selu": F.selu(t), "elu 0.6": F.elu(t, 0.6),
    "shrink 0.5 0.25": torch.where(t < -0.5, t + 0.25, torch.where(t > 0.5, t - 0.25, torch.zeros_like(t))),
    "mish": F.mish(t), "hard_swish": F.hardswish(t), "round": torch.round(t), "erf": torch.erf(t), "softplus": F.softplus(t, threshold=1000),
    "silu": F.silu(t), "softsign": F.softsign(t), "thresholded_relu 1.25": F.threshold(t, 1.25, 0.0), "leaky_relu 0.3": F.leaky_relu(t, 0.3),
    "hard_sigmoid 0.2 0.5": torch.clamp(0.2 * t + 0.5, 0, 1), "sign": torch.sign(t), "swish 1.5": t * torch.sigmoid(1.5 * t),
    "scaled_tanh 1.7 0.6": 1.7 * torch.tanh(0.6 * t),
}
a = np.array([5, -5, 5, -5, 5.5, -5.5, 0, -0.0, 2, -2, -2, -8, 3, np.inf, 1e20, -7.25, 4, 0.1, -1, 0, 0, -np.inf, -np.inf], np.float32)
b = np.array([3, 3, -3, -3, 1.25, 1.25, 2, 3, 0.5, 3, -3, 1 / 3, 0, 2, 7, 0.5, -1.5, 10, np.inf, -1, 0, 3, -3], np.float32)
a64, b64 = a.astype(np.float64), b.astype(np.float64)
with np.errstate(all="ignore"):
    binary = {"pow": np.power(a64, b64), "mod": np.mod(a64, b64), "fmod": np.fmod(a64, b64), "max": np.maximum(a64, b64), "min": np.minimum(a64, b64)}


def numbers(v):
    words = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
    return [words.get(str(float(n)), float(n)) for n in np.asarray(v, np.float64)]


print(json.dumps({"x": numbers(x), "unary": {k: numbers(v.numpy()) for k, v in unary.items()},
                  "a": numbers(a), "b": numbers(b), "binary": {k: numbers(v) for k, v in binary.items()}}))
