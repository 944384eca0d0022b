"""What several families say in the same words, once; `_docstrings.py` inserts it.

Entries are written as in a numpydoc section, without defaults: these come from the
signature. A word with a dollar sign is filled in for each class.
"""

PARAMETERS = """\
encoding_dim : int or "auto"
    Number of code dimensions (latent dimensions, components). "auto" is half the
    number of values of a row, rounded up, and at most 32.

hidden_layer_sizes : "auto", int or sequence of int
    Units of the encoder's hidden layers; the decoder has the same in reverse.
    ``()`` means none. "auto" is (128, 64), for 20000 rows or more (512, 256), or
    (256, 128) where a row has no more than 32 values.

image_shape : tuple of int
    Height and width, or height, width and channels, for flattened images; one of
    them may be -1. By default flattened images are grey and square; rows whose
    number of columns is no square are taken as strips of one pixel's height, with
    a warning. Images of shape (n, H, W) or (n, H, W, C) need nothing.

filters : "auto", int or sequence of int
    Filters of the encoder's convolutions. Each is followed by a halving of height
    and width, rounded up: 28, 14, 7. The decoder has the same in reverse, and ends
    at the exact size. "auto" halves until the longest side has no more than 8
    pixels, from 2 to 5 times, and ends with 32 and 64 filters$filters_of_maps.

kernel_size : int
    Height and width of the convolutions.

pooling : {"max", "average", "stride"}
    How the image is halved: by pooling 2 x 2 pixels, or by a stride of 2.

upsampling : {"nearest", "transposed"}
    How it is doubled: by repeating pixels after a convolution, or by a transposed
    convolution of stride 2.

activation : str or callable
    Activation of the hidden layers, by its Keras name or as a function of a tensor.

code_activation : str or callable
    Activation of the code.

loss : {"squared_error", "binary_crossentropy"}
    Reconstruction loss :math:`L`, a mean over the features.

    - "squared_error": for data of any range, which are centred per feature and
      divided by one global scale, the root of the variance averaged over the
      features. The loss is in units of that variance: the share that is not
      explained.
    - "binary_crossentropy": for data in [0, 1], such as pixels. The output is a
      sigmoid, and the loss is in nats.

likelihood : {"gaussian", "bernoulli"}
    Distribution of a row given its code, independent over the features.

    - "gaussian": for data of any range. Data are centred per feature and divided by
      one global scale; the standard deviation is one number, learned.
    - "bernoulli": for data in [0, 1], such as pixels, best when they are binary.

init : {"pca", "random"}
    Whether PCA is among the candidates.

    - "pca": beside the network a linear path leads from the data to the codes and
      back. With PCA's loadings, and a network that adds nothing, it is judged on
      the rows that `early_stopping` holds out, and kept if training finds nothing
      better.
    - "random": a plain network without linear path, as in the textbooks.

beta : float
    Weight of the divergence. 1 is the evidence lower bound; more makes simpler
    codes, less better reconstructions.

warm_up_epochs : int
    Epochs over which the weight of the divergence rises from 0 to `beta`. Helps
    against codes that carry nothing.

free_bits : float
    Nats per code dimension that the divergence of a mini-batch may have for free.

noise : {"gaussian", "masking", "dropout", "salt_and_pepper"}
    Noise, drawn afresh at every step.

    - "gaussian": normal noise is added.
    - "masking": entries are set to 0. For data that will miss entries later.
    - "dropout": entries are set to 0 and the others divided by the share that is
      left, so that the network expects whole rows later, in `transform`.
    - "salt_and_pepper": entries are set to the smallest or the largest value of the
      training data.

noise_level : float or "auto"
    Standard deviation of the normal noise, in the units of the data, or the share
    of the entries that are hit. "auto" is a share of 0.3, and for normal noise the
    least of the deviation of a column, of 4 % of the root of the total variance,
    and, with ``init="pca"``, of 70 % of the deviation in a direction that PCA
    leaves out.

clip_noise : bool or "auto"
    Whether to clip noisy data to the range of the training data. "auto" does for
    normal noise with ``loss="binary_crossentropy"``.

dropout : float
    Fraction of hidden units set to zero at random in each training step.

tied_weights : bool
    Whether the decoder uses the encoder's kernels, transposed. Half the parameters.

scaling : {"standard", "quantile"}
    How numbers are brought to one scale.

    - "standard": by mean and standard deviation.
    - "quantile": by their ranks, to a normal distribution. For columns that are
      very skewed, or have outliers. Reconstructions stay in the range of `fit`.

categorical_features : array-like or "from_dtype"
    Columns that are categories whatever their type: a mask, their numbers or their
    names. "from_dtype" asks the types alone: strings, booleans and categoricals are
    categories. Integers with two values always are.

column_kinds : dict
    Kinds of columns, by name, where the guess in `column_kinds_` is wrong:
    "number", "integer", "boolean", "category", "date", "duration" or "ignored".

column_weight : dict or array-like
    What each column counts; 1 for those that a dict does not name.

handle_unknown : {"missing", "error"}
    What a level is that `fit` did not see: a missing value or an error.

max_levels : int
    Most levels of a category. Of more the rarest are taken for missing, with a
    warning.

optimizer : str or keras.optimizers.Optimizer
    Optimizer, by its Keras name or as an example. The learning rate of an example
    is replaced by `learning_rate`.

learning_rate : float or "auto"
    Learning rate at the start. "auto" is 0.002, for 20000 rows or more 0.003; for
    one case of 0.004 see `epochs`.

learning_rate_schedule : {"cosine", "constant"}
    "cosine" lowers the learning rate from epoch to epoch, along half a cosine that
    would reach zero after `epochs`; "constant" leaves it alone.

epochs : int or "auto"
    Largest number of passes over the training data. "auto" makes about 2700 steps,
    but at least 12 and at most 500 passes; of more than 60000 rows fewer passes, so
    that the steps grow with the root of the number of rows. A network that "auto"
    made narrow for many rows gets twice as many. `Autoencoder` takes fewer, larger
    steps for 4096 to 20000 training rows, where it starts at PCA and sizes, rate,
    epochs and batches are all "auto": half as many (two thirds of them for up to 32
    columns, or more than 1024), at a learning rate of 0.004.

batch_size : int or "auto"
    Rows per step. "auto" is the power of two next below a sixteenth of the training
    rows, between 16 and 256.

shuffle : bool
    Whether to draw the mini-batches anew in each epoch.

early_stopping : bool
    Whether to hold rows out, stop when their loss no longer falls, and keep the
    weights of the best epoch. The start counts as an epoch: it is kept when nothing
    was better by more than 0.4 over the root of the number of held-out rows, as a
    share of its loss; by more with few of them, as Student's distribution is wider
    than the normal one. With fewer than 10 rows, the training loss is used.

validation_fraction : float
    Fraction of the rows that `early_stopping` holds out, unless `fit` gets `X_val`.

n_iter_no_change : int or "auto"
    Epochs without a better one after which `early_stopping` stops. "auto" makes
    about 750 steps, but at least 10 epochs.

tol : float
    An epoch is better when its loss is below the best one by more than this share.

warm_start : bool
    Whether `fit` goes on from the present weights and optimizer state.

callbacks : list of keras.callbacks.Callback or Checkpoint
    Copied for each fit; the copies are at `callbacks_`. Their model is the
    autoencoder in training. A callback with batch hooks makes training slower: the
    compiled program then returns after each step. A :class:`~skae.Checkpoint` lets
    a fit go on after its process was killed.

jit_compile : bool or "auto"
    Whether to compile with XLA, on the TensorFlow backend. "auto" $auto_compiles.

random_state : int, RandomState instance or None
    Decides $random_things. The same integer gives the same codes, bit for bit, on the
    same machine.

verbose : {0, 1, 2}
    Silent; a progress bar with epoch, losses and time left, in a terminal or a
    notebook (elsewhere a line every five seconds); or a line per epoch.
"""

FIRST_ATTRIBUTES = """\
encoder_ : keras.Model
    From data to codes. Like the other two, it is a copy: training it further does
    not change the estimator.

decoder_ : keras.Model
    From codes to data.

autoencoder_ : keras.Model
    From data to reconstructions: `decoder_` applied to `encoder_`.

history_ : dict of lists
    Per epoch: "loss" and "reconstruction_loss", averaged over the epoch's
    steps; with validation data the same after the epoch, under "val_loss" and so
    on. NaN in epochs, of an earlier fit or `partial_fit`, that did not have such a
    series.
"""

LAST_ATTRIBUTES = """\
encoding_dim_ : int
    Number of columns of the codes.

explained_variance_ratio_ : ndarray of shape (encoding_dim,)
    What the reconstruction of the training rows (up to 2048 of them) loses when a
    code is held at its mean: the squared errors that are added, as a share of the
    squared distances from the mean. The codes are in this order. PCA's shares add
    up to what is explained; codes that are bent together may add up to more. Of
    more than 256 codes the decoder is taken for linear in all but the 64 leading
    ones. Only after `fit` with linear codes: they are turned and scaled then, which
    changes no reconstruction.

progress_ : dict of lists
    "seconds" since `fit` began, before the first epoch and after each, and "loss",
    the reconstruction loss of the weights that would have been kept then.

kept_initialization_ : bool
    Whether training found nothing clearly better than what it began with: PCA, with
    ``init="pca"``.

n_iter_ : int
    Number of epochs trained.

callbacks_ : list of keras.callbacks.Callback
    The callbacks that took part in the fit.

n_features_in_ : int
    Number of features seen during `fit`.

feature_names_in_ : ndarray of shape (`n_features_in_`,)
    Names of the features, when `X` has names that are all strings.
"""

# Of the classes that have this parameter.
ATTRIBUTES_WITH = {
    "hidden_layer_sizes": """\
hidden_layer_sizes_ : tuple of int
    Units of the encoder's hidden layers.
""",
    "image_shape": """\
image_shape_ : tuple of int
    Height, width and channels of the images.

code_shape_ : tuple of int
    Shape of the feature map that a code is, (4, 4, 8) for example, or of the dense
    code, (encoding_dim,).

n_features_in_ : int
    Number of values per image, H * W * C.
""",
    "column_kinds": """\
column_kinds_ : dict of str
    For each column what it was taken for: "number", "integer", "boolean",
    "category", "date" or "duration"; or why it is no part of the codes: "constant",
    "empty", "identifier" (strings of which most differ) or "ignored".
""",
    "noise": """\
history_ : dict of lists
    Per epoch: "loss" and "reconstruction_loss", of noisy rows against clean ones,
    averaged over the epoch's steps; with validation data the same after the epoch,
    under "val_loss" and so on. NaN in epochs, of an earlier fit or `partial_fit`,
    that did not have such a series.
""",
    "beta": """\
history_ : dict of lists
    Per epoch: "loss", "reconstruction_loss" and "kl", the divergence times its
    weight, in nats per row of the data as the network sees them, averaged over the
    epoch's steps; with validation data the same after the epoch, under "val_loss"
    and so on, with the full `beta`. NaN in epochs, of an earlier fit or
    `partial_fit`, that did not have such a series.

kl_per_dimension_ : ndarray of shape (encoding_dim,)
    Mean divergence of each code dimension, in nats, over up to 4096 training rows.

active_units_ : ndarray of bool of shape (encoding_dim,)
    Whether the variance of the code dimension over these rows is above 0.01.
""",
}

RAISES = """\
ValueError
    From `fit`, for parameters and data that cannot be used.
FloatingPointError
    From `fit`, when the loss overflows."""

# What `random_state` decides besides, in the classes that have this parameter.
RANDOM_THINGS_WITH = {
    "beta": "the codes drawn in training",
    "noise": "noise",
    "dropout": "dropout",
}
