"""Entry of ``python -m skae``."""

from skae.main_job._job import main

if __name__ == "__main__":
    main()
