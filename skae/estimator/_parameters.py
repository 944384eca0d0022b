"""Training parameters of all estimators: keyword-only, and last in signatures."""

from numbers import Integral, Real

from skae._sklearn import Interval, StrOptions

TRAINING_CONSTRAINTS: dict = {
    "optimizer": "no_validation",  # Keras validates it
    "learning_rate": [
        StrOptions({"auto"}),
        Interval(Real, 0, None, closed="neither"),
    ],
    "learning_rate_schedule": [StrOptions({"constant", "cosine"})],
    "epochs": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
    "batch_size": [
        StrOptions({"auto"}),
        Interval(Integral, 1, None, closed="left"),
    ],
    "shuffle": ["boolean"],
    "early_stopping": ["boolean"],
    "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
    "n_iter_no_change": [
        StrOptions({"auto"}),
        Interval(Integral, 1, None, closed="left"),
    ],
    "tol": [Interval(Real, 0, None, closed="left")],
    "warm_start": ["boolean"],
    "callbacks": [list, tuple, None],
    "jit_compile": [StrOptions({"auto"}), "boolean"],
    "random_state": ["random_state"],
    "verbose": [Interval(Integral, 0, 2, closed="both"), "boolean"],
}


# Settings by their names in Keras, PyTorch and other libraries.
_MEANT = {
    "loss": {
        **dict.fromkeys(("mse", "meansquarederror", "l2", "mseloss"), "squared_error"),
        **dict.fromkeys(("mae", "meanabsoluteerror", "l1", "l1loss"), "absolute_error"),
        **dict.fromkeys(("huberloss", "smoothl1", "smoothl1loss"), "huber"),
        **dict.fromkeys(
            ("bce", "crossentropy", "logloss", "bceloss", "binarycrossentropy"),
            "binary_crossentropy",
        ),
    },
    "likelihood": {
        **dict.fromkeys(("normal", "mse", "squarederror"), "gaussian"),
        **dict.fromkeys(("bce", "binary", "binarycrossentropy"), "bernoulli"),
    },
}


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace(" ", "")


class TrainingDefaults:
    """Mixin with defaults of training parameters that a constructor leaves out."""

    optimizer = "adam"
    learning_rate = "auto"
    learning_rate_schedule = "cosine"
    epochs = "auto"
    batch_size = "auto"
    shuffle = True
    early_stopping = True
    validation_fraction = 0.1
    n_iter_no_change = "auto"
    tol = 0.0
    warm_start = False
    callbacks = None
    jit_compile = "auto"
    random_state = None
    verbose = 0

    def _validate_params(self):
        """Validate; the error for a name of another library gives the name here."""
        try:
            super()._validate_params()
        except ValueError as error:
            given = {name: getattr(self, name, None) for name in _MEANT}
            for name, value in given.items():
                meant = isinstance(value, str) and _MEANT[name].get(_plain(value))
                if meant and f"The {name!r} parameter" in str(error):
                    raise type(error)(f"{error} {value!r} is {meant!r} here.") from None
            raise

    # Histories of layer-wise training, which a few families have.
    layer_histories_ = ()


def check_count(name: str, value) -> None:
    """Raise ValueError unless `value` is a positive integer."""
    if not isinstance(value, Integral) or value < 1:
        raise ValueError(f"{name} must be a positive integer; got {value!r}.")
