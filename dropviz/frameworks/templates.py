"""What every training script is made of, for NumPy, PyTorch and Keras: a network with noise, and how it is trained.

Each template defines the same few names, so that one experiment reads alike in every framework: ``train(noise, rate)``
makes a trained network, ``predict(network, x)`` is the test code that all networks share, ``scale(network, factor)``
multiplies the weights behind the dropout.

A block that begins with ``#? words``, or a line that ends with it, belongs only to the scripts that have one of the
words among their parts; ``one+other`` asks for both.
"""

NUMPY = """import numpy as np
{imports}
{settings}

{data}


NOISES = {  # what multiplies the activations in training; at test nothing does
    "none": lambda rng, shape, rate: 1.0,  #? none
    "inverted": lambda rng, shape, rate: (rng.random(shape) >= rate) / (1 - rate),  #? inverted
    "standard": lambda rng, shape, rate: rng.random(shape) >= rate,  #? standard
    "gaussian": lambda rng, shape, rate: rng.normal(1, (rate / (1 - rate)) ** 0.5, shape),  #? gaussian
}


class Network:
    def __init__(self, noise, rate):
        self.noise, self.rate, self.rng = NOISES[noise], rate, np.random.default_rng(0)
        sizes = ({sizes})
        self.layers = [
            [self.rng.normal(0, (2 / n) ** 0.5, (n, m)), np.zeros(m)] for n, m in zip(sizes, sizes[1:])  #? he
            [self.rng.uniform(-1, 1, (n, m)) * (6 / (n + m)) ** 0.5, np.zeros(m)]  #? glorot
            for n, m in zip(sizes, sizes[1:])  #? glorot
        ]

    def __call__(self, a, training=False):
        self.inputs, self.gains = [a], []
        for weight, bias in self.layers[:-1]:
            z = self.inputs[-1] @ weight + bias
            noise = self.noise(self.rng, z.shape, self.rate) if training else 1.0
            self.gains.append((z > 0) * noise)  # ReLU and noise
            self.inputs.append(z * self.gains[-1])
        weight, bias = self.layers[-1]
        return self.inputs[-1] @ weight + bias


#? classes
def softmax(outputs):
    powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


#? silent noisy
def predict(network, x):  # the same test code for every network: no mask, no factor  #? silent
def predict(network, x, noisy=False):  # without noise the plain test code  #? noisy
    return softmax(network(x))  #? silent+classes
    return network(x)  #? silent+values
    return softmax(network(x, noisy))  #? chances
    return network(x, noisy)  #? noisy+values


#? scale
def scale(network, factor):  # the weights behind the dropout
    for layer in network.layers[1:]:
        layer[0] *= factor


def train(noise, rate=RATE):  #? simple
def train(noise, rate):  # the rate is a function of the step  #? schedule
def train(noise, start, speed):  #? speed
    # start and speed multiply the weights behind the dropout, and their learning rate  #? speed
    network = Network(noise, rate)  #? simple schedule
    network = Network(noise, RATE)  #? speed
    scale(network, start)  #? speed
    memory = [[np.zeros((2, *value.shape)) for value in layer] for layer in network.layers]  #? adam
    memory = [[np.zeros_like(value) for value in layer] for layer in network.layers]  #? sgd
    losses = []  #? losses
    step = 0  #? adam schedule
    for _ in range(EPOCHS):
        order = network.rng.permutation(len(train_x))
        losses.append(0.0)  #? losses
        for batch in np.split(order, range(BATCH, len(order), BATCH)):
            network.rate = rate(step)  #? schedule
            step += 1  #? adam schedule
            labels = np.arange(len(batch)), train_y[batch]  #? classes
            delta = softmax(network(train_x[batch], training=True))  #? classes
            losses[-1] -= np.log(delta[labels] + 1e-30).sum() / len(order)  #? losses
            delta[labels] -= 1  #? classes
            delta = network(train_x[batch], training=True) - train_y[batch]  # of half the squared error  #? values
            delta /= len(batch)
            for i in reversed(range(len(network.layers))):
                gradient = network.inputs[i].T @ delta, delta.sum(axis=0)
                if i > 0:
                    delta = delta @ network.layers[i][0].T * network.gains[i - 1]
                factors = (speed if i > 0 else 1, 1)  # weights, biases  #? speed
                for value, m, g, factor in zip(network.layers[i], memory[i], gradient, factors):  #? speed
                for value, m, g in zip(network.layers[i], memory[i], gradient):  #? simple schedule
                    m *= 0.9  #? sgd
                    m += g  #? sgd
                    value -= LEARNING_RATE * factor * m  #? speed+sgd
                    value -= LEARNING_RATE * m  #? simple+sgd schedule+sgd
                    m[0] += 0.1 * (g - m[0])  # Adam  #? adam
                    m[1] += 0.001 * (g**2 - m[1])  #? adam
                    size = np.sqrt(m[1] / (1 - 0.999**step)) + {epsilon}  #? adam
                    value -= LEARNING_RATE * factor * m[0] / (1 - 0.9**step) / size  #? speed+adam
                    value -= LEARNING_RATE * m[0] / (1 - 0.9**step) / size  #? simple+adam
    return network, losses  #? losses
    return network  #? silent noisy
"""

PYTORCH = """import numpy as np
import torch
{imports}from torch import nn

{settings}

{data}
torch.set_default_dtype(torch.float64)  #? losses


def tensor(a):
    return torch.tensor(a, dtype=torch.get_default_dtype())


#? standard
class StandardDropout(nn.Dropout):  # in training no factor; at test nothing: the weights have to be scaled
    def forward(self, a):
        return super().forward(a) * (1 - self.p) if self.training else a


#? gaussian
class GaussianNoise(nn.Module):
    def __init__(self, rate):
        super().__init__()
        self.deviation = (rate / (1 - rate)) ** 0.5

    def forward(self, a):
        return a * (1 + self.deviation * torch.randn_like(a)) if self.training else a


NOISES = {
    "none": lambda rate: nn.Identity(),  #? none
    "inverted": nn.Dropout,  #? inverted
    "standard": StandardDropout,  #? standard
    "gaussian": GaussianNoise,  #? gaussian
}


#? silent noisy
@torch.no_grad()
def predict(network, x):  # the same test code for every network: no mask, no factor  #? silent
def predict(network, x, noisy=False):  # without noise the plain test code  #? noisy
    outputs = network.train(noisy)(tensor(x))  #? noisy
    network.eval()  #? noisy
    outputs = network.eval()(tensor(x))  #? silent
    return torch.softmax(outputs, dim=1).numpy()  #? classes
    return outputs.numpy()  #? values


#? scale
@torch.no_grad()
def scale(network, factor):  # the weights behind the dropout
    for layer in network[3::3]:
        layer.weight *= factor


def train(noise, rate=RATE):  #? simple
def train(noise, rate):  # the rate is a function of the step  #? schedule
def train(noise, start, speed):  #? speed
    # start and speed multiply the weights behind the dropout, and their learning rate  #? speed
    torch.manual_seed(0)
    dropout = [NOISES[noise](rate) for _ in range({depth})]  #? simple
    dropout = [NOISES[noise](RATE) for _ in range({depth})]  #? schedule speed
    network = nn.Sequential(
        nn.Linear({inputs}, {hidden}), nn.ReLU(), dropout[0],
        nn.Linear({hidden}, {hidden}), nn.ReLU(), dropout[1],
        nn.Linear({hidden}, {hidden}), nn.ReLU(), dropout[2],  #? three
        nn.Linear({hidden}, {outputs}),
    )
    for layer in network[::3]:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")  #? he
        nn.init.xavier_uniform_(layer.weight)  #? glorot
        nn.init.zeros_(layer.bias)
    scale(network, start)  #? speed
    groups = [  #? speed
        {"params": [layer.weight for layer in network[3::3]], "lr": LEARNING_RATE * speed},  #? speed
        {"params": [network[0].weight, *(layer.bias for layer in network[::3])]},  #? speed
    ]  #? speed
    optimizer = torch.optim.SGD(groups, lr=LEARNING_RATE, momentum=0.9)  #? speed+sgd
    optimizer = torch.optim.Adam(groups, lr=LEARNING_RATE, eps={epsilon})  #? speed+adam
    optimizer = torch.optim.SGD(network.parameters(), lr=LEARNING_RATE, momentum=0.9)  #? simple+sgd schedule+sgd
    optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE, eps={epsilon})  #? simple+adam
    x, y = tensor(train_x), torch.tensor(train_y)  #? classes
    x, y = tensor(train_x), tensor(train_y)  #? values
    losses = []  #? losses
    step = 0  #? schedule
    for _ in range(EPOCHS):
        losses.append(0.0)  #? losses
        for batch in torch.randperm(len(x)).split(BATCH):
            for each in dropout:  #? schedule
                each.p = rate(step)  #? schedule
            step += 1  #? schedule
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(network(x[batch]), y[batch])  #? classes
            loss = ((network(x[batch]) - y[batch]) ** 2).sum(dim=1).mean() / 2  #? values
            losses[-1] += loss.item() * len(batch) / len(x)  #? losses
            loss.backward()
            optimizer.step()
    return network, losses  #? losses
    return network  #? silent noisy
"""

KERAS = """import os  #? losses

os.environ["JAX_ENABLE_X64"] = "1"  # if JAX is what Keras computes with  #? losses

import keras
import numpy as np
{imports}
{settings}

{data}
keras.config.set_floatx("float64")  #? losses


#? standard+simple standard+speed
class StandardDropout(keras.layers.Dropout):
    def call(self, a, training=False):  # in training no factor; at test nothing: the weights have to be scaled
        return super().call(a, training=True) * (1 - self.rate) if training else a


#? schedule
class ChangingDropout(keras.layers.Layer):
    def __init__(self, rate, inverted):
        super().__init__()
        self.rate, self.inverted, self.random = rate, inverted, keras.random.SeedGenerator(0)
        self.step = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, a, training=False):
        if not training:
            return a
        rate = self.rate(self.step)
        self.step.assign(self.step + 1)
        kept = keras.random.uniform(keras.ops.shape(a), seed=self.random) >= rate
        return a * keras.ops.cast(kept, a.dtype) / (1 - rate if self.inverted else 1.0)


NOISES = {
    "none": lambda rate: keras.layers.Identity(),  #? none
    "inverted": keras.layers.Dropout,  #? inverted+simple inverted+speed
    "inverted": lambda rate: ChangingDropout(rate, inverted=True),  #? inverted+schedule
    "standard": StandardDropout,  #? standard+simple standard+speed
    "standard": lambda rate: ChangingDropout(rate, inverted=False),  #? standard+schedule
    "gaussian": keras.layers.GaussianDropout,  #? gaussian
}


#? silent noisy
def predict(network, x):  # the same test code for every network: no mask, no factor  #? silent
def predict(network, x, noisy=False):  # without noise the plain test code  #? noisy
    outputs = network(x, training=noisy)  #? noisy
    outputs = network(x, training=False)  #? silent
    return keras.ops.convert_to_numpy(keras.ops.softmax(outputs))  #? classes
    return keras.ops.convert_to_numpy(outputs)  #? values


#? scale
def scale(network, factor):  # the weights behind the dropout
    for layer in network.layers[2::2]:
        layer.kernel.assign(layer.kernel * factor)


def train(noise, rate=RATE):  #? simple
def train(noise, rate):  # the rate is a function of the step  #? schedule
def train(noise, start, speed):  #? speed
    # start and speed multiply the weights behind the dropout, and their learning rate  #? speed
    keras.utils.set_random_seed(0)
    dropout = [NOISES[noise](rate) for _ in range({depth})]  #? simple schedule
    dropout = [NOISES[noise](RATE) for _ in range({depth})]  #? speed
    dense, init = keras.layers.Dense, {"kernel_initializer": "he_normal"}  #? he
    dense, init = keras.layers.Dense, {"kernel_initializer": "glorot_uniform"}  #? glorot
    network = keras.Sequential([
        keras.Input(({inputs},)),
        dense({hidden}, "relu", **init), dropout[0],
        dense({hidden}, "relu", **init), dropout[1],
        dense({hidden}, "relu", **init), dropout[2],  #? three
        dense({outputs}, **init),
    ])
    scale(network, start)  #? speed
    behind = [layer.kernel for layer in network.layers[2::2]]  #? speed

    class Optimizer(keras.optimizers.{optimizer}):  #? speed
        def update_step(self, gradient, variable, learning_rate):  # TensorFlow's variable is the value  #? speed
            changed = any(variable is kernel or variable is kernel.value for kernel in behind)  #? speed
            super().update_step(gradient, variable, learning_rate * (speed if changed else 1.0))  #? speed

    optimizer = Optimizer(LEARNING_RATE, momentum=0.9)  #? speed+sgd
    optimizer = Optimizer(LEARNING_RATE, epsilon={epsilon})  #? speed+adam
    optimizer = keras.optimizers.SGD(LEARNING_RATE, momentum=0.9)  #? simple+sgd schedule+sgd
    optimizer = keras.optimizers.Adam(LEARNING_RATE, epsilon={epsilon})  #? simple+adam
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)  #? classes
    loss = lambda y, outputs: keras.ops.sum((outputs - y) ** 2, axis=1) / 2  #? values
    network.compile(optimizer, loss)
    fitted = network.fit(train_x, train_y, batch_size=BATCH, epochs=EPOCHS, verbose=0)  #? losses
    return network, fitted.history["loss"]  #? losses
    network.fit(train_x, train_y, batch_size=BATCH, epochs=EPOCHS, verbose=0)  #? silent noisy
    return network  #? silent noisy
"""
