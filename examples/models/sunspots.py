"""Trains sunspots.safetensors and writes sunspots.csv and sunspots.expected.jsonl.

The series: yearly sunspot numbers 1700-2008, US National Geophysical Data Center, in the public domain
(statsmodels.datasets.sunspots, COPYRIGHT). The file is read off the wheel:

    pip download --no-deps statsmodels==0.15.0 && unzip statsmodels-*.whl 'statsmodels/datasets/sunspots/sunspots.csv'
    python sunspots.py statsmodels/datasets/sunspots/sunspots.csv

Net: GRU(1, 16) -> Linear(16, 1), from one year's number to the next. Trained on 1700-1978 by one-step and
12-year free-running errors; 1979-2008 is held out. Numbers are scaled by 1/100 in training; the scale is then
folded into weight_ih and the linear layer, so that the net reads and writes sunspot numbers.
"""
import csv
import json
import sys

import torch
from safetensors.torch import save_file
from torch import nn

SCALE, TRAIN, FREE, STEPS = 100.0, 279, 12, 30


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.GRU(1, 16, batch_first=True)
        self.head = nn.Linear(16, 1)

    def forward(self, x, h=None):
        y, h = self.cell(x, h)
        return self.head(y), h

    def forecast(self, x, steps):
        """x [B, T, 1] -> [B, steps, 1], each output fed back."""
        y, h = self(x)
        y = y[:, -1:]
        out = [y]
        for _ in range(steps - 1):
            y, h = self(y, h)
            out.append(y)
        return torch.cat(out, 1)


def train(series):
    torch.manual_seed(1)
    net = Net()
    optimizer = torch.optim.Adam(net.parameters(), 5e-3, weight_decay=1e-4)
    steps = 1500
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for step in range(steps):
        length = 60
        starts = torch.randint(0, TRAIN - length - FREE, (32,))
        x = torch.stack([series[s : s + length + FREE] for s in starts]).unsqueeze(2)
        y, _ = net(x[:, :length])
        one = (y[:, 10:] - x[:, 11 : length + 1]).square().mean()
        free = (net.forecast(x[:, :length], FREE) - x[:, length:]).square().mean()
        loss = one + free
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 250 == 0 or step == steps - 1:
            print(step, round(one.item(), 4), round(free.item(), 4), file=sys.stderr)
    return net


def main():
    with open(sys.argv[1]) as file:
        rows = [(int(r["YEAR"]), float(r["SUNACTIVITY"])) for r in csv.DictReader(file)]
    values = torch.tensor([v for _, v in rows])
    torch.set_num_threads(1)
    net = train(values / SCALE)
    with torch.no_grad():
        net.cell.weight_ih_l0 /= SCALE
        net.head.weight *= SCALE
        net.head.bias *= SCALE
    layers = [{"type": "gru", "weights": "cell"}, {"type": "linear", "weights": "head"}]
    description = {"format": "unrolled/1", "input": "features", "layers": layers}
    save_file({k: v.contiguous() for k, v in net.state_dict().items()}, "sunspots.safetensors", {"unrolled": json.dumps(description)})

    net.double()
    x = values.double().reshape(1, -1, 1)
    with torch.no_grad():
        one = net(x)[0][0, TRAIN - 1 : -1, 0]
        held = values.double()[TRAIN:]
        print("held out, one year ahead: mean absolute error", (one - held).abs().mean().item(), file=sys.stderr)
        print("the year before's number:", (values.double()[TRAIN - 1 : -1] - held).abs().mean().item(), file=sys.stderr)
        with open("sunspots.expected.jsonl", "w") as file:
            for first, last in [(1700, 1978), (1700, 2008), (1900, 1950), (1979, 1979)]:
                series = values.double()[first - 1700 : last - 1699]
                forecast = net.forecast(series.reshape(1, -1, 1), STEPS)[0, :, 0]
                line = {"from": first, "to": last, "steps": STEPS, "forecast": forecast.tolist()}
                file.write(json.dumps(line) + "\n")
    with open("sunspots.csv", "w") as file:
        file.write("year,sunspots\n" + "".join(f"{y},{v:g}\n" for y, v in rows))


main()
