"""Docstring entries that several families share; `_docstrings.py` inserts them.

Entries are written as in a numpydoc section, without defaults: these come from the
signature. A word with a dollar sign is replaced for each class.
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
    Height and width, or height, width and channels, of flattened images; one of
    them may be -1. By default flattened images are assumed to be grey and square;
    if the number of columns is not a square number, rows are treated as images of
    height 1, with a warning. Not needed for images of shape (n, H, W) or
    (n, H, W, C).

encoder : callable, keras.Model or None
    Network from a row to its code, in one of these forms:

    - a function ``(input_shape, encoding_dim, **parameters)`` that builds and
      returns a ``keras.Model``, or the class of a model. `input_shape` and
      `encoding_dim` are passed if it has arguments of these names, and the
      parameters are those given as ``encoder__<name>``;
    - a built ``keras.Model``. Each fit trains a copy, from new weights unless it is
      `pretrained`. Frozen layers stay frozen;
    - None: dense layers, ``encoder__units=(128, 64)`` of them hidden, with
      ``encoder__activation="gelu"``.

    Outputs with several axes, such as feature maps, are flattened to codes.

decoder : callable, keras.Model or None
    Network from a code to a row, in the same forms; `input_shape` is the shape of a
    row here, too. Codes are reshaped to the input of the network. Its outputs must
    have the shape of a row, but for axes of length 1, or be flat.

input_shape : sequence of int
    Shape of a row, for the networks, if the rows of `X` are flattened, such as
    ``(28, 28, 1)``; one number may be -1. None is the shape of the rows of `X`.

pretrained : bool, "encoder" or "decoder"
    Which networks start from the weights with which they come. True means those
    that are built models. If a function or a class returns a trained model, give
    the name of the parameter. With ``epochs=0`` they are not trained further.

standardize : bool or "auto"
    Whether the networks get standardized data: centred per feature and divided by
    one global scale, the square root of the variance averaged over the features.
    Reconstructions are scaled back. If False, they get the data as they are. "auto"
    is False if the last activation of the decoder bounds its outputs, as "sigmoid"
    does, or if a network is `pretrained`; otherwise True.

**network_parameters : object
    Arguments of the functions, as ``encoder__<name>`` and ``decoder__<name>``. They
    are parameters of the estimator, which a search may vary.

filters : "auto", int or sequence of int
    Number of filters of each convolution of the encoder. Each convolution is
    followed by downsampling, which halves height and width, rounded up: 28, 14, 7.
    The decoder has the same in reverse, and restores the exact size. "auto" halves
    until the longest side has no more than 8 pixels, from 2 to 5 times, and ends
    with 32 and 64 filters$filters_of_maps.

kernel_size : int
    Height and width of the convolutions.

pooling : {"max", "average", "stride"}
    Downsampling: pooling of 2 x 2 pixels, or convolutions with a stride of 2.

upsampling : {"nearest", "transposed"}
    Upsampling: repetition of pixels after a convolution, or transposed convolutions
    with a stride of 2.

activation : str or callable
    Activation of the hidden layers, by its Keras name or as a function of a tensor.

code_activation : str or callable
    Activation of the code.

loss : str, callable or keras.losses.Loss
    Reconstruction loss :math:`L`, a mean over the features.

    - "squared_error" or "mse": for data of any range, which are standardized:
      centred per feature and divided by one global scale, the square root of the
      variance averaged over the features. This does not change the optimal network.
      The output is linear, and the loss is in units of that variance: the fraction
      that is not explained.
    - "absolute_error" or "mae": for data with outlying values, which count less
      than in the squared error. Data are standardized as for the latter.
    - "huber": between the two. Data are standardized in the same way; the loss of a
      value is half the squared error up to an error of 1, one global scale, and
      linear beyond that.
    - "binary_crossentropy": for data in [0, 1], such as pixels, which are not
      scaled. The output is a sigmoid, and the loss is in nats.
    - A function ``loss(y_true, y_pred)``, written with `keras.ops`, or an instance
      of a class in `keras.losses`. Data are standardized as for the squared error,
      and so are both arguments; the output is linear. It returns a value per row,
      per value, or, as Keras' functions do, of the shape of `y_true` without any of
      its last axes. The mean over the rest is the loss of a row, which must depend
      on that row alone and be least for ``y_pred=y_true``; its value there is
      subtracted in training. The reduction of an instance is not used: rows are
      weighted as for the other losses. `keras.losses.BinaryCrossentropy()` is
      "binary_crossentropy".

likelihood : {"gaussian", "bernoulli"}
    Distribution of a row given its code, independent over the features.

    - "gaussian": for data of any range. Data are centred per feature and divided by
      one global scale; the standard deviation is a single learned number.
    - "bernoulli": for data in [0, 1], such as pixels, best when they are binary.

init : {"pca", "random"}
    Whether the fit has PCA as its baseline.

    - "pca": a linear path from the data to the codes and back is added to the
      network. With PCA's loadings, and a network that contributes nothing, it is
      the baseline: it is evaluated on the rows that `early_stopping` holds out, and
      kept if training finds nothing better.
    - "random": a plain network without linear path, as in the textbooks.

condition_kinds : {"auto", "class", "number"} or list of str
    What `y` has; a list has one entry for each of its columns.

    - "class": each value is a class, told as a one-hot vector.
    - "number": numbers, told in standard deviations from the mean in `fit`.
    - "auto": floats of which any has a fractional part are numbers; strings,
      booleans, integers and whole floats are classes. This is the convention of
      :func:`sklearn.utils.multiclass.type_of_target`.

condition_dropout : float
    Fraction of the rows whose condition is hidden, drawn anew in each epoch, so
    that the methods work without `y` as well. With 0 they are not trained to.

beta : float
    Weight of the divergence. 1 gives the evidence lower bound; larger values give
    simpler codes, smaller values better reconstructions.

warm_up_epochs : int
    Number of epochs over which the weight of the divergence rises from 0 to `beta`.
    Helps against posterior collapse, where the codes carry no information.

free_bits : float
    Divergence of each code dimension, in nats and averaged over a mini-batch, below
    which it is not penalized.

noise : {"gaussian", "masking", "dropout", "salt_and_pepper"}
    Noise, drawn anew in every training step.

    - "gaussian": Gaussian noise is added.
    - "masking": random entries are set to 0. For new data with missing entries.
    - "dropout": random entries are set to 0 and the others are divided by the
      fraction that is kept. The expected input is then that of rows without noise,
      as in `transform`.
    - "salt_and_pepper": random entries are set to the smallest or the largest value
      of the training data.

noise_level : float or "auto"
    Standard deviation of Gaussian noise, in the units of the data, or the fraction
    of the entries that are replaced. "auto" is a fraction of 0.3; for Gaussian
    noise it is the smallest of the standard deviation of a column, of 4 % of the
    square root of the total variance, and, with ``init="pca"``, of 70 % of the
    standard deviation in a direction that PCA leaves out.

clip_noise : bool or "auto"
    Whether to clip noisy data to the range of the training data. "auto" clips them
    for Gaussian noise with ``loss="binary_crossentropy"``.

dropout : float
    Fraction of hidden units set to zero at random in each training step.

tied_weights : bool
    Whether the decoder uses the encoder's kernels, transposed, which halves the
    number of parameters.

scaling : {"standard", "quantile"}
    Scaling of the numeric columns.

    - "standard": by mean and standard deviation.
    - "quantile": by ranks, to a normal distribution. For columns that are very
      skewed, or have outliers. Reconstructions stay in the range of `fit`.

categorical_features : array-like or "from_dtype"
    Columns that are categorical whatever their type: a mask, their indices or their
    names. "from_dtype" uses the data types alone: strings, booleans and
    categoricals are categorical. Integers with two values always are.

column_kinds : dict
    Kinds of columns, by name, where the guess in `column_kinds_` is wrong:
    "number", "integer", "boolean", "category", "date", "duration" or "ignored".

column_weight : dict or array-like
    Weight of each column; 1 for those that a dict does not name.

handle_unknown : {"missing", "error"}
    How to handle levels that `fit` did not see: as missing values, or by raising an
    error.

max_levels : int
    Maximum number of levels of a categorical column. If there are more, the rarest
    are treated as missing, with a warning.

optimizer : str or keras.optimizers.Optimizer
    Optimizer, by its Keras name or as an instance. The learning rate of an instance
    is replaced by `learning_rate`.

learning_rate : float or "auto"
    Initial learning rate. "auto" is 0.002, and 0.003 for 20000 rows or more;
    `epochs` describes a case where it is 0.004.

learning_rate_schedule : {"cosine", "constant"}
    "cosine" lowers the learning rate from epoch to epoch, along half a cosine that
    would reach zero after `epochs`; "constant" does not change it.

epochs : int or "auto"
    Maximum number of epochs. "auto" makes about 2700 steps, but at least 12 and
    at most 500 epochs; for more than 60000 rows it makes fewer epochs, so that
    the number of steps grows with the square root of the number of rows. If the
    "auto" layers are narrow for many rows (at most 32 values per row), it makes
    twice as many epochs. `Autoencoder` makes fewer and larger steps for 4096 to
    20000 training rows, if PCA is the initialization, the loss is the squared
    error without dropout, `nested`, `l1` or `l2`, and the layers,
    `learning_rate`, `epochs` and `batch_size` are all "auto": half as many epochs
    (two thirds for up to 32 columns, or more than 1024), with a learning rate of
    0.004.

batch_size : int or "auto"
    Rows per training step. "auto" is the largest power of two that is no more than
    a sixteenth of the number of training rows, between 16 and 256.

shuffle : bool
    Whether to shuffle the rows before each epoch.

early_stopping : bool
    Whether to hold out rows for validation, stop training when the validation loss
    no longer decreases, and keep the weights of the best epoch. The baseline (PCA,
    or else the initial weights) is evaluated like an epoch. It is kept unless the
    smallest validation loss is below that of the baseline by more than a fraction
    of it, 0.4 divided by the square root of the number of held-out rows; with few
    of these the fraction is larger, because it follows Student's t distribution.
    With fewer than 10 rows, the training loss is used.

validation_fraction : float
    Fraction of the rows that `early_stopping` holds out, unless `fit` gets `X_val`.

n_iter_no_change : int or "auto"
    Number of epochs without improvement after which `early_stopping` stops. "auto"
    makes about 750 steps, but at least 10 epochs.

tol : float
    Minimum relative improvement: an epoch is better if its loss is below the best
    one by more than this fraction.

warm_start : bool
    Whether `fit` continues from the current weights and optimizer state.

callbacks : list of keras.callbacks.Callback or Checkpoint
    Copied for each fit; the copies are in `callbacks_`. Their model is the
    autoencoder that is trained. A callback with batch hooks makes training slower:
    the compiled program then returns after each step. With a
    :class:`~skae.Checkpoint`, an interrupted fit can be resumed.

jit_compile : bool or "auto"
    Whether to compile with XLA, on the TensorFlow backend. "auto" $auto_compiles.

random_state : int, RandomState instance or None
    Determines random number generation for $random_things. The same integer gives the
    same codes, bit for bit, on the same machine.

verbose : {0, 1, 2}
    0 is silent. 1 shows a progress bar with epoch, losses and time left, in a
    terminal or a notebook; elsewhere it prints a line every five seconds. 2 prints
    a line per epoch.
"""

RAISES = """\
ValueError
    If `fit` gets invalid parameters or data.
FloatingPointError
    If the loss overflows in `fit`."""

# Further uses of `random_state`, in the classes that have this parameter.
RANDOM_THINGS_WITH = {
    "beta": "the codes drawn in training",
    "condition_dropout": "hidden conditions",
    "noise": "corruption",
    "input_noise": "input noise",
    "dropout": "dropout",
    "nested": "nested dropout",
    "**network_parameters": "random layers",
    "n_neighbors": "mixup",
}
