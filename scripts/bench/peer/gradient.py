"""Gradients with respect to an image, and forward passes alone."""

import torch
from networks import network
from tools import load_floats, prepare, shaped, timed


def of_image(network_name, weights, picture, size, threads, device, form="eager"):
    """½ mean a² of a network's last layer, and its gradient; the figures are the value and the gradient's norm."""
    net = prepare(network(network_name, weights), form, device, threads)
    image = shaped(load_floats(picture, (1, 3, size, size)), form, device)

    def task():
        x = image.detach().requires_grad_()
        loss = net(x).square().mean() / 2
        loss.backward()
        return [loss.item(), x.grad.norm().item()]

    return timed(task, device)


def forward(network_name, weights, picture, size, threads, device, form="eager"):
    """The forward pass alone; the figure is the norm of its result."""
    net = prepare(network(network_name, weights), form, device, threads)
    image = shaped(load_floats(picture, (1, 3, size, size)), form, device)

    def task():
        with torch.inference_mode():
            return [net(image).norm().item()]

    return timed(task, device)
