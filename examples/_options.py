"""What the example scripts share: the option ``--full`` and the data."""

import argparse

from skae.datasets import load_digits, load_fashion_mnist, load_mnist


def load(description, full_data="mnist"):
    """Whether ``--full`` was given, and the data: 8 x 8 digits without it."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--full", action="store_true", help="the tutorial's own data and epochs"
    )
    if not parser.parse_args().full:
        return False, load_digits()
    return True, {"mnist": load_mnist, "fashion": load_fashion_mnist}[full_data]()
