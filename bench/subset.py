#!/usr/bin/env python3
"""Writes a fifth of MNIST's training images as a data folder of its own, tested on 5,000 of the others: for choosing hyper-parameters in minutes.

usage: bench/subset.py MNIST_FOLDER OUT
"""
import gzip
import os
import random
import struct
import sys

TRAIN, TEST, PIXELS = 12_000, 5_000, 28 * 28


def read(path, header):
    with gzip.open(path) as file:
        return file.read()[header:]


def write(folder, name, chosen, images, labels):
    with gzip.open(os.path.join(folder, f"{name}-images-idx3-ubyte.gz"), "wb") as file:
        file.write(struct.pack(">4I", 2051, len(chosen), 28, 28))
        file.write(b"".join(images[i * PIXELS : (i + 1) * PIXELS] for i in chosen))
    with gzip.open(os.path.join(folder, f"{name}-labels-idx1-ubyte.gz"), "wb") as file:
        file.write(struct.pack(">2I", 2049, len(chosen)))
        file.write(bytes(labels[i] for i in chosen))


if len(sys.argv) != 3:
    sys.exit(__doc__)
mnist, out = sys.argv[1:]
images = read(os.path.join(mnist, "train-images-idx3-ubyte.gz"), header=16)
labels = read(os.path.join(mnist, "train-labels-idx1-ubyte.gz"), header=8)
order = list(range(len(labels)))
random.Random(5).shuffle(order)
os.makedirs(out, exist_ok=True)
write(out, "train", sorted(order[:TRAIN]), images, labels)
write(out, "t10k", sorted(order[TRAIN : TRAIN + TEST]), images, labels)
