#!/usr/bin/env python3
"""The Dynamos training step as one would write it in eager PyTorch: the peer that the embedded engine is measured against.

    python3 dynamos_peer.py check FILE                  compare one step with a reference file (safetensors)
    python3 dynamos_peer.py time CASE [THREADS]         print "CASE <median> <minimum>" in milliseconds; CASE is one of CASES below
    python3 dynamos_peer.py phases [THREADS]            print "PHASE <median>" in milliseconds for each phase of a step
    python3 dynamos_peer.py convolutions [THREADS [BATCH]]   print "SHAPE PASS <us> <GFLOP/s>" for each pass of each convolution
    python3 dynamos_peer.py memory FOLDER SAMPLES       learn the first samples of MNIST-360, test; print "memory <MiB>", the peak
"""
import gzip
import json
import os
import resource
import struct
import sys
import time
import warnings

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

warnings.filterwarnings('ignore', message='The given NumPy array is not writable')  # the images are only read

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


def phases(threads):
    """A step of the case 'step', the clock read between its phases."""
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    net = Network(9)
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-4)
    x, xm = torch.rand(16, 1, 28, 28), torch.rand(16, 1, 28, 28)
    y, ym = torch.randint(9, (16,)), torch.randint(9, (16,))
    stored_logits, stored_attention = torch.randn(16, 9), torch.randn(16, 256)
    names = ['forward', 'losses', 'backward', 'optimizer']
    times = {name: [] for name in names}
    started = time.perf_counter()
    while len(times['forward']) < 8 or time.perf_counter() - started < 3:
        marks = [time.perf_counter()]
        stream, memory = net(x), net(xm)
        marks.append(time.perf_counter())
        loss = total_loss(stream, memory, y, ym, stored_logits, stored_attention)
        marks.append(time.perf_counter())
        optimizer.zero_grad()
        loss.backward()
        marks.append(time.perf_counter())
        optimizer.step()
        marks.append(time.perf_counter())
        for name, begin, end in zip(names, marks, marks[1:]):
            times[name].append(1e3 * (end - begin))
    for name in names:
        print(name, round(float(np.median(times[name][3:])), 3))


# Name, input channels, output channels, size of the input, kernel, stride: the network's convolutions, and one of twice the width.
SHAPES = [('3->32@28', 3, 32, 28, 3, 1), ('32->32@28', 32, 32, 28, 3, 1), ('64->64@14', 64, 64, 14, 3, 1), ('32->64@28/2', 32, 64, 28, 3, 2),
          ('1x1:32->64@28/2', 32, 64, 28, 1, 2), ('1x1:64->64@14', 64, 64, 14, 1, 1), ('128->128@14', 128, 128, 14, 3, 1)]


def convolutions(threads, batch):
    torch.set_num_threads(threads)
    for name, inputs, outputs, size, kernel, stride in SHAPES:
        padding = kernel // 2
        x, w = torch.rand(batch, inputs, size, size), torch.rand(outputs, inputs, kernel, kernel)
        y = F.conv2d(x, w, stride=stride, padding=padding)

        def backward(data, weight):
            return torch.ops.aten.convolution_backward(
                y, x, w, None, [stride, stride], [padding, padding], [1, 1], False, [0, 0], 1, [data, weight, False])

        passes = [('forward', lambda: F.conv2d(x, w, stride=stride, padding=padding)),
                  ('backward-data', lambda: backward(True, False)), ('backward-weight', lambda: backward(False, True)),
                  ('backward-both', lambda: backward(True, True))]
        for title, run in passes:
            if inputs == 3 and title in ('backward-data', 'backward-both'):
                continue  # the images need no gradient
            best, started = 1e9, time.perf_counter()
            while time.perf_counter() - started < 0.5:
                begin = time.perf_counter()
                run()
                best = min(best, time.perf_counter() - begin)
            flops = (2 if title == 'backward-both' else 1) * 2 * batch * (y.shape[2] * y.shape[3]) * outputs * inputs * kernel * kernel
            print(name, title, round(1e6 * best), round(flops / best / 1e9), flush=True)


def mnist(folder, stem):
    """Images (uint8) and labels of an IDX pair, plain or gzipped."""
    arrays = []
    for kind, header in (('images-idx3', 16), ('labels-idx1', 8)):
        path = os.path.join(folder, f'{stem}-{kind}-ubyte')
        with (open(path, 'rb') if os.path.exists(path) else gzip.open(path + '.gz')) as file:
            arrays.append(np.frombuffer(file.read(), np.uint8)[header:])
    return torch.from_numpy(arrays[0].reshape(-1, 28, 28)), torch.from_numpy(arrays[1].astype(np.int64))


def rotated(images, degrees):
    """Images (uint8) turned by one angle each, as floats from 0 to 1: N x 1 x 28 x 28."""
    angle = torch.deg2rad(torch.as_tensor(degrees, dtype=torch.float32))
    zero = torch.zeros_like(angle)
    turn = torch.stack([torch.stack([angle.cos(), -angle.sin(), zero], 1), torch.stack([angle.sin(), angle.cos(), zero], 1)], 1)
    grid = F.affine_grid(turn, (len(images), 1, 28, 28), align_corners=False)
    return F.grid_sample(images[:, None].float() / 255, grid, mode='nearest', align_corners=False)


def memory(folder, samples):
    """The run whose peak is compared: 16 images a step, predicted first, buffer 500, the test set at the end in batches of 32."""
    torch.manual_seed(1)
    train, test = mnist(folder, 'train'), mnist(folder, 't10k')
    net = Network(9)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.07)
    kept = {'x': torch.zeros(500, 1, 28, 28), 'y': torch.zeros(500, dtype=torch.long), 'z': torch.zeros(500, 9), 'v': torch.zeros(500, 256)}
    seen = count = 0
    order = (train[1] < 9).nonzero()[:, 0][:samples]
    for step, rows in enumerate(order.split(16)):
        x, y = rotated(train[0][rows], [(step * 16 + i) % 360 for i in range(len(rows))]), train[1][rows]
        with torch.no_grad():
            net.eval()(x)
        net.train()
        optimizer.zero_grad()
        z, a, v, log_pi = net(x)
        if count:
            drawn = torch.randperm(count)[:16]
            loss = total_loss((z, a, v, log_pi), net(kept['x'][drawn]), y, kept['y'][drawn], kept['z'][drawn], kept['v'][drawn])
        else:
            loss = F.cross_entropy(z, y)
        loss.backward()
        optimizer.step()
        for i in range(len(rows)):
            seen += 1
            at = count if count < 500 else int(torch.randint(seen, ()))
            if at < 500:
                count = max(count, at + 1)
                for name, value in (('x', x), ('y', y), ('z', z.detach()), ('v', v.detach())):
                    kept[name][at] = value[i]
    net.eval()
    with torch.no_grad():
        for rows in (test[1] < 9).nonzero()[:, 0].split(32):
            net(rotated(test[0][rows], rows % 360))
    print('memory', round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


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
    command, arguments = (sys.argv[1], sys.argv[2:]) if len(sys.argv) > 1 else ('', [])
    if command == 'time' and arguments and arguments[0] in CASES:
        measure(arguments[0], int(arguments[1]) if len(arguments) > 1 else 1)
    elif command == 'phases':
        phases(int(arguments[0]) if arguments else 1)
    elif command == 'convolutions':
        convolutions(int(arguments[0]) if arguments else 1, int(arguments[1]) if len(arguments) > 1 else 16)
    elif command == 'memory' and len(arguments) == 2:
        memory(arguments[0], int(arguments[1]))
    else:
        sys.exit(__doc__ + '\nCASES: ' + ' '.join(CASES))
