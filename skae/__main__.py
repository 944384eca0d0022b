"""Entry of ``python -m skae``."""

import os

from skae.main_job._job import main

# TensorFlow loads after this line; its notes would break up the progress bar.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

if __name__ == "__main__":
    main()
