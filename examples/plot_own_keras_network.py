"""
A Keras network of your own
===========================

`KerasAutoencoder` takes an encoder and a decoder in Keras, and makes them a transformer
of scikit-learn. Here they are those of the Keras example "Variational AutoEncoder",
made smaller and not variational, with batch normalization.
"""

import matplotlib.pyplot as plt
from keras import Sequential, layers
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skae import KerasAutoencoder
from skae.datasets import load_digits
from skae.plotting import LossCurveDisplay, ReconstructionDisplay

digits = load_digits()
images = digits.X_train.reshape(-1, 8, 8, 1)
new_images = digits.X_test.reshape(-1, 8, 8, 1)

# %%
# The two networks are functions. Of the arguments `input_shape` and `encoding_dim` they
# get those that they name; all others are parameters of the estimator, such as
# ``encoder__filters``.


def encoder(encoding_dim, filters=16):
    """Two convolutions with strides, from 8 x 8 pixels to 2 x 2, and the code."""
    return Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.Conv2D(2 * filters, 3, strides=2, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(encoding_dim),
        ]
    )


def decoder(encoding_dim, filters=16):
    """The same in reverse; a sigmoid at the end, since pixels are in [0, 1]."""
    return Sequential(
        [
            layers.Input((encoding_dim,)),
            layers.Dense(2 * 2 * 2 * filters, activation="relu"),
            layers.Reshape((2, 2, 2 * filters)),
            layers.Conv2DTranspose(
                filters, 3, strides=2, padding="same", use_bias=False
            ),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.Conv2DTranspose(1, 3, strides=2, padding="same"),
            layers.Activation("sigmoid"),
        ]
    )


# %%
# Nothing has to be compiled or connected. A tenth of the rows is held out, and the
# weights of the epoch that was best on them are kept.

model = KerasAutoencoder(
    encoder,
    decoder,
    encoding_dim=8,
    loss="binary_crossentropy",
    learning_rate=5e-3,
    epochs=30,
    batch_size=64,
    random_state=0,
)
history = model.fit(images).history_
print(f"{model.n_iter_} epochs, explained variance {model.score(new_images):.2f}")

# %%
# Arguments of the networks are searched like parameters of any estimator, here by the
# accuracy of a classifier on the codes, at the end of a pipeline. We expect that more
# filters are better, with less and less to gain.

pipeline = make_pipeline(model, LogisticRegression(max_iter=1000))
grid = {"kerasautoencoder__encoder__filters": [1, 4, 16]}
search = GridSearchCV(pipeline, grid, cv=2).fit(images, digits.y_train)
print("best:", search.best_params_)
print(f"accuracy on new digits: {search.score(new_images, digits.y_test):.3f}")

# %%
# The losses of the first fit, the accuracies of the search, and new images with their
# reconstructions by the best network.

_, axes = plt.subplot_mosaic(
    [["loss", "accuracy"], ["images", "images"]],
    figsize=(8, 5.5),
    layout="constrained",
    height_ratios=[3, 2],
)
LossCurveDisplay(history).plot(ax=axes["loss"])
filters = grid["kerasautoencoder__encoder__filters"]
axes["accuracy"].semilogx(filters, search.cv_results_["mean_test_score"], "o-", base=2)
axes["accuracy"].set_xticks(filters, filters)
axes["accuracy"].set(xlabel="filters of the encoder", ylabel="accuracy of the folds")
_ = ReconstructionDisplay.from_estimator(search, new_images[:10], ax=axes["images"])

# %%
# Result: four filters are much better than one, and sixteen a little better than four.
# The classifier on eight numbers per image recognizes 93 % of the new digits. The
# network explains 0.81 of the variance of new digits; `Autoencoder`, with dense layers
# and PCA to begin with, explains 0.85. A network of your own is worth it where you know
# more about the data than a dense layer does.
