"""Writes reference.json: losses, gradients and products of the networks that
network_test.go makes, by JAX in float64. Run with jax installed:

    python reference.py > reference.json
"""
import json

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)
LAMBDA = 0.01


def wave(n, a, b):
    return jnp.sin(a * jnp.arange(n, dtype=jnp.float64) + b)


def inputs(n, d):
    return wave(n * d, 1.3, 0.2).reshape(n, d)


def dense(x, theta, at, out):
    size = x.shape[1]
    w = theta[at:at + size * out].reshape(size, out)
    return x @ w + theta[at + size * out:at + (size + 1) * out], at + (size + 1) * out


def perceptron(widths):
    def net(x, theta):
        at = 0
        for k, w in enumerate(widths):
            x, at = dense(x, theta, at, w)
            if k + 1 < len(widths):
                x = jnp.tanh(x)
        return x
    return net


def convolution(side, channels, outputs):
    def net(x, theta):
        x, at, depth, stride = x.reshape(-1, side, side, 1), 0, 1, 1
        for c in channels:
            w = theta[at:at + 9 * depth * c].reshape(3, 3, depth, c)
            at += 9 * depth * c
            x = jax.lax.conv_general_dilated(x, w, (stride, stride), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
            x = jnp.tanh(x + theta[at:at + c])
            at, depth, stride = at + c, c, 2
        return dense(x.reshape(x.shape[0], -1), theta, at, outputs)[0]
    return net


def case(name, net, d, size, classes, examples=6):
    x = inputs(examples, d)
    labels = (jnp.arange(examples) * 7 + 2) % 3
    targets = wave(examples * 2, 0.8, 1.0).reshape(examples, 2)
    theta, v = 0.6 * wave(size, 1.1, 0.3), wave(size, 0.9, 1.6)

    def of_outputs(z, k):
        if classes:
            return -jax.nn.log_softmax(z)[labels[k]]
        return jnp.sum((z - targets[k]) ** 2) / 2

    def loss(theta):
        z = net(x, theta)
        return sum(of_outputs(z[k], k) for k in range(examples)) / examples + LAMBDA / 2 * theta @ theta

    def gauss_newton(v):
        z, jv = jax.jvp(lambda t: net(x, t), (theta,), (v,))
        rows = [jax.hessian(lambda o: of_outputs(o, k))(z[k]) @ jv[k] for k in range(examples)]
        _, pull = jax.vjp(lambda t: net(x, t), theta)
        return pull(jnp.stack(rows))[0] / examples + LAMBDA * v

    gradient = jax.grad(loss)
    return {
        "name": name, "loss": float(loss(theta)), "gradient": gradient(theta).tolist(),
        "hessian": jax.jvp(gradient, (theta,), (v,))[1].tolist(), "gauss_newton": gauss_newton(v).tolist(),
        "first": jax.grad(lambda t: of_outputs(net(x, t)[0], 0) + LAMBDA / 2 * t @ t)(theta).tolist(),
    }


print(json.dumps([
    case("softmax", perceptron([3]), 5, 18, True),
    case("linear", perceptron([2]), 5, 12, False),
    case("mlp", perceptron([4, 3]), 5, 39, True),
    case("deep", perceptron([4, 3, 3]), 5, 51, True),
    case("mlp on targets", perceptron([4, 2]), 5, 34, False),
    case("conv", convolution(5, [2], 3), 25, 77, True),
    case("conv deep", convolution(7, [2, 3], 3), 49, 116, True),
], indent=0))
