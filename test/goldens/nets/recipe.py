"""Nets that people train around recurrent cells: 38 PyTorch modules as graphs, each with a run in float64.

  python test/goldens/nets/recipe.py     writes NAME.safetensors beside it (PyTorch 2.13)

`stream` says which of them look back alone: these run step by step.
"""
import os
import sys

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../docs/getting-started"))
from torch_graph import CoupledLSTM, LayerNormLSTM, PackedLSTM, write  # noqa: E402

NETS = []


def net(*shape, ids=0, times=(23, 31), names=("output",), stream=False):
    """A net of one input x [batch, time, *shape], or [batch, time] of ids below `ids`."""
    example = lambda b, t: {"x": torch.randint(ids, (b, t, *shape)) if ids else torch.randn(b, t, *shape)}
    return given(example(3, times[0]), example(2, times[1]), names, stream)


def given(inputs, other, names=("output",), stream=False, **carried):
    return lambda make: NETS.append((make, inputs, other, names, stream, {"carried": carried} if carried else {}))


def causal(x, kernel, dilation=1):
    """Rows [batch, time, channels] as [batch, channels, time], zeros in front."""
    return F.pad(x.transpose(1, 2), ((kernel - 1) * dilation, 0))


torch.manual_seed(11)


@net(16)
class Crnn(nn.Module):
    """Shi et al.: convolutions over an image of text, a stack of BiLSTMs, log-probabilities for CTC."""

    def __init__(self):
        super().__init__()
        self.convs = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d((1, 2)), nn.Conv2d(4, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d((1, 4)))
        self.rnn = nn.LSTM(12, 6, num_layers=2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(12, 11)

    def forward(self, x):
        y = self.convs(x.unsqueeze(1)).permute(0, 2, 1, 3).flatten(2)
        return torch.log_softmax(self.head(self.rnn(y)[0]), -1)


@net(10, times=(24, 32))
class KeywordAttention(nn.Module):
    """De Andrade et al.: a strided convolution, a GRU, softmax attention over time."""

    def __init__(self):
        super().__init__()
        self.front = nn.Conv1d(10, 8, 5, stride=2, padding=2)
        self.rnn, self.score, self.head = nn.GRU(8, 9, batch_first=True), nn.Linear(9, 1), nn.Linear(9, 4)

    def forward(self, x):
        y = torch.relu(self.front(x.transpose(1, 2))).transpose(1, 2)
        y = self.rnn(y)[0]
        weights = torch.softmax(self.score(y), 1)
        return torch.softmax(self.head((weights * y).sum(1)), -1)


@net(5, stream=True)
class TcnLstm(nn.Module):
    """Bai et al.: residual blocks of dilated causal convolutions, then an LSTM."""

    def __init__(self):
        super().__init__()
        self.first, self.second, self.match = nn.Conv1d(5, 8, 3), nn.Conv1d(8, 8, 3, dilation=2), nn.Conv1d(5, 8, 1)
        self.third, self.fourth = nn.Conv1d(8, 8, 3, dilation=4), nn.Conv1d(8, 8, 3, dilation=8)
        self.rnn, self.head = nn.LSTM(8, 7, batch_first=True), nn.Linear(7, 2)

    def forward(self, x):
        y = torch.relu(self.first(causal(x, 3)))
        y = torch.relu(self.second(F.pad(y, (4, 0))))
        y = torch.relu(y + self.match(x.transpose(1, 2)))
        z = torch.relu(self.third(F.pad(y, (8, 0))))
        y = torch.relu(y + torch.relu(self.fourth(F.pad(z, (16, 0)))))
        return self.head(self.rnn(y.transpose(1, 2))[0])


@net(3, times=(24, 32))
class UNetGru(nn.Module):
    """A U-shaped denoiser (Demucs): strided convolutions down, a GRU at the bottom, transposed ones up, skips across."""

    def __init__(self):
        super().__init__()
        self.down1, self.down2 = nn.Conv1d(3, 6, 4, 2, 1), nn.Conv1d(6, 9, 4, 2, 1)
        self.rnn = nn.GRU(9, 9, num_layers=2, batch_first=True)
        self.up2, self.up1 = nn.ConvTranspose1d(9, 6, 4, 2, 1), nn.ConvTranspose1d(12, 3, 4, 2, 1)
        self.prelu = nn.PReLU(6)

    def forward(self, x):
        a = self.prelu(self.down1(x.transpose(1, 2)))
        b = F.gelu(self.down2(a))
        b = b + self.rnn(b.transpose(1, 2))[0].transpose(1, 2)
        c = torch.cat([torch.relu(self.up2(b)), a], 1)
        return x * torch.sigmoid(self.up1(c).transpose(1, 2))


@net(9, stream=True)
class LstmNormResidual(nn.Module):
    """LSTMs with layer norm in front of each and residuals around."""

    def __init__(self):
        super().__init__()
        self.cells = nn.ModuleList([nn.LSTM(9, 9, batch_first=True) for _ in range(3)])
        self.norms = nn.ModuleList([nn.LayerNorm(9) for _ in range(3)])
        self.head = nn.Sequential(nn.LayerNorm(9), nn.Linear(9, 3))

    def forward(self, x):
        for cell, norm in zip(self.cells, self.norms):
            x = x + cell(norm(x))[0]
        return self.head(x)


@given({"source": torch.randint(13, (3, 9)), "target": torch.randint(17, (3, 6))}, {"source": torch.randint(13, (2, 8)), "target": torch.randint(17, (2, 5))})
class Seq2Seq(nn.Module):
    """Luong et al.: an encoder's last state begins the decoder, dot-product attention, teacher forcing."""

    def __init__(self):
        super().__init__()
        self.read, self.write = nn.Embedding(13, 6), nn.Embedding(17, 6)
        self.encoder, self.decoder = nn.GRU(6, 8, batch_first=True), nn.GRU(6, 8, batch_first=True)
        self.combine, self.head = nn.Linear(16, 8), nn.Linear(8, 17)

    def forward(self, source, target):
        keys, h = self.encoder(self.read(source))
        y = self.decoder(self.write(target), h)[0]
        weights = torch.softmax(torch.matmul(y, keys.transpose(1, 2)), -1)
        context = torch.matmul(weights, keys)
        return torch.log_softmax(self.head(torch.tanh(self.combine(torch.cat([context, y], -1)))), -1)


@net(7)
class BiLstmPool(nn.Module):
    """A BiLSTM, its outputs' maximum and mean over time side by side."""

    def __init__(self):
        super().__init__()
        self.rnn, self.head = nn.LSTM(7, 8, bidirectional=True, batch_first=True), nn.Linear(32, 5)

    def forward(self, x):
        y = self.rnn(x)[0]
        return self.head(torch.cat([y.amax(1), y.mean(1)], -1))


@net(8, stream=True)
class SeparableLstm(nn.Module):
    """Depthwise and pointwise convolutions with batch norm (MobileNet), then an LSTM."""

    def __init__(self):
        super().__init__()
        self.deep, self.wide = nn.Conv1d(8, 8, 5, groups=8, bias=False), nn.Conv1d(8, 12, 1, bias=False)
        self.norm1, self.norm2, self.clip = nn.BatchNorm1d(8), nn.BatchNorm1d(12), nn.ReLU6()
        self.rnn, self.head = nn.LSTM(12, 6, batch_first=True), nn.Linear(6, 1)

    def forward(self, x):
        y = self.clip(self.norm1(self.deep(causal(x, 5))))
        y = self.clip(self.norm2(self.wide(y)))
        return torch.sigmoid(self.head(self.rnn(y.transpose(1, 2))[0]))


@net(2, stream=True)
class WaveNet(nn.Module):
    """Van den Oord et al.: gated dilated convolutions, residuals on, skips out."""

    def __init__(self):
        super().__init__()
        self.front = nn.Conv1d(2, 6, 1)
        self.dilated = nn.ModuleList([nn.Conv1d(6, 12, 2, dilation=2**i) for i in range(5)])
        self.residual = nn.ModuleList([nn.Conv1d(6, 6, 1) for _ in range(5)])
        self.skip = nn.ModuleList([nn.Conv1d(6, 8, 1) for _ in range(5)])
        self.head = nn.Sequential(nn.ReLU(), nn.Conv1d(8, 8, 1), nn.ReLU(), nn.Conv1d(8, 2, 1))

    def forward(self, x):
        x, total = self.front(x.transpose(1, 2)), 0
        for i, (dilated, residual, skip) in enumerate(zip(self.dilated, self.residual, self.skip)):
            a, b = dilated(F.pad(x, (2**i, 0))).chunk(2, 1)
            y = torch.tanh(a) * torch.sigmoid(b)
            total = skip(y) if i == 0 else total + skip(y)
            x = x + residual(y)
        return self.head(total).transpose(1, 2)


@net(ids=19, stream=True)
class LanguageModel(nn.Module):
    """A language model whose output matrix is its embedding (Press and Wolf)."""

    def __init__(self):
        super().__init__()
        self.embedding, self.rnn = nn.Embedding(19, 8), nn.LSTM(8, 12, num_layers=2, batch_first=True)
        self.down, self.head = nn.Linear(12, 8), nn.Linear(8, 19)
        self.head.weight = self.embedding.weight

    def forward(self, x):
        return torch.log_softmax(self.head(self.down(self.rnn(self.embedding(x))[0])), -1)


@net(32, stream=True)
class VoiceActivity(nn.Module):
    """Silero's parts a frame: a convolution over samples as STFT, magnitudes, convolutions, an LSTM, a probability."""

    def __init__(self):
        super().__init__()
        self.stft, self.conv = nn.Conv2d(1, 10, (1, 8), (1, 4), bias=False), nn.Conv2d(5, 6, (1, 3), (1, 2), (0, 1))
        self.rnn, self.head = nn.LSTM(24, 8, batch_first=True), nn.Linear(8, 1)

    def forward(self, x):
        frames = F.pad(x.unsqueeze(1), (2, 2, 0, 0), mode="reflect")
        real, imaginary = self.stft(frames).chunk(2, 1)
        magnitude = torch.sqrt(real * real + imaginary * imaginary)
        y = torch.relu(self.conv(magnitude)).transpose(1, 2).flatten(2)
        return torch.sigmoid(self.head(torch.relu(self.rnn(y)[0])))


@net(10, names=("gains", "voice"))
class RnNoise(nn.Module):
    """Valin: three GRUs, each with what stood before it beside, two heads."""

    def __init__(self):
        super().__init__()
        self.dense, self.vad_rnn, self.vad = nn.Linear(10, 6), nn.GRU(6, 5, batch_first=True), nn.Linear(5, 1)
        self.noise_rnn, self.denoise_rnn, self.gains = nn.GRU(21, 8, batch_first=True), nn.GRU(23, 9, batch_first=True), nn.Linear(9, 7)

    def forward(self, x):
        a = torch.tanh(self.dense(x))
        b = torch.relu(self.vad_rnn(a)[0])
        c = torch.relu(self.noise_rnn(torch.cat([a, b, x], -1))[0])
        d = torch.relu(self.denoise_rnn(torch.cat([b, c, x], -1))[0])
        return torch.sigmoid(self.gains(d)), torch.sigmoid(self.vad(b))


@net(12)
class DeepSpeech(nn.Module):
    """Amodei et al.: convolutions over time and frequency, clipped ReLU, BiGRUs whose directions add up, batch norm between."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.clip = nn.Conv2d(1, 4, (5, 3), (2, 2), (2, 1)), nn.BatchNorm2d(4), nn.Hardtanh(0, 20)
        self.rnns = nn.ModuleList([nn.GRU(n, 7, bidirectional=True, batch_first=True) for n in (24, 7)])
        self.between, self.head = nn.BatchNorm1d(7), nn.Linear(7, 9)

    def forward(self, x):
        y = self.clip(self.norm(self.conv(x.unsqueeze(1)))).permute(0, 2, 1, 3).flatten(2)
        a, b = self.rnns[0](y)[0].chunk(2, -1)
        y = self.between((a + b).transpose(1, 2)).transpose(1, 2)
        a, b = self.rnns[1](y)[0].chunk(2, -1)
        return torch.log_softmax(self.head(a + b), -1)


@net(6)
class LookaheadGru(nn.Module):
    """A forward GRU, then each channel's convolution over the rows to come."""

    def __init__(self):
        super().__init__()
        self.rnn, self.ahead, self.head = nn.GRU(6, 8, batch_first=True), nn.Conv1d(8, 8, 4, groups=8, bias=False), nn.Linear(8, 3)

    def forward(self, x):
        y = F.pad(self.rnn(x)[0].transpose(1, 2), (0, 3))
        return self.head(torch.relu(self.ahead(y)).transpose(1, 2))


@net(5, times=(24, 24))
class DualPath(nn.Module):
    """Luo et al., DPRNN: a BiLSTM within chunks of 6 rows, an LSTM across them, norms and residuals."""

    def __init__(self):
        super().__init__()
        self.within, self.across = nn.LSTM(5, 4, bidirectional=True, batch_first=True), nn.LSTM(5, 6, batch_first=True)
        self.down, self.mix = nn.Linear(8, 5), nn.Linear(6, 5)
        self.norm1, self.norm2 = nn.GroupNorm(1, 5), nn.GroupNorm(1, 5)

    def forward(self, x):
        y = self.down(self.within(x.reshape(-1, 6, 5))[0]).reshape(-1, 24, 5)
        x = x + self.norm1(y.transpose(1, 2)).transpose(1, 2)
        y = x.reshape(-1, 4, 6, 5).transpose(1, 2).reshape(-1, 4, 5)
        y = self.mix(self.across(y)[0]).reshape(-1, 6, 4, 5).transpose(1, 2).reshape(-1, 24, 5)
        return x + self.norm2(y.transpose(1, 2)).transpose(1, 2)


@net(1, times=(40, 48))
class MaskLstm(nn.Module):
    """TasNet: a learned filterbank of the waveform, a mask by an LSTM, the filterbank back."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.Conv1d(1, 10, 8, stride=4, bias=False), nn.ConvTranspose1d(10, 1, 8, stride=4, bias=False)
        self.norm, self.rnn, self.mask = nn.LayerNorm(10), nn.LSTM(10, 8, batch_first=True), nn.Linear(8, 10)

    def forward(self, x):
        y = torch.relu(self.encoder(x.transpose(1, 2))).transpose(1, 2)
        y = y * torch.sigmoid(self.mask(self.rnn(self.norm(y))[0]))
        return self.decoder(y.transpose(1, 2)).transpose(1, 2)


@net(6)
class AdditiveAttention(nn.Module):
    """Bahdanau et al. over a BiGRU: v tanh(W h), softmax over time, the weighted sum."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(6, 6, bidirectional=True, batch_first=True)
        self.w, self.v, self.head = nn.Linear(12, 8), nn.Linear(8, 1, bias=False), nn.Linear(12, 3)

    def forward(self, x):
        y = self.rnn(x)[0]
        weights = torch.softmax(self.v(torch.tanh(self.w(y))).squeeze(-1), 1)
        return self.head(torch.matmul(weights.unsqueeze(1), y).squeeze(1))


@net(8)
class GruSelfAttention(nn.Module):
    """A GRU, then self-attention of two heads with a residual, layer norm and a feed-forward block."""

    def __init__(self):
        super().__init__()
        self.rnn, self.qkv, self.out = nn.GRU(8, 8, batch_first=True), nn.Linear(8, 24), nn.Linear(8, 8)
        self.norm1, self.norm2 = nn.LayerNorm(8), nn.LayerNorm(8)
        self.feed = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))

    def forward(self, x):
        x = self.rnn(x)[0]
        heads = lambda rows: rows.unflatten(-1, (2, 4)).transpose(1, 2)
        q, k, v = self.qkv(self.norm1(x)).chunk(3, -1)
        weights = torch.softmax(torch.matmul(heads(q), heads(k).transpose(2, 3)) / 2.0, -1)
        x = x + self.out(torch.matmul(weights, heads(v)).transpose(1, 2).flatten(2))
        return x + self.feed(self.norm2(x))


@net(3, stream=True)
class MixtureHead(nn.Module):
    """Graves: an LSTM whose head is a mixture's weights, means, deviations and correlation."""

    def __init__(self):
        super().__init__()
        self.rnn1, self.rnn2, self.head = nn.LSTM(3, 8, batch_first=True), nn.LSTM(11, 8, batch_first=True), nn.Linear(16, 16)

    def forward(self, x):
        a = self.rnn1(x)[0]
        b = self.rnn2(torch.cat([a, x], -1))[0]
        weights, means, deviations, rho = self.head(torch.cat([a, b], -1)).chunk(4, -1)
        return torch.cat([torch.softmax(weights, -1), means, torch.exp(deviations), torch.tanh(rho)], -1)


@net(6, stream=True)
class ProjectedLstm(nn.Module):
    """The encoder of an RNN-T: projected LSTMs with layer norm."""

    def __init__(self):
        super().__init__()
        self.rnn1, self.rnn2 = nn.LSTM(6, 12, proj_size=5, batch_first=True), nn.LSTM(5, 12, proj_size=5, num_layers=2, batch_first=True)
        self.norm1, self.norm2, self.head = nn.LayerNorm(5), nn.LayerNorm(5), nn.Linear(5, 8)

    def forward(self, x):
        y = self.norm1(self.rnn1(x)[0])
        return torch.log_softmax(self.head(self.norm2(y + self.rnn2(y)[0])), -1)


@given({"x": torch.randn(3, 11, 6), "ids": torch.randint(9, (3, 5))}, {"x": torch.randn(2, 12, 6), "ids": torch.randint(9, (2, 4))})
class Transducer(nn.Module):
    """Graves: an acoustic GRU and a predicting LSTM, joined at every pair of time and token."""

    def __init__(self):
        super().__init__()
        self.acoustic, self.predict, self.tokens = nn.GRU(6, 8, batch_first=True), nn.LSTM(5, 8, batch_first=True), nn.Embedding(9, 5)
        self.a, self.b, self.head = nn.Linear(8, 7), nn.Linear(8, 7, bias=False), nn.Linear(7, 9)

    def forward(self, x, ids):
        a = self.a(self.acoustic(x)[0]).unsqueeze(2)
        b = self.b(self.predict(self.tokens(ids))[0]).unsqueeze(1)
        return torch.log_softmax(self.head(torch.tanh(a + b)), -1)


@given({"words": torch.randint(12, (3, 10)), "letters": torch.randint(15, (3, 10, 6))}, {"words": torch.randint(12, (2, 9)), "letters": torch.randint(15, (2, 9, 6))})
class CharTagger(nn.Module):
    """Ma and Hovy: letters by a convolution and its maximum, beside words, through a BiLSTM; emissions for a CRF."""

    def __init__(self):
        super().__init__()
        self.word, self.letter, self.conv = nn.Embedding(12, 5), nn.Embedding(15, 4), nn.Conv2d(4, 5, (1, 3), padding=(0, 1))
        self.rnn, self.head = nn.LSTM(10, 6, bidirectional=True, batch_first=True), nn.Linear(12, 4)

    def forward(self, words, letters):
        y = torch.relu(self.conv(self.letter(letters).permute(0, 3, 1, 2))).amax(-1)
        y = torch.cat([self.word(words), y.transpose(1, 2)], -1)
        return self.head(self.rnn(y)[0])


@net(ids=14)
class TextRcnn(nn.Module):
    """Lai et al.: each word between its two contexts, tanh, the maximum over time."""

    def __init__(self):
        super().__init__()
        self.embedding, self.rnn = nn.Embedding(14, 6), nn.GRU(6, 5, bidirectional=True, batch_first=True)
        self.mix, self.head = nn.Linear(16, 8), nn.Linear(8, 3)

    def forward(self, x):
        words = self.embedding(x)
        y = torch.tanh(self.mix(torch.cat([self.rnn(words)[0], words], -1)))
        return torch.log_softmax(self.head(y.amax(1)), -1)


@net(8, names=("strong", "weak"))
class SoundEvents(nn.Module):
    """DCASE's baseline: gated convolutions pooled over frequency, a BiGRU, a row's and the clip's answers."""

    def __init__(self):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8)
        self.conv2, self.norm2 = nn.Conv2d(4, 12, 3, padding=1), nn.BatchNorm2d(12)
        self.pool = nn.AvgPool2d((1, 2))
        self.rnn, self.strong, self.soft = nn.GRU(12, 6, bidirectional=True, batch_first=True), nn.Linear(12, 3), nn.Linear(12, 3)

    def forward(self, x):
        a, b = self.norm1(self.conv1(x.unsqueeze(1))).chunk(2, 1)
        a, b = self.norm2(self.conv2(self.pool(a * torch.sigmoid(b)))).chunk(2, 1)
        y = self.rnn(self.pool(a * torch.sigmoid(b)).transpose(1, 2).flatten(2))[0]
        strong, weights = torch.sigmoid(self.strong(y)), torch.softmax(self.soft(y), -1)
        return strong, (strong * weights).sum(1) / weights.sum(1)


@net(4, times=(24, 30))
class DeepConvLstm(nn.Module):
    """Ordóñez and Roggen: convolutions along time over sensors, two LSTMs, the last row's answer."""

    def __init__(self):
        super().__init__()
        self.convs = nn.Sequential(*[m for i in range(4) for m in (nn.Conv2d(1 if i == 0 else 3, 3, (5, 1)), nn.ReLU())])
        self.rnn, self.head = nn.LSTM(12, 8, num_layers=2, batch_first=True), nn.Linear(8, 6)

    def forward(self, x):
        y = self.convs(x.unsqueeze(1)).transpose(1, 2).flatten(2)
        return self.head(self.rnn(y)[0][:, -1])


@net(5, stream=True)
class ElmanNorm(nn.Module):
    """RNNs with ReLU and tanh, layer norm and GELU between."""

    def __init__(self):
        super().__init__()
        self.rnn1, self.rnn2 = nn.RNN(5, 9, nonlinearity="relu", batch_first=True), nn.RNN(9, 7, batch_first=True)
        self.norm, self.head = nn.LayerNorm(9), nn.Linear(7, 2)

    def forward(self, x):
        return self.head(self.rnn2(F.gelu(self.norm(self.rnn1(x)[0])))[0])


@net(6)
class Cbhg(nn.Module):
    """Wang et al., Tacotron: a bank of convolutions, a maximum, projections, highway layers, a BiGRU."""

    def __init__(self):
        super().__init__()
        self.bank = nn.ModuleList([nn.Conv1d(6, 4, k, padding=k // 2) for k in (1, 3, 5)])
        self.pool, self.project = nn.MaxPool1d(3, 1, 1), nn.Conv1d(12, 6, 3, padding=1)
        self.high, self.gate = nn.ModuleList([nn.Linear(6, 6) for _ in range(2)]), nn.ModuleList([nn.Linear(6, 6) for _ in range(2)])
        self.rnn = nn.GRU(6, 5, bidirectional=True, batch_first=True)

    def forward(self, x):
        y = x.transpose(1, 2)
        y = self.pool(torch.cat([torch.relu(conv(y)) for conv in self.bank], 1))
        y = self.project(y).transpose(1, 2) + x
        for high, gate in zip(self.high, self.gate):
            t = torch.sigmoid(gate(y))
            y = t * torch.relu(high(y)) + (1 - t) * y
        return self.rnn(y)[0]


@net(3, ids=16, stream=True)
class LpcNet(nn.Module):
    """Valin and Skoglund: three samples' levels by one embedding, a large and a small GRU, two heads that add up."""

    def __init__(self):
        super().__init__()
        self.levels, self.large, self.small = nn.Embedding(16, 4), nn.GRU(12, 12, batch_first=True), nn.GRU(12, 6, batch_first=True)
        self.a, self.b = nn.Linear(6, 16), nn.Linear(6, 16)
        self.scale = nn.ParameterList([nn.Parameter(torch.randn(16)) for _ in range(2)])

    def forward(self, x):
        y = self.small(self.large(self.levels(x).flatten(2))[0])[0]
        return torch.softmax(self.scale[0] * torch.tanh(self.a(y)) + self.scale[1] * torch.tanh(self.b(y)), -1)


@net(4)
class LstmFcn(nn.Module):
    """Karim et al.: an LSTM's last row beside convolutions with squeeze and excitation, pooled over time."""

    def __init__(self):
        super().__init__()
        self.rnn, self.conv1, self.conv2 = nn.LSTM(4, 5, batch_first=True), nn.Conv1d(4, 8, 5, padding=2), nn.Conv1d(8, 6, 3, padding=1)
        self.norm1, self.norm2 = nn.BatchNorm1d(8), nn.BatchNorm1d(6)
        self.squeeze, self.excite, self.head = nn.Linear(8, 2, bias=False), nn.Linear(2, 8, bias=False), nn.Linear(11, 3)

    def forward(self, x):
        y = torch.relu(self.norm1(self.conv1(x.transpose(1, 2))))
        y = y * torch.sigmoid(self.excite(torch.relu(self.squeeze(y.mean(-1))))).unsqueeze(-1)
        y = torch.relu(self.norm2(self.conv2(y))).mean(-1)
        return self.head(torch.cat([self.rnn(x)[0][:, -1], y], -1))


@net(12, stream=True)
class GroupedGru(nn.Module):
    """DeepFilterNet's parts: a convolution causal in time, halves of the features through GRUs of their own, gains."""

    def __init__(self):
        super().__init__()
        self.conv, self.elu = nn.Conv2d(1, 4, (3, 3), (1, 2), (0, 1)), nn.ELU()
        self.left, self.right = nn.GRU(12, 6, batch_first=True), nn.GRU(12, 6, batch_first=True)
        self.head = nn.Linear(12, 12)

    def forward(self, x):
        y = self.elu(self.conv(F.pad(x.unsqueeze(1), (0, 0, 2, 0)))).transpose(1, 2).flatten(2)
        a, b = y.chunk(2, -1)
        y = torch.cat([self.left(a)[0], self.right(b)[0]], -1)
        y = y.unflatten(-1, (2, 6)).transpose(2, 3).flatten(2)
        return x * torch.sigmoid(self.head(y))


@net(8, times=(12, 12))
class FrequencyLstm(nn.Module):
    """Li et al.: an LSTM over the frequencies of a row, then one over time."""

    def __init__(self):
        super().__init__()
        self.across, self.along = nn.LSTM(2, 4, bidirectional=True, batch_first=True), nn.LSTM(32, 7, batch_first=True)
        self.head = nn.Linear(7, 3)

    def forward(self, x):
        y = self.across(x.reshape(-1, 4, 2))[0].reshape(-1, 12, 32)
        return self.head(self.along(y)[0])


@net(5)
class Autoencoder(nn.Module):
    """Srivastava et al.: an LSTM's last state at every row of a second one, and as its state."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder, self.head = nn.LSTM(5, 6, batch_first=True), nn.LSTM(6, 6, batch_first=True), nn.Linear(6, 5)

    def forward(self, x):
        state = self.encoder(x)[1]
        rows = state[0].transpose(0, 1) + 0 * x[..., :1]
        return self.head(self.decoder(rows, state)[0])


@net(4, times=(24, 32))
class Pyramid(nn.Module):
    """Chan et al., LAS: BiLSTMs, each over pairs of the rows before."""

    def __init__(self):
        super().__init__()
        self.rnns = nn.ModuleList([nn.LSTM(n, 4, bidirectional=True, batch_first=True) for n in (4, 16, 16)])

    def forward(self, x):
        x = self.rnns[0](x)[0]
        for rnn in self.rnns[1:]:
            x = rnn(x.reshape(x.shape[0], -1, 16))[0]
        return x


@given({"x": torch.randn(3, 12, 3), "series": torch.randint(6, (3,))}, {"x": torch.randn(2, 13, 3), "series": torch.randint(6, (2,))}, names=("mean", "scale"))
class DeepAr(nn.Module):
    """Salinas et al.: a series' embedding beside each row, an LSTM, a distribution's two numbers."""

    def __init__(self):
        super().__init__()
        self.series, self.rnn = nn.Embedding(6, 4), nn.LSTM(7, 8, num_layers=2, batch_first=True)
        self.mean, self.scale = nn.Linear(8, 1), nn.Linear(8, 1)

    def forward(self, x, series):
        e = self.series(series).unsqueeze(1) + 0 * x[..., :1]
        y = self.rnn(torch.cat([x, e], -1))[0]
        return self.mean(y), F.softplus(self.scale(y))


@given({"x": torch.randn(4, 9, 5), "lengths": torch.tensor([9, 1, 6, 4])}, {"x": torch.randn(2, 8, 5), "lengths": torch.tensor([8, 3])}, names=("output", "last"))
class PackedBiLstm(nn.Module):
    """A ragged batch through a BiLSTM, and its last h."""

    def __init__(self):
        super().__init__()
        self.rnn, self.head = PackedLSTM(5, 6, bidirectional=True, batch_first=True), nn.Linear(12, 3)

    def forward(self, x, lengths):
        y, h = self.rnn(x, lengths)
        return torch.tanh(y), self.head(h.transpose(0, 1).flatten(1))


@net(5, stream=True)
class NormedLstm(nn.Module):
    """Two LSTMs with layer norm inside, as in PyTorch's fastrnns."""

    def __init__(self):
        super().__init__()
        self.rnn1, self.rnn2, self.head = LayerNormLSTM(5, 7), LayerNormLSTM(7, 8), nn.Linear(8, 3)

    def forward(self, x):
        return self.head(self.rnn2(self.rnn1(x)))


@net(4, stream=True)
class CoupledLstms(nn.Module):
    """LSTMs with one gate for input and forget: f = 1 - i, then i = 1 - f."""

    def __init__(self):
        super().__init__()
        self.rnn1, self.rnn2, self.head = CoupledLSTM(4, 9), CoupledLSTM(9, 6, forget=True), nn.Linear(6, 2)

    def forward(self, x):
        return self.head(self.rnn2(self.rnn1(x)))


def frame(b):
    return {"x": torch.randn(b, 6), "h": torch.randn(b, 2, 7), "c": torch.randn(b, 2, 7)}


@given(frame(3), frame(2), names=("output", "hn", "cn"), hn="h", cn="c")
class FrameLstm(nn.Module):
    """One frame a call through two LSTMs, whose state comes in and goes out."""

    def __init__(self):
        super().__init__()
        self.front, self.head = nn.Linear(6, 5), nn.Linear(7, 2)
        self.rnn1, self.rnn2 = nn.LSTM(5, 7, batch_first=True), nn.LSTM(7, 7, batch_first=True)

    def forward(self, x, h, c):
        h, c = h.transpose(0, 1), c.transpose(0, 1)
        y, (h1, c1) = self.rnn1(torch.relu(self.front(x)).unsqueeze(1), (h[:1], c[:1]))
        y, (h2, c2) = self.rnn2(y, (h[1:], c[1:]))
        return self.head(y).squeeze(1), torch.cat([h1, h2]).transpose(0, 1), torch.cat([c1, c2]).transpose(0, 1)


def vary(module):
    """Norms that are not what they begin as."""
    for m in module.modules():
        if isinstance(m, (nn.LayerNorm, nn.GroupNorm, nn.modules.batchnorm._BatchNorm)):
            m.weight.data = 1 + 0.3 * torch.randn_like(m.weight)
            m.bias.data = 0.3 * torch.randn_like(m.bias)
            if hasattr(m, "running_mean"):
                m.running_mean = 0.3 * torch.randn_like(m.running_mean)
                m.running_var = 0.5 + torch.rand_like(m.running_var)
    return module


def name(make):
    return "".join("-" + c.lower() if c.isupper() else c for c in make.__name__).lstrip("-")


if __name__ == "__main__":
    for seed, (make, inputs, other, names, stream, extra) in enumerate(NETS):
        torch.manual_seed(seed)
        wide = lambda ts: {k: t.float().double() if t.is_floating_point() else t for k, t in ts.items()}
        tensors, description = write(vary(make()).double().eval(), wide(inputs), wide(other), names, extra)
        metadata = {"unrolled": description, "stream": str(stream).lower()}
        save_file(tensors, os.path.join(os.path.dirname(__file__), f"{name(make)}.safetensors"), metadata)
