"""Docstring entries of fitted attributes that several families share."""

FIRST_ATTRIBUTES = """\
encoder_ : keras.Model
    Model from data to codes. Like the other two, it is a copy: training it further
    does not change the estimator.

decoder_ : keras.Model
    Model from codes to data.

autoencoder_ : keras.Model
    Model from data to reconstructions: `decoder_` applied to `encoder_`.

history_ : dict of lists
    Per epoch: "loss" and "reconstruction_loss", averaged over the epoch's
    steps; with validation data also their values on these after the epoch, as
    "val_loss" and so on. NaN in epochs, of an earlier fit or `partial_fit`, that
    did not record the series.
"""

LAST_ATTRIBUTES = """\
encoding_dim_ : int
    Number of columns of the codes.

explained_variance_ratio_ : ndarray of shape (encoding_dim,)
    Fraction of the variance that each code explains: the increase of the squared
    reconstruction error if the code is set to its mean, divided by the squared
    distances of the rows from their mean. It is computed on up to 2048 training
    rows, and codes are sorted by it. For PCA the values sum to the explained
    fraction; for a nonlinear decoder the sum may be larger. With more than 256
    codes the decoder is approximated as linear in all but the 64 leading ones. Only
    available after `fit` with linear codes, which are then rotated and scaled; this
    changes no reconstruction.

progress_ : dict of lists
    Values before the first epoch and after each: "seconds" since `fit` began, and
    "loss", the reconstruction loss of the weights that the fit would have returned
    at that time. Both are empty with ``early_stopping=False``.

kept_initialization_ : bool
    True if the fit returned the baseline (PCA, with ``init="pca"``), because
    training found nothing clearly better. This includes fits whose training began
    with other weights.

n_iter_ : int
    Number of epochs trained.

callbacks_ : list of keras.callbacks.Callback
    The callbacks that took part in the fit.

n_features_in_ : int
    Number of features seen during `fit`.

feature_names_in_ : ndarray of shape (`n_features_in_`,)
    Names of the features, when `X` has names that are all strings.
"""

# Attributes of the classes that have this parameter.
ATTRIBUTES_WITH = {
    "hidden_layer_sizes": """\
hidden_layer_sizes_ : tuple of int
    Units of the encoder's hidden layers.
""",
    "image_shape": """\
image_shape_ : tuple of int
    Height, width and channels of the images.

code_shape_ : tuple of int
    Shape of the feature map that is the code, (4, 4, 8) for example, or of the
    dense code, (encoding_dim,).

n_features_in_ : int
    Number of values of an image, H * W * C.
""",
    "standardize": """\
standardized_ : bool
    Whether the networks get standardized data.
""",
    "column_kinds": """\
column_kinds_ : dict of str
    Kind of each column: "number", "integer", "boolean", "category", "date" or
    "duration"; or the reason why it is not encoded: "constant", "empty",
    "identifier" (strings of which most differ) or "ignored".
""",
    "noise": """\
history_ : dict of lists
    Per epoch: "loss" and "reconstruction_loss", between reconstructions of noisy
    rows and the clean rows, averaged over the epoch's steps; with validation data
    also their values on these after the epoch, as "val_loss" and so on. NaN in
    epochs, of an earlier fit or `partial_fit`, that did not record the series.
""",
    "beta": """\
history_ : dict of lists
    Per epoch: "loss", "reconstruction_loss" and "kl", the divergence times its
    weight, in nats per row of the scaled data, averaged over the epoch's steps;
    with validation data also their values on these after the epoch, as "val_loss"
    and so on, with the full `beta`. NaN in epochs, of an earlier fit or
    `partial_fit`, that did not record the series.

kl_per_dimension_ : ndarray of shape (encoding_dim,)
    Mean divergence of each code dimension, in nats, over up to 4096 training rows.

active_units_ : ndarray of bool of shape (encoding_dim,)
    True for code dimensions whose variance over these rows is above 0.01.
""",
    "condition_kinds": """\
condition_kinds_ : list of str
    "class" or "number" for each column of `y`; empty if `fit` got no `y`.

classes_ : ndarray of shape (n_classes,) or list of such
    Sorted classes of `y`. For several columns a list with those of each. Empty for
    numbers, and if `fit` got no `y`.
""",
}
