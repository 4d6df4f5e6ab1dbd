"""Steps the optimizers of torch, optax, schedulefree, qhoptim, Keras and of DANA's authors
on a quadratic with given noise.

Reads libraries.json from the standard input: its task has curvature, start and noise by
step of each parameter, and the settings. Writes the same with the parameters after the
last step of each method that it can import, by name, and the versions that made them:

	python libraries.py < libraries.json > new.json
"""
import json, math, os, sys

os.environ["JAX_ENABLE_X64"] = "1"
os.environ["KERAS_BACKEND"] = "jax"
task = json.load(sys.stdin)["task"]
h, start, noise = task["curvature"], task["start"], task["noise"]
alpha, beta, gamma, tau, decay, weight, slow, time = (task[k] for k in ("alpha", "beta", "gamma", "tau", "decay", "weight", "slow", "time"))
steps, results, known, versions, runs = len(noise), {}, {}, {}, {}


def alone(curvature, steps):
    """For each curvature a parameter that starts at 1, and one for each step that has noise in it alone."""
    noise = [[float(k == j) for _ in curvature for k in range(-1, steps)] for j in range(steps)]
    return [v for v in curvature for _ in range(steps + 1)], [float(k < 0) for _ in curvature for k in range(-1, steps)], noise


def loss(curvature, theta):
    """Expected loss of θ(0) ~ N(0, I) and C = H, of what those came to."""
    n = len(theta) // len(curvature)
    of = [theta[i * n : (i + 1) * n] for i in range(len(curvature))]
    return sum(v / 2 * (r[0] ** 2 + v * sum(w * w for w in r[1:])) for v, r in zip(curvature, of))


law, quiet = [1 / (i + 1) for i in range(1000)], ([1.0], [1.0], [[0.0]] * 20)


def with_torch():
    import torch
    from torch.optim import lr_scheduler
    from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn, get_ema_multi_avg_fn

    versions["torch"] = torch.__version__
    def run(name, scheduler=None, optimizer=torch.optim.SGD, average=None, of=(h, start, noise), first=False, **settings):
        H, start, noise = torch.tensor(of[0], dtype=torch.float64), of[1], of[2]
        model = torch.nn.Module()
        model.theta = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
        optimizer = optimizer(model.parameters(), lr=alpha, **settings)
        scheduler = scheduler and scheduler(optimizer)
        mean = average is not None and AveragedModel(model, **average)
        if first:
            mean.update_parameters(model)
        for e in noise:
            optimizer.zero_grad()
            model.theta.grad = H * model.theta.detach() + torch.tensor(e, dtype=torch.float64)
            optimizer.step()
            if scheduler:
                scheduler.step()
            if mean:
                mean.update_parameters(model)
        theta = (mean.module if mean else model).theta.detach().tolist()
        if of[1] is task["start"]:
            results[name] = theta
        return theta

    def line(optimizer, steps=steps):
        return lr_scheduler.LambdaLR(optimizer, lambda t: max(1 - t / steps, 0))

    def cycle(optimizer):
        return lr_scheduler.OneCycleLR(optimizer, alpha, total_steps=steps, pct_start=0.25, base_momentum=0.8, max_momentum=0.95)

    run("torch SGD")
    run("torch momentum", momentum=beta)
    run("torch dampening", momentum=beta, dampening=tau)
    run("torch dampening linear", line, momentum=beta, dampening=tau)
    run("torch nesterov", momentum=beta, nesterov=True)
    run("torch weight decay", momentum=beta, weight_decay=decay)
    run("torch nesterov weight decay", momentum=beta, nesterov=True, weight_decay=decay)
    run("torch linear", line, momentum=beta)
    run("torch cosine", lambda o: lr_scheduler.CosineAnnealingLR(o, steps), momentum=beta)
    run("torch nesterov linear", line, momentum=beta, nesterov=True)
    run("torch one cycle", cycle, momentum=beta)
    run("torch nesterov one cycle", cycle, momentum=beta, nesterov=True)
    run("torch averaged model", momentum=beta, average={"multi_avg_fn": get_ema_multi_avg_fn(gamma)})
    run("torch averaged model, one by one", momentum=beta, average={"avg_fn": get_ema_avg_fn(gamma)})
    run("torch averaged model, equal weights", momentum=beta, average={})
    runs["torch"] = run
    of = alone(task["known"], 30)
    known["torch nesterov"] = loss(task["known"], run("", of=of, momentum=beta, nesterov=True))
    known["torch linear"] = loss([1.0], run("", lambda o: line(o, 20), of=quiet, momentum=beta))
    ema = {"multi_avg_fn": get_ema_multi_avg_fn(0.9999)}
    still = (law, [1.0] * len(law), [[0.0] * len(law)] * 10000)
    known["torch averaged model from the start"] = loss(law, run("", of=still, average=ema, first=True))


def with_optax():
    import jax
    import jax.numpy as jnp
    import optax
    from optax import contrib

    versions["optax"] = optax.__version__
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

    def warm(t):
        return alpha * jnp.minimum((jnp.asarray(t, dtype=jnp.float64) + 1) / 10, 1)

    def falling(t):
        return beta - (beta - tau) * (jnp.asarray(t, dtype=jnp.float64) / steps)

    run("optax SGD", optax.sgd(alpha))
    run("optax trace", optax.chain(optax.trace(beta), optax.scale(-alpha)))
    run("optax ema of gradients", optax.chain(optax.ema(beta, debias=False), optax.scale(-alpha)))
    run("optax nesterov", optax.sgd(alpha, beta, nesterov=True))
    run("optax linear", optax.sgd(line, beta))
    run("optax nesterov linear", optax.sgd(line, beta, nesterov=True))
    run("optax weight decay", optax.chain(optax.add_decayed_weights(decay), optax.sgd(alpha, beta)))
    run("optax decoupled decay", optax.chain(optax.trace(beta), optax.add_decayed_weights(decay), optax.scale_by_learning_rate(alpha)))
    run("optax decoupled decay linear", optax.chain(optax.trace(beta), optax.add_decayed_weights(decay), optax.scale_by_learning_rate(line)))
    run("optax momentum schedule", optax.inject_hyperparams(optax.sgd, hyperparam_dtype=jnp.float64)(learning_rate=line, momentum=falling))
    x = contrib.schedule_free_eval_params
    run("optax schedule-free", contrib.schedule_free(optax.sgd(alpha), alpha, b1=beta), read=x)
    run("optax schedule-free y", contrib.schedule_free(optax.sgd(alpha), alpha, b1=beta))
    # Its weights count from 1, its steps from 0.
    run("optax schedule-free warm", contrib.schedule_free(optax.sgd(warm), lambda t: warm(t - 1), b1=beta), read=x)
    # Without its second moment: √v vanishes beside ε.
    eps, of = 2.0**100, lambda t: (jnp.asarray(t, dtype=jnp.float64) + 1) / steps
    log = lambda t: 1 / ((1 - of(t)) / math.log(beta) + of(t) / math.log(slow))
    run("optax ademamix", contrib.ademamix(alpha * eps, b1=beta, b3=slow, alpha=weight, eps=eps, weight_decay=0))
    run("optax ademamix warm", contrib.ademamix(alpha * eps, b1=beta, b3=lambda t: jnp.exp(log(t)), alpha=lambda t: weight * of(t), eps=eps, weight_decay=0))
    ema = optax.ema(gamma, debias=True)
    for name, optimizer in (("", optax.sgd(alpha)), (" nesterov linear", optax.sgd(line, beta, nesterov=True))):
        kept = [ema.init(jnp.array(start, dtype=jnp.float64))]

        def average(theta):
            mean, kept[0] = ema.update(theta, kept[0])
            return mean

        run("optax debiased" + name, optimizer, each=average)

    @jax.jit
    def step(theta, state):
        theta = theta - alpha * jnp.array(law) * theta
        return theta, *ema.update(theta, state)

    ema, theta = optax.ema(0.9999, debias=True), jnp.ones(len(law))
    state = ema.init(theta)
    for _ in range(10000):
        theta, mean, state = step(theta, state)
    known["optax debiased"] = loss(law, mean.tolist())
    runs["optax"] = run


def with_dana():
    import jax.numpy as jnp
    from power_law_rf.optimizers import dana_optimizer, powerlaw_schedule

    versions["power_law_rf"] = "607f79e"  # of LosVolterrosHermanos/Experimental

    def schedule(*of):  # not in 32 bits
        return lambda t: powerlaw_schedule(*of)(jnp.asarray(t, dtype=jnp.float64))

    for name, fall in (("constant", 0.0), ("decaying", tau)):
        share, momentum = schedule(alpha * weight, 0.0, -fall, 1.0), schedule(1.0, 0.0, -1.0, time)
        runs["optax"]("DANA-" + name, dana_optimizer(schedule(1.0, 0.0, 0.0, 1.0), schedule(alpha, 0.0, 0.0, 1.0), share, momentum))


def with_qhoptim():
    from importlib.metadata import version
    from qhoptim.pyt import QHM

    versions["qhoptim"] = version("qhoptim")
    runs["torch"]("qhoptim", optimizer=QHM, momentum=beta, nu=tau)
    runs["torch"]("qhoptim decoupled decay", optimizer=QHM, momentum=beta, nu=tau, weight_decay=decay, weight_decay_type="direct")


def with_schedulefree():
    import torch
    from importlib.metadata import version
    from schedulefree import SGDScheduleFree

    versions["schedulefree"] = version("schedulefree")
    H = torch.tensor(h, dtype=torch.float64)
    for name, warmup, weight_decay in (("constant", 0, 0), ("warm", 10, 0), ("weight decay", 0, decay)):
        for at in ("x", "y"):
            theta = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
            optimizer = SGDScheduleFree([theta], lr=alpha, momentum=beta, warmup_steps=warmup, weight_decay=weight_decay)
            optimizer.train()
            for e in noise:
                theta.grad = H * theta.detach() + torch.tensor(e, dtype=torch.float64)
                optimizer.step()
            if at == "x":
                optimizer.eval()
            results["schedulefree " + name + " " + at] = theta.detach().tolist()


def with_keras():
    import keras
    import numpy as np

    keras.config.set_floatx("float64")
    versions["keras"] = keras.__version__

    class Line(keras.optimizers.schedules.LearningRateSchedule):
        def __init__(self, steps=steps):
            self.steps = steps

        def __call__(self, step):
            return alpha * (1 - keras.ops.cast(step, "float64") / self.steps)

    def run(name, rate=alpha, of=(h, start, noise), **settings):
        h, start, noise = of
        theta = keras.Variable(np.array(start), dtype="float64")
        optimizer = keras.optimizers.SGD(rate, **settings)
        optimizer.build([theta])
        for e in noise:
            optimizer.apply([keras.ops.convert_to_tensor(np.array(h) * keras.ops.convert_to_numpy(theta) + np.array(e))])
        if settings.get("use_ema"):
            optimizer.finalize_variable_values([theta])
        theta = keras.ops.convert_to_numpy(theta).tolist()
        if start is task["start"]:
            results[name] = theta
        return theta

    for name, rate in (("keras", alpha), ("keras linear", Line())):
        run(name, rate, momentum=beta)
        run(name + " nesterov", rate, momentum=beta, nesterov=True)
    run("keras decoupled decay linear", Line(), momentum=beta, weight_decay=decay)
    known["keras linear"] = loss([1.0], run("", Line(20), of=quiet, momentum=beta))
    run("keras ema", momentum=beta, use_ema=True, ema_momentum=gamma)


for attempt in (with_torch, with_optax, with_dana, with_qhoptim, with_schedulefree, with_keras):
    try:
        attempt()
    except ImportError:
        pass
print('{"task":' + json.dumps(task) + ',\n"versions":' + json.dumps(versions) + ',\n"known":' + json.dumps(known) + ',\n"results":{')
print(",\n".join(json.dumps(name) + ":" + json.dumps(v) for name, v in results.items()) + "}}")
