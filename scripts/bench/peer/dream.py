"""A step of DeepDream as Mordvintsev's notebook does it (2015)."""

import random

import torch
from networks import network
from tools import load_floats, prepare, shaped, timed


def step(network_name, weights, picture, height, width, threads, device, form="eager"):
    net = prepare(network(network_name, weights), form, device, threads)
    state = {"x": shaped(load_floats(picture, (1, 3, height, width)), form, device)}

    def task():
        shift = (random.randint(-32, 32), random.randint(-32, 32))
        x = torch.roll(state["x"], shift, (2, 3)).requires_grad_()
        loss = net(x).square().mean() / 2
        loss.backward()
        with torch.no_grad():
            x = (x + 1.5 / 255 * x.grad / x.grad.abs().mean()).clamp(0, 1)
            state["x"] = torch.roll(x, (-shift[0], -shift[1]), (2, 3))
        loss.item()
        return []

    return timed(task, device)
