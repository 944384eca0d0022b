"""Entry of ``python -m skae``."""

from skae.main_job import main

if __name__ == "__main__":
    main()
