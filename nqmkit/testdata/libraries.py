"""Steps the optimizers of torch and optax on a quadratic with given noise.

Reads a JSON object (curvature, start, noise by step, alpha, beta, gamma, tau, decay)
from the standard input, and writes the parameters after the last step of each method
that it can import, by name.
"""
import json, os, sys

os.environ["JAX_ENABLE_X64"] = "1"
task = json.load(sys.stdin)
h, start, noise = task["curvature"], task["start"], task["noise"]
alpha, beta, gamma, tau, decay = (task[k] for k in ("alpha", "beta", "gamma", "tau", "decay"))
steps, results = len(noise), {}


def with_torch():
    import torch
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    H = torch.tensor(h, dtype=torch.float64)

    def run(name, line=False, average=False, cycle=False, **settings):
        model = torch.nn.Module()
        model.theta = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
        optimizer = torch.optim.SGD(model.parameters(), lr=alpha, **settings)
        scheduler = None
        if line:
            scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: max(1 - t / steps, 0))
        if average:
            mean = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(gamma))
        for e in noise:
            optimizer.zero_grad()
            model.theta.grad = H * model.theta.detach() + torch.tensor(e, dtype=torch.float64)
            optimizer.step()
            if scheduler:
                scheduler.step()
            if average:
                mean.update_parameters(model)
        results[name] = (mean.module if average else model).theta.detach().tolist()

    run("torch momentum", momentum=beta)
    run("torch dampening", momentum=beta, dampening=tau)
    run("torch nesterov", momentum=beta, nesterov=True)
    run("torch weight decay", momentum=beta, weight_decay=decay)
    run("torch linear", momentum=beta, line=True)
    run("torch nesterov linear", momentum=beta, nesterov=True, line=True)
    run("torch averaged model", momentum=beta, average=True)


def with_optax():
    import jax.numpy as jnp
    import optax
    from optax import contrib

    H = jnp.array(h, dtype=jnp.float64)

    def run(name, optimizer, read=lambda state, theta: theta, each=None):
        theta = jnp.array(start, dtype=jnp.float64)
        state = optimizer.init(theta)
        answer = None
        for e in noise:
            update, state = optimizer.update(H * theta + jnp.array(e, dtype=jnp.float64), state, theta)
            theta = optax.apply_updates(theta, update)
            if each:
                answer = each(theta)
        results[name] = (answer if each else read(state, theta)).tolist()

    def line(t):  # optax.linear_schedule counts in 32 bits
        return alpha * (1 - jnp.asarray(t, dtype=jnp.float64) / steps)

    run("optax nesterov", optax.sgd(alpha, beta, nesterov=True))
    run("optax linear", optax.sgd(line, beta))
    run("optax weight decay", optax.chain(optax.add_decayed_weights(decay), optax.sgd(alpha, beta)))
    x = contrib.schedule_free_eval_params
    run("optax schedule-free", contrib.schedule_free(optax.sgd(alpha), alpha, b1=beta), read=x)
    run("optax schedule-free y", contrib.schedule_free(optax.sgd(alpha), alpha, b1=beta))
    ema = optax.ema(gamma, debias=True)
    kept = [ema.init(jnp.array(start, dtype=jnp.float64))]

    def average(theta):
        mean, kept[0] = ema.update(theta, kept[0])
        return mean

    run("optax debiased", optax.sgd(alpha), each=average)


def with_schedulefree():
    import torch
    from schedulefree import SGDScheduleFree

    H = torch.tensor(h, dtype=torch.float64)
    for name, warmup in (("schedulefree constant", 0), ("schedulefree warm", 10)):
        for at in ("x", "y"):
            theta = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
            optimizer = SGDScheduleFree([theta], lr=alpha, momentum=beta, warmup_steps=warmup)
            optimizer.train()
            for e in noise:
                theta.grad = H * theta.detach() + torch.tensor(e, dtype=torch.float64)
                optimizer.step()
            if at == "x":
                optimizer.eval()
            results[name + " " + at] = theta.detach().tolist()


for attempt in (with_torch, with_optax, with_schedulefree):
    try:
        attempt()
    except ImportError:
        pass
json.dump(results, sys.stdout)
