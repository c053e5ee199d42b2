#!/usr/bin/env python3
"""PyTorch's side of `cresset bench ops --against torch`: times calls of operators.jsonl, one for each line read.

usage: torch_ops.py TABLE [THREADS]; then a line number on standard input gives a line of JSON on standard output.
"""
import json
import sys
import time

import torch


def tensor(spec):
    kind, shape = next(iter(spec.items()))
    if kind == "f":
        return torch.randn(shape)
    if kind == "u":
        return torch.rand(shape) * 0.8 + 0.1 + spec.get("plus", 0)
    if kind == "i":
        return torch.randint(spec.get("min", 0), spec["max"], shape)
    if kind == "b":
        return torch.rand(shape) < 0.5
    if kind == "c":
        return torch.randn(shape, dtype=torch.complex64)
    if kind == "t":
        return torch.randn(shape).t()
    if kind == "sorted":
        return torch.randn(shape).sort()[0]
    if kind == "perm":
        return torch.randperm(shape)
    if kind == "spd":
        a = torch.randn(shape)
        return a @ a.mT / shape[-1] + torch.eye(shape[-1])
    if kind == "dtype":
        return getattr(torch, shape)
    raise ValueError(kind)


def value(v):
    if isinstance(v, dict):
        return tensor(v)
    return [value(x) for x in v] if isinstance(v, list) else v


def function(name):
    at = torch
    for part in name.split("."):
        at = getattr(at, part)
    return at


def measure(row, budget=0.12):
    name, args, kwargs = row
    torch.manual_seed(0)
    f = function(name)
    args = [value(a) for a in args]
    kwargs = {k: value(v) for k, v in kwargs.items()}
    if name == "einsum":
        args = [args[0], *args[1:]]
    start = time.perf_counter()
    times = []
    with torch.no_grad():
        f(*args, **kwargs)
        while len(times) < 3 or time.perf_counter() - start < budget and len(times) < 1000:
            t = time.perf_counter()
            f(*args, **kwargs)
            times.append(time.perf_counter() - t)
    times.sort()
    return times[len(times) // 4]


def main():
    table = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    for line in sys.stdin:
        try:
            answer = {"seconds": measure(table[int(line)])}
        except Exception as e:  # one operation must not stop the sweep
            answer = {"error": f"{type(e).__name__}: {e}".split("\n")[0]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
