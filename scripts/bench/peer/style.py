"""Neural style transfer with the losses of this library (lib/tasks/style/graph.ts) and PyTorch's L-BFGS."""

import torch
from networks import VGG19
from tools import load_floats, load_safetensors, prepare, shaped, timed

STYLE = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
CONTENT = "relu4_2"
TINY = 1e-12


def relative(x, target):
    return (x - target).square().sum() / target.square().sum().clamp(min=TINY)


def gram(features):
    rows = features.flatten(2)[0]
    return (rows / rows.shape[1]) @ rows.T


def variation(x):
    down, right = x[:, :, 1:] - x[:, :, :-1], x[..., 1:] - x[..., :-1]
    return (down.square().sum() + right.square().sum()) / x.numel()


def transfer(weights, content, style, size, iterations, threads, device, form="eager"):
    """A whole transfer from the content image; the figures are the first loss and the last one."""
    net = VGG19([*STYLE, CONTENT])
    net.load_state_dict(load_safetensors(weights))
    net = prepare(net.eval().requires_grad_(False), form, device, threads)
    picture, painting = (shaped(load_floats(file, (1, 3, size, size)), form, device) for file in (content, style))

    def task():
        with torch.no_grad():
            target = net(picture)[CONTENT].clone()
            grams = {layer: gram(features) for layer, features in net(painting).items() if layer in STYLE}
        x = picture.clone().requires_grad_()
        optimizer = torch.optim.LBFGS(
            [x],
            max_iter=iterations,
            max_eval=25 * iterations,
            history_size=10,
            tolerance_grad=0,
            tolerance_change=1e-20,
            line_search_fn="strong_wolfe",
        )
        losses = []

        def closure():
            optimizer.zero_grad()
            features = net(x)
            styles = sum(relative(gram(features[layer]), grams[layer]) for layer in STYLE) / len(STYLE)
            loss = styles + 0.06 * relative(features[CONTENT], target) + 0.1 * variation(x)
            loss.backward()
            losses.append(loss.item())
            return loss

        optimizer.step(closure)
        return [losses[0], min(losses)]

    return timed(task, device)
