"""Is any family worse than PCA? Every one of them on every kind of data.

Run ``python examples/benchmarks/families.py [dense] [images] [sequences]``: the
fraction of the variance explained on held-out rows, with default settings but
`encoding_dim`, beside PCA with as many codes. For PCA sequences are padded with their
own mean. For series the accuracy of a nearest neighbour among the codes stands beside
that among PCA's.
"""

import sys
import time

import numpy as np
from _measure import DATA, print_table
from sklearn.datasets import load_sample_images
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

import skae
from skae.datasets import load_digits, load_ecg5000, load_mnist

N_SEEDS = 5
# Of data whose fits take minutes.
FEWER_SEEDS = {"MNIST 5000": 2, "colour patches": 2}
DENSE = (
    skae.Autoencoder,
    skae.SparseAutoencoder,
    skae.StackedAutoencoder,
    skae.DenoisingAutoencoder,
    skae.VariationalAutoencoder,
)
IMAGES = (
    skae.ConvAutoencoder,
    skae.ConvDenoisingAutoencoder,
    skae.ConvVariationalAutoencoder,
)
SEQUENCES = (skae.Autoencoder, skae.RecurrentAutoencoder)


def digits():
    data = load_digits()
    return data.X_train, data.X_test, 8, None


def mnist():
    data = load_mnist()
    return data.X_train[:5000], data.X_test[:2000], 16, None


def satellite():
    X = np.load(DATA / "odds_satellite.npz")["X"]
    X = StandardScaler().fit_transform(X).astype(np.float32)
    return *train_test_split(X, test_size=0.3, random_state=0), 6, None


def ecg():
    data = load_ecg5000()
    labels = data.y_train, data.y_test[:2000]
    return data.X_train, data.X_test[:2000], 8, labels


def patches():
    """Two colour photographs, cut into 16 x 16 pixels; every fourth row held out."""
    images = np.stack(load_sample_images().images).astype(np.float32) / 255
    images = images[:, : images.shape[1] // 16 * 16, : images.shape[2] // 16 * 16]
    n, height, width, channels = images.shape
    X = images.reshape(n, height // 16, 16, width // 16, 16, channels)
    X = X.transpose(0, 1, 3, 2, 4, 5).reshape(-1, 16, 16, channels)
    held_out = np.arange(len(X)) % 4 == 3
    return X[~held_out], X[held_out], 16, None


def digit_rows():
    X, X_test, k, _ = digits()
    return X.reshape(-1, 8, 8), X_test.reshape(-1, 8, 8), k, None


def vowels():
    data = np.load(DATA / "ts_japanesevowels.npz")
    parts = []
    for part in ("train", "test"):
        stops = np.cumsum(data[f"x_{part}_lengths"])[:-1]
        parts.append(np.split(data[f"x_{part}_flat"], stops))
    # No family takes a sequence that is longer than those it was fitted on.
    longest = max(map(len, parts[0]))
    parts[1] = [x[:longest] for x in parts[1]]
    return *parts, 8, (data["y_train"], data["y_test"])


def motions():
    data = np.load(DATA / "ts_basicmotions.npz")
    return data["x_train"], data["x_test"], 8, (data["y_train"], data["y_test"])


def flat(X, length=None):
    """Rows of a table; sequences of any length padded with their own mean."""
    if not isinstance(X, list):
        return X.reshape(len(X), -1)
    padded = np.array(
        [np.vstack([x, *[x.mean(axis=0)[None]] * (length - len(x))]) for x in X]
    )
    return padded.reshape(len(X), -1)


def explained(X, X_test, reconstructions, length):
    """Share of the variance explained of the values that exist."""
    if not isinstance(X_test, list):
        difference = flat(X_test) - reconstructions
        centred = flat(X_test) - flat(X_test).mean(axis=0)
        return 1 - np.sum(difference**2) / np.sum(centred**2)
    full = np.full((len(X_test), length, X_test[0].shape[1]), np.nan)
    for row, x in zip(full, X_test, strict=True):
        row[: len(x)] = x
    full = flat(full)
    centred = full - np.nanmean(full, axis=0)
    return 1 - np.nansum((full - reconstructions) ** 2) / np.nansum(centred**2)


def nearest(codes, codes_test, labels):
    """Accuracy of a nearest neighbour, in percent."""
    if labels is None:
        return None
    model = KNeighborsClassifier(1).fit(codes, labels[0])
    return 100 * model.score(codes_test, labels[1])


def compare(families, data_sets, images=False):
    rows = []
    for name, load in data_sets.items():
        X, X_test, k, labels = load()
        length = max(map(len, [*X, *X_test])) if isinstance(X, list) else None
        if not images and length is None and families is DENSE:
            X, X_test = flat(X), flat(X_test)
        pca = PCA(k, random_state=0).fit(flat(X, length))
        codes = [pca.transform(flat(part, length)) for part in (X, X_test)]
        floor = explained(X, X_test, pca.inverse_transform(codes[1]), length)
        pca_near = nearest(*codes, labels)
        n_seeds = FEWER_SEEDS.get(name, N_SEEDS)
        for cls in families:
            rows.append(
                (
                    name,
                    k,
                    f"{floor:.4f}",
                    *row(cls, X, X_test, k, labels, floor, n_seeds),
                )
            )
            if pca_near is not None:
                rows[-1] = (*rows[-1], f"{pca_near:.1f}")
            print(*rows[-1], flush=True)
    return rows


def row(cls, X, X_test, k, labels, floor, n_seeds):
    if cls is skae.Autoencoder and not isinstance(X, list):
        X, X_test = flat(X), flat(X_test)
    elif cls is skae.Autoencoder:
        length = max(map(len, [*X, *X_test]))
        X, X_test = flat(X, length), flat(X_test, length)
    scores, near, kept, start = [], [], 0, time.perf_counter()
    for seed in range(n_seeds):
        model = cls(k, random_state=seed).fit(X)
        scores.append(model.score(X_test))
        kept += model.kept_initialization_
        near.append(nearest(model.transform(X), model.transform(X_test), labels))
    seconds = (time.perf_counter() - start) / len(scores)
    met = "yes" if min(scores) >= floor - 0.002 else "**no**"
    found = [cls.__name__, f"{min(scores):.4f}", f"{np.mean(scores):.4f}"]
    found += [n_seeds, kept, met, f"{seconds:.1f}"]
    return found + ([f"{np.mean(near):.1f}"] if labels is not None else [])


HEADER = ["data", "codes", "PCA", "family", "worst", "mean", "seeds", "PCA kept"]
HEADER += ["at least PCA - .002", "s / fit"]
NEAR = ["1-NN, %", "1-NN PCA, %"]


def dense():
    sets = {"digits": digits, "satellite": satellite, "ECG5000": ecg}
    sets |= {"MNIST 5000": mnist, "colour patches": patches}
    rows = [row[:10] for row in compare(DENSE, sets)]
    print_table("Dense families", HEADER, rows)


def images():
    sets = {"digits": digits, "colour patches": patches, "MNIST 5000": mnist}
    print_table("Convolutional families", HEADER, compare(IMAGES, sets, images=True))


def sequences():
    rows = compare(SEQUENCES, {"digits, 8 steps of 8": digit_rows})
    sets = {"ECG5000": ecg, "JapaneseVowels": vowels, "BasicMotions": motions}
    rows = [(*row, "", "") for row in rows] + compare(SEQUENCES, sets)
    print_table("Sequences", [*HEADER, *NEAR], rows)


PARTS = {"dense": dense, "images": images, "sequences": sequences}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
