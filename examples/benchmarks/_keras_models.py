"""The models of the tutorials, typed in plain Keras 3 as their sources do."""

import time

import keras
from keras import layers, ops


def _compiled(inputs, outputs, loss="binary_crossentropy"):
    model = keras.Model(inputs, outputs)
    model.compile("adam", loss)
    return model


def dense(sizes, *, activation="relu", width=784, loss="binary_crossentropy"):
    """Hidden layers of `sizes`, sigmoid output."""
    inputs = h = keras.Input((width,))
    for size in sizes:
        h = layers.Dense(size, activation=activation)(h)
    return _compiled(inputs, layers.Dense(width, activation="sigmoid")(h), loss)


def sparse_relu():
    """32 units with an L1 penalty on their activity."""
    inputs = keras.Input((784,))
    penalty = keras.regularizers.L1(1e-4)
    code = layers.Dense(32, activation="relu", activity_regularizer=penalty)(inputs)
    return _compiled(inputs, layers.Dense(784, activation="sigmoid")(code))


class KLDivergence(keras.regularizers.Regularizer):
    """Divergence of the units' mean activities from a target."""

    def __init__(self, weight, target):
        self.weight, self.target = weight, target

    def __call__(self, activity):
        q, p = ops.mean(activity, axis=0), self.target
        kl = p * ops.log(p / q) + (1 - p) * ops.log((1 - p) / (1 - q))
        return self.weight * ops.sum(kl)

    def get_config(self):
        return {"weight": self.weight, "target": self.target}


def sparse_sigmoid(regularizer):
    """784-100-300-100-784 with a penalty on 300 sigmoid units."""
    inputs = keras.Input((784,))
    h = layers.Dense(100, activation="selu")(inputs)
    code = layers.Dense(300, activation="sigmoid", activity_regularizer=regularizer)(h)
    h = layers.Dense(100, activation="selu")(code)
    return _compiled(inputs, layers.Dense(784, activation="sigmoid")(h))


def train_stacked(X, epochs, batch_size=32):
    """784-100-30 one layer at a time, then the whole, `epochs` each; the whole."""
    fitting = {"epochs": epochs, "batch_size": batch_size, "verbose": 0}
    outer = dense([100], activation="selu")
    outer.fit(X, X, **fitting)
    codes = keras.Model(outer.input, outer.layers[1].output).predict(X, verbose=0)
    inputs = keras.Input((100,))
    code = layers.Dense(30, activation="selu")(inputs)
    outputs = layers.Dense(100, activation="selu")(code)
    inner = _compiled(inputs, outputs, "mse")
    inner.fit(codes, codes, **fitting)
    whole = dense([100, 30, 100], activation="selu")
    sources = [outer.layers[1], *inner.layers[1:], outer.layers[2]]
    for layer, source in zip(whole.layers[1:], sources, strict=True):
        layer.set_weights(source.get_weights())
    whole.fit(X, X, **fitting)
    return whole


def dense_dropout():
    """Half the input set to zero, 784-100-30-100-784."""
    inputs = keras.Input((784,))
    h = layers.Dropout(0.5)(inputs)
    for size in (100, 30, 100):
        h = layers.Dense(size, activation="selu")(h)
    return _compiled(inputs, layers.Dense(784, activation="sigmoid")(h))


def conv():
    """16-8-8 filters, 4 x 4 x 8 code, upsampling."""
    inputs = h = keras.Input((28, 28, 1))
    for n in (16, 8, 8):
        h = layers.Conv2D(n, 3, activation="relu", padding="same")(h)
        h = layers.MaxPooling2D(2, padding="same")(h)
    for n, padding in ((8, "same"), (8, "same"), (16, "valid")):
        h = layers.Conv2D(n, 3, activation="relu", padding=padding)(h)
        h = layers.UpSampling2D(2)(h)
    outputs = layers.Conv2D(1, 3, activation="sigmoid", padding="same")(h)
    return _compiled(inputs, outputs)


def conv_transposed():
    """16-32-64 filters, transposed convolutions."""
    inputs = h = keras.Input((28, 28, 1))
    for n in (16, 32, 64):
        h = layers.Conv2D(n, 3, activation="selu", padding="same")(h)
        h = layers.MaxPooling2D(2)(h)
    for n, padding in ((32, "valid"), (16, "same")):
        h = layers.Conv2DTranspose(n, 3, strides=2, activation="selu", padding=padding)(
            h
        )
    outputs = layers.Conv2DTranspose(
        1, 3, strides=2, activation="sigmoid", padding="same"
    )(h)
    return _compiled(inputs, outputs)


def conv_denoising():
    """32-32 filters, 7 x 7 x 32 code."""
    inputs = h = keras.Input((28, 28, 1))
    for _ in range(2):
        h = layers.Conv2D(32, 3, activation="relu", padding="same")(h)
        h = layers.MaxPooling2D(2, padding="same")(h)
    for _ in range(2):
        h = layers.Conv2D(32, 3, activation="relu", padding="same")(h)
        h = layers.UpSampling2D(2)(h)
    outputs = layers.Conv2D(1, 3, activation="sigmoid", padding="same")(h)
    return _compiled(inputs, outputs)


def recurrent(n_steps, n_features, hidden, code, *, activation, loss):
    """LSTM to a vector and back."""
    inputs = h = keras.Input((n_steps, n_features))
    for size in hidden:
        h = layers.LSTM(size, return_sequences=True)(h)
    h = layers.RepeatVector(n_steps)(layers.LSTM(code)(h))
    for size in hidden[::-1] or (code,):
        h = layers.LSTM(size, return_sequences=True)(h)
    outputs = layers.TimeDistributed(layers.Dense(n_features, activation=activation))(h)
    return _compiled(inputs, outputs, loss)


class Variational(keras.Model):
    """784-64-2-64-784, evidence lower bound in nats."""

    def __init__(self):
        super().__init__()
        inputs = keras.Input((784,))
        h = layers.Dense(64, activation="relu")(inputs)
        self.encoder = keras.Model(inputs, [layers.Dense(2)(h), layers.Dense(2)(h)])
        code = keras.Input((2,))
        h = layers.Dense(64, activation="relu")(code)
        self.decoder = keras.Model(code, layers.Dense(784, activation="sigmoid")(h))
        self.seed_generator = keras.random.SeedGenerator(0)

    def call(self, x):
        mean, log_var = self.encoder(x)
        epsilon = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        terms = 1 + log_var - ops.square(mean) - ops.exp(log_var)
        self.add_loss(ops.mean(-0.5 * ops.sum(terms, axis=-1)))
        return self.decoder(mean + ops.exp(log_var / 2) * epsilon)


def variational():
    """`Variational`, compiled."""

    def nats(x, p):
        return x.shape[-1] * keras.losses.binary_crossentropy(x, p)

    model = Variational()
    model.compile("adam", nats)
    return model


class Stopwatch(keras.callbacks.Callback):
    """Seconds of each epoch."""

    def on_train_begin(self, logs=None):
        self.seconds, self.last = [], time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        now = time.perf_counter()
        self.seconds.append(now - self.last)
        self.last = now
