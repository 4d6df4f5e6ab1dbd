"""PyTorch's answers, in float64, to what torch_test.go asks of its networks.

Reads JSON from the standard input: {"cases": [...]} for losses, gradients, products and
curvatures of each case, or {"steps": n} for the seconds that n steps of SGD take on the MLP
64-32-10 in batches of 32, on one core, in float64 and in float32.
"""
import json
import sys
import time

import torch


def forward(case, x, theta):
    """The outputs, with what each layer reads (a row for each place, and 1) and answers."""
    at, reads, answers, depth, stride = 0, [], [], 1, 1
    if case["channels"]:
        side = round(x.shape[1] ** 0.5)
        x = x.reshape(-1, 1, side, side)
    for k, out in enumerate(case["channels"] + case["widths"]):
        convolves = k < len(case["channels"])
        if convolves:  # weights lie as row, column, channel read, channel answered
            size = 9 * depth * out
            w = theta[at:at + size].reshape(3, 3, depth, out).permute(3, 2, 0, 1)
            z = torch.nn.functional.conv2d(x, w, theta[at + size:at + size + out], stride=stride)
            patches = torch.nn.functional.unfold(x, 3, stride=stride)  # channel, row, column
            places = patches.reshape(x.shape[0], depth, 9, -1).permute(0, 3, 2, 1).reshape(x.shape[0], -1, 9 * depth)
            depth, stride = out, 2
        else:
            if x.dim() == 4:  # places lie before channels
                x = x.permute(0, 2, 3, 1).reshape(x.shape[0], -1)
            size = x.shape[1] * out
            z = x @ theta[at:at + size].reshape(-1, out) + theta[at + size:at + size + out]
            places = x[:, None, :]
        at += size + out
        reads.append(torch.cat([places, torch.ones_like(places[..., :1])], -1).detach())
        answers.append(z)
        x = z if k + 1 == len(case["channels"] + case["widths"]) else torch.tanh(z)
    return x, reads, answers


def answer(case):
    x = torch.tensor(case["inputs"], dtype=torch.float64)
    theta = torch.tensor(case["theta"], dtype=torch.float64)
    v = torch.tensor(case["v"], dtype=torch.float64)
    penalty, n = case["penalty"], len(x)
    if case["labels"]:
        labels = torch.tensor(case["labels"])
        def per_example(z): return torch.nn.functional.cross_entropy(z, labels, reduction="none")
    else:
        targets = torch.tensor(case["targets"], dtype=torch.float64)
        def per_example(z): return ((z - targets) ** 2).sum(1) / 2

    def outputs(t): return forward(case, x, t)[0]
    def loss(t): return per_example(outputs(t)).mean() + penalty / 2 * t @ t

    value, gradient = loss(theta), torch.func.grad(loss)
    examples = torch.func.jacrev(lambda t: per_example(outputs(t)))(theta) + penalty * theta
    jacobian = torch.func.jacrev(outputs)(theta)  # example, output, parameter
    z = outputs(theta)
    if case["labels"]:
        p = torch.softmax(z, 1)
        bend = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
        roots = torch.sqrt(p)[:, :, None] * (torch.eye(p.shape[1], dtype=p.dtype)[None] - p[:, None, :])
    else:
        roots = bend = torch.eye(z.shape[1], dtype=z.dtype).expand(n, -1, -1)
    gauss = jacobian.flatten(0, 1).T @ (bend @ jacobian).flatten(0, 1) / n

    at = theta.clone().requires_grad_()
    z, reads, answers = forward(case, x, at)
    factors = []
    for read, a in zip(reads, answers):
        places = read.shape[1]
        A = torch.einsum("npi,npj->ij", read, read) / n
        S = 0
        for c in range(z.shape[1]):
            d = torch.autograd.grad((roots[:, c] * z).sum(), a, retain_graph=True)[0]
            d = d.permute(0, 2, 3, 1).reshape(-1, d.shape[1]) if d.dim() == 4 else d
            S = S + d.T @ d / (n * places)
        factors += [A.flatten().tolist(), S.flatten().tolist()]
    return {
        "loss": [value.item()], "gradient": gradient(theta).tolist(), "examples": examples.flatten().tolist(),
        "hessian": torch.func.jvp(gradient, (theta,), (v,))[1].tolist(), "gauss_newton": (gauss @ v + penalty * v).tolist(),
        "diagonal": torch.diagonal(gauss).tolist(), "factors": factors,
    }


def seconds(steps, dtype):
    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.Tanh(), torch.nn.Linear(32, 10)).to(dtype)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    x, y = torch.randn(1797, 64, dtype=dtype), torch.randint(10, (1797,))
    batches = torch.randint(1797, (steps + 100, 32))
    for k, batch in enumerate(batches):
        if k == 100:
            start = time.perf_counter()
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(net(x[batch]), y[batch]).backward()
        optimizer.step()
    return time.perf_counter() - start


torch.set_num_threads(1)
task = json.load(sys.stdin)
if task.get("cases"):
    print(json.dumps([answer(case) for case in task["cases"]]))
else:
    print(json.dumps({"float64": seconds(task["steps"], torch.float64), "float32": seconds(task["steps"], torch.float32)}))
