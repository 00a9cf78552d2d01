#!/usr/bin/env python3
"""The Dynamos training step as one would write it in eager PyTorch: the peer that the embedded engine is measured against.

    python3 dynamos_peer.py check FILE            compare one step with a reference file (safetensors)
    python3 dynamos_peer.py time CASE [THREADS]   print "CASE <median> <minimum>" in milliseconds; CASE is one of CASES below
"""
import json
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

KEEP_RATIO, TEMPERATURE, PENALTY = 0.7, 0.15, 200.0
ALPHA, BETA, ATTENTION_ALPHA, GAMMA, PROTOTYPE_WEIGHT, LR = 0.1, 1.5, 0.1, 0.3, 0.3, 0.07


class Agent(nn.Module):
    """Decides per image which output channels of a convolution are kept."""

    def __init__(self, channels_in, channels):
        super().__init__()
        self.pw_conv = nn.Conv2d(channels_in, channels, 1, bias=False)
        self.bn = nn.BatchNorm2d(channels)
        self.prototype = nn.Sequential(nn.Linear(channels, channels // 16), nn.ReLU(), nn.Linear(channels // 16, channels))

    def forward(self, x, actions=None):
        pooled = self.bn(self.pw_conv(x)).mean((2, 3))
        attention = pooled * torch.sigmoid(self.prototype(pooled))
        keep = torch.sigmoid(attention / TEMPERATURE)
        if not self.training:
            actions = (keep >= 0.5).float()
        elif actions is None:
            actions = torch.bernoulli(keep.detach())
        log_pi = (actions * torch.log(keep) + (1 - actions) * torch.log(1 - keep)).sum(1)
        return actions, attention, log_pi


class PlainBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)
        self.conv2, self.bn2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)

    def forward(self, x):
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))) + x)


class GatedBlock(nn.Module):
    def __init__(self, channels_in, channels, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False), nn.BatchNorm2d(channels)
        self.conv2, self.bn2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)
        self.gate1, self.gate2 = Agent(channels_in, channels), Agent(channels, channels)
        self.shortcut = nn.Sequential()
        if stride != 1 or channels_in != channels:
            self.shortcut = nn.Sequential(nn.Conv2d(channels_in, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x, gated, actions, seen):
        def gate(agent, features):
            if not gated:
                return 1.0
            given = None if actions is None else actions[:, 64 * len(seen):64 * (len(seen) + 1)]
            seen.append(agent(features, given))
            return seen[-1][0][:, :, None, None]

        h = F.relu(self.bn1(self.conv1(x)) * gate(self.gate1, x))
        a2 = gate(self.gate2, h)
        return F.relu(self.bn2(self.conv2(h)) * a2 + self.shortcut(x) * a2)


class Network(nn.Module):
    def __init__(self, classes, width=32):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
        self.layer1 = nn.ModuleList([PlainBlock(width), PlainBlock(width)])
        self.layer2 = nn.ModuleList([GatedBlock(width, 2 * width, 2), GatedBlock(2 * width, 2 * width, 1)])
        self.linear = nn.Linear(2 * width, classes)

    def forward(self, grey, gated=True, actions=None):
        x = F.relu(self.bn1(self.conv1(grey.expand(-1, 3, -1, -1))))
        for block in self.layer1:
            x = block(x)
        seen = []
        for block in self.layer2:
            x = block(x, gated, actions, seen)
        logits = self.linear(x.mean((2, 3)))
        if not gated:
            return logits, None, None, None
        actions, attention, log_pi = zip(*seen)
        return logits, torch.cat(actions, 1), torch.cat(attention, 1), torch.stack(log_pi, 1)


def policy_loss(logits, actions, log_pi, labels, penalty=PENALTY, keep_ratio=KEEP_RATIO):
    reward = -(keep_ratio - actions.view(len(labels), 4, -1).mean(2)) ** 2
    reward = torch.where((logits.argmax(1) != labels)[:, None], penalty * reward, reward)
    return -(log_pi * reward.detach()).mean()


def prototype_loss(attention, logits, labels):
    correct = logits.argmax(1) == labels
    if correct.sum() <= 2:
        return torch.zeros(())
    attention, labels = attention[correct], labels[correct]
    distance = ((attention[:, None] - attention[None]) ** 2).mean(2).triu(1)
    same = labels[:, None] == labels[None]
    return (1 + (distance * same).sum()) / (1 + (distance * ~same).sum())


def total_loss(stream, memory, y, ym, stored_logits, stored_attention, h=None):
    h = h or dict(alpha=ALPHA, beta=BETA, attention=ATTENTION_ALPHA, gamma=GAMMA, prototype=PROTOTYPE_WEIGHT, penalty=PENALTY)
    (z, a, v, l), (zm, am, vm, lm) = stream, memory
    return (F.cross_entropy(z, y) + h['gamma'] * policy_loss(z, a, l, y, h['penalty'])
            + h['beta'] * (F.cross_entropy(zm, ym) + h['gamma'] * policy_loss(zm, am, lm, ym, h['penalty']))
            + h['alpha'] * F.mse_loss(zm, stored_logits) + h['attention'] * F.mse_loss(vm, stored_attention)
            + h['prototype'] * (prototype_loss(v, z, y) + prototype_loss(vm, zm, ym)))


def dynamos_step(batch=16, width=32):
    net = Network(9, width)
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-4)
    x, xm = torch.rand(batch, 1, 28, 28), torch.rand(batch, 1, 28, 28)
    y, ym = torch.randint(9, (batch,)), torch.randint(9, (batch,))
    stored_logits, stored_attention = torch.randn(batch, 9), torch.randn(batch, 8 * width)

    def step():
        optimizer.zero_grad()
        total_loss(net(x), net(xm), y, ym, stored_logits, stored_attention).backward()
        optimizer.step()
    return step


def warmup_step():
    net = Network(9)
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-4)
    x, y = torch.rand(16, 1, 28, 28), torch.randint(9, (16,))

    def step():
        optimizer.zero_grad()
        F.cross_entropy(net(x, gated=False)[0], y).backward()
        optimizer.step()
    return step


def inference():
    net = Network(9).eval()
    x = torch.rand(256, 1, 28, 28)

    def step():
        with torch.no_grad():
            net(x)
    return step


def plain_cnn():
    net = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.Flatten(), nn.Linear(64 * 49, 10))
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-4)
    x, y = torch.rand(32, 1, 28, 28), torch.randint(10, (32,))

    def step():
        optimizer.zero_grad()
        F.cross_entropy(net(x), y).backward()
        optimizer.step()
    return step


CASES = {'step': dynamos_step, 'warmup': warmup_step, 'inference': inference, 'cnn': plain_cnn,
         'step64': lambda: dynamos_step(64), 'step256': lambda: dynamos_step(256),
         'width64': lambda: dynamos_step(16, 64), 'width128': lambda: dynamos_step(16, 128)}


def measure(case, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    step = CASES[case]()
    for _ in range(3):
        step()
    times = []
    started = time.perf_counter()
    while len(times) < 5 or (time.perf_counter() - started < 3 and len(times) < 200):
        begin = time.perf_counter()
        step()
        times.append(1e3 * (time.perf_counter() - begin))
    times.sort()
    print(case, round(times[len(times) // 2], 3), round(times[0], 3), flush=True)


def read_safetensors(path):
    kinds = {'F32': np.float32, 'I64': np.int64, 'I32': np.int32, 'U8': np.uint8}
    with open(path, 'rb') as file:
        raw = file.read()
    size = struct.unpack('<Q', raw[:8])[0]
    header = json.loads(raw[8:8 + size])
    metadata = header.pop('__metadata__', {})
    arrays = {}
    for name, entry in header.items():
        begin, end = (8 + size + offset for offset in entry['data_offsets'])
        arrays[name] = torch.tensor(np.frombuffer(raw[begin:end], kinds[entry['dtype']]).reshape(entry['shape']))
    return arrays, metadata


def reference_name(name):
    """The reference file's name of one of this network's parameters or buffers."""
    name = name.replace('layer1.', '_features.3.').replace('layer2.', '_features.4.')
    return name.replace('gate1.', 'gate1.channel_net.').replace('gate2.', 'gate2.channel_net.')


def check(path):
    arrays, metadata = read_safetensors(path)
    net = Network(10)
    state = {name: value if 'num_batches' in name else arrays['before.' + reference_name(name)] for name, value in net.state_dict().items()}
    net.load_state_dict(state)
    y, ym = arrays['stream.y'].long(), arrays['memory.y'].long()
    number = lambda name: float(metadata[name])
    loss = total_loss(net(arrays['stream.x'], True, arrays['stream.actions']), net(arrays['memory.x'], True, arrays['memory.actions']),
                      y, ym, arrays['memory.stored_logits'], arrays['memory.stored_attention'],
                      dict(alpha=number('alpha'), beta=number('beta'), attention=number('policy_alpha'), gamma=number('reward_weight'),
                           prototype=number('prototype_loss'), penalty=-number('policy_penalty')))
    loss.backward()
    error = abs(loss.item() - number('Total_loss')) / abs(number('Total_loss'))
    worst = max(((p.grad - arrays['grad.' + reference_name(n)]).norm() / arrays['grad.' + reference_name(n)].norm()).item()
                for n, p in net.named_parameters())
    print(f'loss {loss.item():.6f}, relative error {error:.1e}; worst relative gradient error {worst:.1e}')
    return 0 if error < 1e-4 and worst < 1e-4 else 1


if __name__ == '__main__':
    if len(sys.argv) > 2 and sys.argv[1] == 'check':
        sys.exit(check(sys.argv[2]))
    if len(sys.argv) > 2 and sys.argv[1] == 'time' and sys.argv[2] in CASES:
        measure(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    else:
        sys.exit(__doc__ + '\nCASES: ' + ' '.join(CASES))
